import type { Call } from "../localchain/localChain.ts";
import * as actions from "./actions.ts";
import type { Market } from "./market.ts";
import { UNIT_RATE } from "./scenario.ts";
import type { StageState, State } from "./state.ts";

/** Amounts below this are not worth a transaction, wei: the pay of ten thousand tokens, one US cent. */
const WORTH = 10_000n * UNIT_RATE;

/** Seconds between two sweeps of what Superfluid could not split evenly. */
const SWEEP_EVERY = 600;

/**
 * What a keeper would do now. It needs nobody's permission and remembers nothing: everything follows from what the
 * chain shows.
 */
export function keep(market: Market, state: State): Call[] {
  const calls: Call[] = [];
  for (const [index, stage] of market.stages.entries()) {
    const now = state.stages[index] as StageState;
    // What the sinks can take goes to them; only without that is it too much.
    if (now.drainable >= WORTH) calls.push(actions.drain(market, stage));
    else if (now.releasable >= WORTH) calls.push(actions.release(market, stage));
    if (now.needsRebalance) {
      // An expired sink does nothing itself; this is what brings it down.
      const moved = stage.sinks.filter((_, sink) => now.sinks[sink]?.units !== now.sinks[sink]?.effective);
      calls.push(actions.rebalance(market, stage, market.keeper, moved));
    }
  }
  // From the end of the chain to its beginning: pressure travels one link per call.
  for (const [index, stage] of [...market.stages.entries()].reverse()) {
    if (stage.plan.passesOn > 0n && limitMoved(state.stages[index] as StageState)) {
      calls.push(actions.propagate(market, stage));
    }
  }
  if (state.timestamp % SWEEP_EVERY === 0) calls.push(...market.stages.map((stage) => actions.sweep(market, stage)));
  return calls;
}

/** Whether the pipeline's present limit would move the price cap by a percent. */
function limitMoved({ limit, sinkUnits, priceCap }: StageState): boolean {
  if (sinkUnits === 0n) return false;
  let cap = limit / sinkUnits;
  if (cap > UNIT_RATE) cap = UNIT_RATE;
  const change = cap < priceCap ? priceCap - cap : cap - priceCap;
  return change * 100n > priceCap;
}
