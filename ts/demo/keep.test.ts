import { describe, expect, test } from "vitest";
import { keep } from "./keep.ts";
import { EPOCH, START, TERMS, UNIT_RATE } from "./scenario.ts";
import { someMarket, someSink, someState } from "./someMarket.ts";
import type { StageState } from "./state.ts";

const market = someMarket();
const NOW = START + 617;
const doing = (differs: Partial<StageState>, now = NOW): string[] =>
  keep(market, someState(differs), now).map(({ what }) => what.replace("keeper: ", ""));
const all = (what: string): string[] => [what, what, what];

describe("a keeper", () => {
  test("does nothing when there is nothing to do", () => expect(doing({})).toEqual([]));

  test("rebalances where a pool needs it, naming the sinks that have moved", () => {
    const sinks = [someSink(), someSink({ effective: 700n, needsRebalance: true }), someSink()];
    const calls = keep(market, someState({ needsRebalance: true, sinks }), NOW);
    expect(calls.map(({ what }) => what)).toEqual(all("keeper: rebalance"));
    const [unmoved, moved] = (market.stages[2]?.sinks ?? []).map(({ address }) => address.slice(2).toLowerCase());
    expect(calls[0]?.data).toContain(moved);
    expect(calls[0]?.data).not.toContain(unmoved);
  });

  test("names a sink that has waited with a small change for so long that the pool says so", () => {
    const small = (needsRebalance: boolean) => [someSink({ effective: 990n, needsRebalance })];
    expect(doing({ sinks: small(false) })).toEqual([]);
    expect(doing({ sinks: small(true) })).toEqual(all("rebalance"));
  });

  test("settles who was paid once its window is old enough, and judges whom that may bring the third strike", () => {
    const due = START + 600 + TERMS.receiptEpochs * EPOCH;
    const { ledger } = someSink();
    const sinks = [
      someSink(),
      someSink({ received: 0n, settledEpoch: due / EPOCH }),
      someSink({ ledger: { ...ledger, strikes: 2 } }),
    ];
    expect(doing({ sinks }, due - 1)).toEqual([]);
    const [assess, settle] = keep(market, someState({ sinks }), due);
    expect([assess?.what, settle?.what]).toEqual(["keeper: assess", "keeper: settle"]);
    const named = (data = ""): boolean[] =>
      (market.stages[2]?.sinks ?? []).map(({ address }) => data.includes(address.slice(2).toLowerCase()));
    expect(named(assess?.data)).toEqual([false, false, true]);
    expect(named(settle?.data)).toEqual([true, false, false]);
  });

  test("drains rather than returns, and returns rather than keeps", () => {
    const worth = 10_000n * UNIT_RATE;
    expect(doing({ drainable: worth, releasable: worth })).toEqual(all("drain"));
    expect(doing({ drainable: worth - 1n, releasable: worth })).toEqual(all("release"));
    expect(doing({ drainable: worth - 1n, releasable: worth - 1n })).toEqual([]);
  });

  test("passes pressure upstream from the end of the chain, once the limit has moved by a percent", () => {
    const state = someState({ limit: 2000n * UNIT_RATE });
    const [first, second, last] = state.stages as [StageState, StageState, StageState];
    const calls = keep(market, { ...state, stages: [first, second, { ...last, limit: undefined }] }, NOW);
    expect(calls.map(({ what }) => what)).toEqual(["keeper: propagate", "keeper: propagate"]);
    expect(calls[0]?.data).toContain(market.stages[1]?.id.slice(2));
    expect(calls[1]?.data).toContain(market.stages[0]?.id.slice(2));
    expect(doing({ limit: 2970n * UNIT_RATE })).toEqual(all("propagate"));
    expect(doing({ limit: 2971n * UNIT_RATE })).toEqual([]);
  });

  test("leaves a pool without sinks to itself", () => {
    expect(doing({ limit: 0n, intake: 0n, sinkUnits: 0n })).toEqual([]);
  });

  test("may come late for a drain or a return, and for nothing else", () => {
    const worth = 10_000n * UNIT_RATE;
    const [drain] = keep(market, someState({ drainable: worth }), NOW);
    const [release] = keep(market, someState({ releasable: worth }), NOW);
    const [rebalance] = keep(market, someState({ needsRebalance: true }), NOW);
    expect(drain?.mayFailWith).toEqual(["EscrowBuffer_NothingToDrain"]);
    expect(release?.mayFailWith).toEqual(["EscrowBuffer_NothingToRelease"]);
    expect(rebalance?.mayFailWith).toEqual([]);
  });
});
