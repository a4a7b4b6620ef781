import type { LocalCall } from "../localchain/localChain.ts";
import { Calls, type Work } from "../services/keeper/calls.ts";
import { noteSink, poolWork, type SinksToDo } from "../services/keeper/decide/poolWork.ts";
import { sinksToRebalance } from "../services/keeper/decide/rebalance.ts";
import type { Market, MarketStage } from "./market.ts";
import { EPOCH, TERMS, UNIT_RATE, WORTH } from "./scenario.ts";
import type { StageState, State } from "./state.ts";

/** Most sinks or sources in one transaction: more than there are. */
const MOST = 100;

/** What the real keeper's simulation would have told it: somebody else was faster, or nobody has a share yet. */
const MAY_FAIL_WITH: Record<string, readonly string[]> = {
  drain: ["EscrowBuffer_NothingToDrain"],
  release: ["EscrowBuffer_NothingToRelease"],
};

/** What {@link decide} would do, as calls of a keeper that go into the next block. */
export function keep(market: Market, state: State, timestamp: number): LocalCall[] {
  return decide(market, state, timestamp).map(({ action, items, build }) => {
    const { to, data } = build(items);
    const call = { from: market.keeper.address, to, data, what: `${market.keeper.name}: ${action}` };
    return { ...call, mayFailWith: MAY_FAIL_WITH[action] ?? [] };
  });
}

/**
 * What `npm run keeper` would do now, decided by its own rules. It needs nobody's permission and remembers nothing:
 * everything follows from what the chain shows. Streams are synchronised as they change.
 * @param timestamp When the block comes that this goes into, Unix seconds.
 */
export function decide(market: Pick<Market, "protocol" | "stages">, state: State, timestamp: number): Work[] {
  const calls = new Calls(market.protocol, MOST);
  // From the end of the chain to its beginning: pressure travels one link per call.
  const stages = [...market.stages.entries()].reverse();
  return stages.flatMap(([index, stage]) => workOf(calls, stage, state.stages[index] as StageState, timestamp));
}

function workOf(calls: Calls, { id, sinks, sources }: MarketStage, now: StageState, timestamp: number): Work[] {
  const units = sinks.map(({ address }, index) => {
    const { units = 0n, effective = 0n, needsRebalance = false } = now.sinks[index] ?? {};
    return { sink: address, units, effectiveCapacity: effective, needsRebalance };
  });
  // While the escrow is due the contract says yes to any sink.
  const asked = now.needsRebalance ? [] : units.filter(({ needsRebalance }) => needsRebalance);
  const overdue = new Set(asked.map(({ sink }) => sink));
  const rebalance = sinksToRebalance({ sinks: units, overdue, price: now.priceCap, minAmount: WORTH });
  const terms = { unitRate: UNIT_RATE, epochLength: EPOCH, minAmount: WORTH, hasReleased: false };
  return poolWork(
    calls,
    id,
    { ...now, ...terms, escrowFlow: now.price * now.escrowUnits },
    { rebalance, ...judge(sinks, now, timestamp) },
    sources.map(({ address }) => address),
  );
}

/** Whom to judge, and whose ledger to bring up to date. */
function judge(sinks: MarketStage["sinks"], now: StageState, timestamp: number): Pick<SinksToDo, "assess" | "settle"> {
  const clock = { timestamp, epoch: Math.floor(timestamp / EPOCH) };
  const terms = { ...TERMS, unitRate: UNIT_RATE, receiptInterval: TERMS.receiptEpochs * EPOCH, minAmount: WORTH };
  const todo = { assess: [], settle: [] };
  for (const [index, { address }] of sinks.entries()) {
    const sink = now.sinks[index];
    if (sink !== undefined) noteSink(todo, address, { ...terms, ...clock, ...sink, effectiveCapacity: sink.effective });
  }
  return todo;
}
