import { encodeAbiParameters, type Hex, keccak256, toHex } from "viem";
import {
  backpressurePoolAbi,
  capacityRegistryAbi,
  escrowBufferAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidAbi,
  iSuperfluidPoolAbi,
  pipelineAbi,
} from "../abi/generated.ts";
import { type Call, encodeCall } from "../localchain/localChain.ts";
import type { Report } from "./agent.ts";
import type { Account, Market, MarketStage } from "./market.ts";

/** Operations of Superfluid's batch call: call an agreement as oneself; call anything, as nobody in particular. */
const CALL_AGREEMENT = 201;
const FORWARD_CALL = 301;

type Operation = { operationType: number; target: `0x${string}`; data: Hex };

/** Hides a report behind its hash. */
export function commitReport(
  market: Market,
  stage: MarketStage,
  sink: Account,
  report: Report,
  salt: Hex,
  chainId: number,
): Call {
  const { capacityRegistry } = market.protocol;
  const types = ["uint256", "address", "bytes32", "address", "uint64", "uint96", "bytes32"].map((type) => ({ type }));
  const values = [BigInt(chainId), capacityRegistry, stage.id, sink.address, report.capacity, report.backlog, salt];
  const commitment = keccak256(encodeAbiParameters(types, values));
  return encodeCall(sink, capacityRegistry, capacityRegistryAbi, "commitCapacity", [stage.id, commitment]);
}

/** Shows it, at least one block later. */
export function revealReport(market: Market, stage: MarketStage, sink: Account, report: Report, salt: Hex): Call {
  const args = [stage.id, report.capacity, report.backlog, salt] as const;
  return encodeCall(sink, market.protocol.capacityRegistry, capacityRegistryAbi, "revealCapacity", args);
}

/** The value that hides a report: different every time, the same in every run. */
export function saltOf(seed: number, sink: Account, epoch: number): Hex {
  return keccak256(toHex(`${seed} ${sink.name} ${epoch}`));
}

/** Changes a stream, counts it before and after, and lets the pool look at it, all in one transaction. */
export function setStream(market: Market, stage: MarketStage, source: Account, rate: bigint): Call {
  const { superToken, gdaV1 } = market.superfluid;
  const args = [superToken, source.address, stage.distributionPool, rate, "0x"] as const;
  const stream = encodeCall(source, gdaV1, iGeneralDistributionAgreementV1Abi, "distributeFlow", args);
  const types = [{ type: "bytes" }, { type: "bytes" }] as const;
  const sync = forward(syncSource(market, stage, source, source));
  return batch(market, source, "distributeFlow", [
    sync,
    { operationType: CALL_AGREEMENT, target: gdaV1, data: encodeAbiParameters(types, [stream.data, "0x"]) },
    sync,
    forward(rebalance(market, stage, source, [])),
  ]);
}

/** Fetches what a pool owes to a member that is not connected to it. */
export function claim(who: Account, pool: `0x${string}`): Call {
  return encodeCall(who, pool, iSuperfluidPoolAbi, "claimAll", [who.address]);
}

export function rebalance(market: Market, stage: MarketStage, caller: Account, sinks: readonly Account[]): Call {
  const args = [stage.id, sinks.map(({ address }) => address)] as const;
  return encodeCall(caller, market.protocol.backpressurePool, backpressurePoolAbi, "rebalance", args);
}

export function drain(market: Market, stage: MarketStage): Call {
  const call = encodeCall(market.keeper, market.protocol.escrowBuffer, escrowBufferAbi, "drain", [stage.id]);
  return { ...call, mayFailWith: ["EscrowBuffer_NothingToDrain"] };
}

/** Sets overflow aside for the sources and pays each its part, in one transaction. */
export function release(market: Market, stage: MarketStage): Call {
  const { keeper, protocol } = market;
  const release = encodeCall(keeper, protocol.escrowBuffer, escrowBufferAbi, "release", [stage.id]);
  const syncs = stage.sources.map((source) => forward(syncSource(market, stage, keeper, source)));
  const call = batch(market, keeper, "release", [forward(release), ...syncs]);
  return { ...call, mayFailWith: ["EscrowBuffer_NothingToRelease"] };
}

export function propagate(market: Market, stage: MarketStage): Call {
  return encodeCall(market.keeper, market.protocol.pipeline, pipelineAbi, "propagate", [stage.id]);
}

export function sweep(market: Market, stage: MarketStage): Call {
  return encodeCall(market.keeper, market.protocol.backpressurePool, backpressurePoolAbi, "sweep", [stage.id]);
}

/** Pays a source what is set aside for it. */
export function syncSource(market: Market, stage: MarketStage, caller: Account, source: Account): Call {
  const args = [stage.id, source.address] as const;
  return encodeCall(caller, market.protocol.escrowBuffer, escrowBufferAbi, "syncSource", args);
}

/** One operation of a batch: a call that anybody may make. */
export function forward({ to, data }: Call): Operation {
  return { operationType: FORWARD_CALL, target: to, data };
}

/** Several operations in one transaction: all of them, or none. */
export function batch({ superfluid }: Market, who: Account, what: string, operations: Operation[]): Call {
  const call = encodeCall(who, superfluid.host, iSuperfluidAbi, "batchCall", [operations]);
  return { ...call, what: `${who.name}: ${what}` };
}
