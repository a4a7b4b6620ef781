import type { PublicClient } from "viem";
import { contractsOf } from "../sdk/calls/contracts.ts";
import type { Audit } from "./invariants.ts";
import type { Market } from "./market.ts";
import { DYING, TERMS, WAD } from "./scenario.ts";
import type { State } from "./state.ts";

/** What happened to the pay of the sink that died. Shares are of all pay in its stage, 0 to 1. */
export type DeadSink = { name: string; stage: string; shareBefore: number; shareAfter: number };

/** Share of its stage's pay that goes to the dying sink now. */
export function dyingShare(state: State): number {
  const sinks = state.stages[DYING.stage]?.sinks ?? [];
  const total = sinks.reduce((sum, { flow }) => sum + flow, 0n);
  const own = sinks[DYING.agent]?.flow ?? 0n;
  return total === 0n ? 0 : Number((own * 1_000_000n) / total) / 1e6;
}

/**
 * Checks that nobody has to act for a silent sink to lose its pay: once its last signal is older than its time-to-live,
 * its units shrink by alpha per epoch, and a keeper's rebalance has brought them there.
 */
export async function checkDefunded(client: PublicClient, market: Market, state: State, audit: Audit): Promise<void> {
  const stage = market.stages[DYING.stage];
  const sink = stage?.sinks[DYING.agent];
  const units = state.stages[DYING.stage]?.sinks[DYING.agent]?.units;
  if (stage === undefined || sink === undefined || units === undefined) return;
  const { capacity, signalledAt } = await client.readContract(
    contractsOf(market.protocol).capacityRegistry.sinkOf(stage.id, sink.address),
  );
  const lastLiveEpoch = Math.floor((signalledAt + TERMS.signalTimeToLive) / TERMS.epochLength);
  const silentEpochs = Math.floor(state.timestamp / TERMS.epochLength) - lastLiveEpoch;
  const most = decayed(Number(capacity), silentEpochs);
  if (units > BigInt(most)) {
    const reason = `${sink.name} has been silent for ${silentEpochs} epochs beyond its time-to-live`;
    audit.report("I3", `${reason} and still has ${units} units of the ${capacity} it declared, not ${most} or less`);
  }
}

/** Most units that `units` may have become after some epochs of silence; a twentieth waits, and one unit is rounding. */
export function decayed(units: number, epochs: number): number {
  const remaining = (1 - Number(TERMS.smoothing) / Number(WAD)) ** Math.max(0, epochs);
  return Math.ceil(units * remaining * 1.05) + 1;
}
