import { type Hex, keccak256, toHex } from "viem";
import { callFrom, type LocalCall } from "../localchain/localChain.ts";
import { contractsOf, distributionPoolAt } from "../sdk/calls/contracts.ts";
import { changeStreamCall } from "../sdk/calls/superfluid.ts";
import { hashSignal } from "../sdk/internal/hashSignal.ts";
import type { Report } from "./agent.ts";
import type { Account, Market, MarketStage } from "./market.ts";

/** What the actors do: the calls that the SDK's actions make, each to go into the next block. */

/** Hides a report behind its hash. */
export function commitReport(
  market: Market,
  stage: MarketStage,
  sink: Account,
  report: Report,
  salt: Hex,
  chainId: number,
): LocalCall {
  const { protocol: deployment } = market;
  const signal = { deployment, chainId, taskTypeId: stage.id, sink: sink.address, ...report, salt };
  return callFrom(sink, contractsOf(deployment).capacityRegistry.commitCapacity(stage.id, hashSignal(signal)));
}

/** Shows it, at least one block later. */
export function revealReport(market: Market, stage: MarketStage, sink: Account, report: Report, salt: Hex): LocalCall {
  const { capacityRegistry } = contractsOf(market.protocol);
  return callFrom(sink, capacityRegistry.revealCapacity(stage.id, report.capacity, report.backlog, salt));
}

/** The value that hides a report: different every time, the same in every run. */
export function saltOf(seed: number, sink: Account, epoch: number): Hex {
  return keccak256(toHex(`${seed} ${sink.name} ${epoch}`));
}

/** Changes a stream, counts it before and after, and lets the pool look at it, all in one transaction. */
export function setStream(
  { protocol, superfluid }: Market,
  { id: taskTypeId, distributionPool }: MarketStage,
  source: Account,
  flowRate: bigint,
): LocalCall {
  const { gdaV1: gda, superToken } = superfluid;
  const stream = { gda, superToken, distributionPool, taskTypeId, source: source.address, flowRate };
  return { ...callFrom(source, changeStreamCall(protocol, stream)), what: `${source.name}: distributeFlow` };
}

/** Fetches what waits in a pool for a member that is not connected to it. */
export function claim(who: Account, { distributionPool }: MarketStage): LocalCall {
  return callFrom(who, distributionPoolAt(distributionPool).claimAll(who.address));
}

/** Fetches what is set aside for a source. */
export function syncSource({ protocol }: Market, stage: MarketStage, source: Account): LocalCall {
  return callFrom(source, contractsOf(protocol).escrowBuffer.syncSource(stage.id, source.address));
}
