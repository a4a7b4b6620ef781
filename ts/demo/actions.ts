import { type Hex, keccak256, toHex } from "viem";
import { callFrom, type LocalCall } from "../localchain/localChain.ts";
import { contractsOf, distributionPoolAt } from "../sdk/calls/contracts.ts";
import { batchCall, changeStreamCall } from "../sdk/calls/superfluid.ts";
import { hashSignal } from "../sdk/utils/hashSignal.ts";
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

export function rebalance(
  { protocol }: Market,
  stage: MarketStage,
  caller: Account,
  sinks: readonly Account[],
): LocalCall {
  const addresses = sinks.map(({ address }) => address);
  return callFrom(caller, contractsOf(protocol).backpressurePool.rebalance(stage.id, addresses));
}

export function drain({ keeper, protocol }: Market, stage: MarketStage): LocalCall {
  const call = callFrom(keeper, contractsOf(protocol).escrowBuffer.drain(stage.id));
  return { ...call, mayFailWith: ["EscrowBuffer_NothingToDrain"] };
}

/** Sets overflow aside for the sources and pays each its part, in one transaction. */
export function release({ keeper, protocol }: Market, stage: MarketStage): LocalCall {
  const { escrowBuffer } = contractsOf(protocol);
  const syncs = stage.sources.map(({ address }) => escrowBuffer.syncSource(stage.id, address));
  const call = callFrom(keeper, batchCall(protocol.host, [escrowBuffer.release(stage.id), ...syncs]));
  return { ...call, what: `${keeper.name}: release`, mayFailWith: ["EscrowBuffer_NothingToRelease"] };
}

export function propagate({ keeper, protocol }: Market, stage: MarketStage): LocalCall {
  return callFrom(keeper, contractsOf(protocol).pipeline.propagate(stage.id));
}

export function sweep({ keeper, protocol }: Market, stage: MarketStage): LocalCall {
  return callFrom(keeper, contractsOf(protocol).backpressurePool.sweep(stage.id));
}

/** Fetches what is set aside for a source. */
export function syncSource({ protocol }: Market, stage: MarketStage, source: Account): LocalCall {
  return callFrom(source, contractsOf(protocol).escrowBuffer.syncSource(stage.id, source.address));
}
