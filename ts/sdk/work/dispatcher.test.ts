import type { Address } from "viem";
import { expect, test } from "vitest";
import { Random } from "../../model/random.ts";
import { InvalidParameterError } from "../errors.ts";
import { decode, encode } from "./amounts.ts";
import { Dispatcher } from "./dispatcher.ts";
import { SinksBusyError, StopLossError, WaitForCreditError } from "./errors.ts";
import { assertWorthPaying, type LossReport, watchLoss } from "./lossWatch.ts";
import type { Standing } from "./standing.ts";

const [K, L, M] = ["0xK", "0xL", "0xM"] as Address[] as [Address, Address, Address];
const TERMS = { oneTask: 100n, horizon: 360, targetLatency: 10, backOff: 10, longestBackOff: 1000 };

/** A dispatcher that has paid each sink so much within the last minute. */
function paidUp(amounts: Record<Address, bigint>, terms = TERMS): Dispatcher {
  const dispatcher = new Dispatcher(terms);
  for (const [sink, paid] of Object.entries(amounts) as [Address, bigint][]) {
    dispatcher.paid(sink, 0n, 0);
    dispatcher.paid(sink, paid, 60);
  }
  return dispatcher;
}

test("the next task goes to whom most is owed", () => {
  const dispatcher = paidUp({ [K]: 250n, [L]: 200n, [M]: 99n });
  const sent = [61, 61].map((now) => dispatcher.next({ value: 100n, now }).sink);
  expect(sent).toEqual([K, L]);
  expect(dispatcher.standing(K)).toMatchObject({ sent: 100n, inFlight: 100n, accepted: 0n });
  expect(dispatcher.eligible(K, 61)).toBe(150n);
  expect(dispatcher.next({ value: 50n, now: 61 }).sink).toBe(M);
});

test("one task is in flight until the first answer, then what it does within the target latency", () => {
  const dispatcher = paidUp({ [K]: 10_000n });
  const first = dispatcher.next({ value: 100n, now: 61 });
  expect(() => dispatcher.next({ value: 100n, now: 61 })).toThrow(SinksBusyError);
  dispatcher.accepted({ id: first.id, now: 63, value: 80n });
  expect(dispatcher.standing(K)).toMatchObject({ sent: 80n, accepted: 80n, window: 200n });
  const both = [dispatcher.next({ value: 100n, now: 63 }), dispatcher.next({ value: 100n, now: 63 })];
  expect(() => dispatcher.next({ value: 100n, now: 63 })).toThrow(SinksBusyError);
  // Slow answers shrink the window, quick ones at most double it.
  dispatcher.accepted({ id: both[0]?.id ?? 0, now: 64, value: 100n });
  expect(dispatcher.standing(K)?.window).toBe(400n);
  dispatcher.accepted({ id: both[1]?.id ?? 0, now: 163, value: 100n });
  expect(dispatcher.standing(K)?.window).toBe(210n);
});

test("who has no room for a large task gets a small one, before anything else happens", () => {
  const dispatcher = paidUp({ [K]: 10_000n, [L]: 5_000n });
  for (const [sink, other] of [
    [K, L],
    [L, K],
  ] as const) {
    const { id } = dispatcher.next({ value: 75n, now: 61, except: [other] });
    dispatcher.accepted({ id, now: 63, value: 75n });
    expect(dispatcher.standing(sink)?.window).toBe(150n);
  }
  // Both have room for 50 more.
  expect(dispatcher.next({ value: 100n, now: 63 }).sink).toBe(K);
  expect(dispatcher.next({ value: 100n, now: 63, except: [K] }).sink).toBe(L);
  expect(() => dispatcher.next({ value: 51n, now: 63 })).toThrow(SinksBusyError);
  expect(dispatcher.next({ value: 10n, now: 63, except: [K] }).sink).toBe(L);
  expect(dispatcher.next({ value: 50n, now: 63 }).sink).toBe(K);
  expect(() => dispatcher.next({ value: 41n, now: 63 })).toThrow(SinksBusyError);
  expect(dispatcher.next({ value: 40n, now: 63 }).sink).toBe(L);
});

test("a failure halves the window, and back-off ends in one probe", () => {
  const dispatcher = paidUp({ [K]: 10_000n });
  dispatcher.accepted({ id: dispatcher.next({ value: 100n, now: 61 }).id, now: 62, value: 100n });
  const sent = [dispatcher.next({ value: 100n, now: 62 }), dispatcher.next({ value: 100n, now: 62 })];
  for (const { id } of sent) dispatcher.failed({ id, now: 70 });
  expect(dispatcher.standing(K)).toMatchObject({ window: 50n, failures: 2, pausedUntil: 90, sent: 300n });
  expect(() => dispatcher.next({ value: 100n, now: 89 })).toThrow(new SinksBusyError(90));
  const probe = dispatcher.next({ value: 100n, now: 90 });
  expect(() => dispatcher.next({ value: 100n, now: 90 })).toThrow(SinksBusyError);
  dispatcher.failed({ id: probe.id, now: 95 });
  expect(dispatcher.standing(K)?.pausedUntil).toBe(135);
  dispatcher.accepted({ id: dispatcher.next({ value: 100n, now: 135 }).id, now: 136, value: 100n });
  expect(dispatcher.standing(K)).toMatchObject({ failures: 0, pausedUntil: 0 });
});

test("answers that are no good bar longer each time, and are forgiven slowly", () => {
  const dispatcher = paidUp({ [K]: 10_000n });
  let now = 61;
  const turn = (rejected: boolean) => {
    const { id } = dispatcher.next({ value: 100n, now });
    if (rejected) dispatcher.failed({ id, now, rejected });
    else dispatcher.accepted({ id, now: now + 1, value: 1n });
    const pause = Math.max(0, (dispatcher.standing(K)?.pausedUntil ?? 0) - now);
    now += pause;
    return pause;
  };
  expect([true, false, true, false, true].map(turn)).toEqual([10, 0, 20, 0, 40]);
  for (let i = 0; i < 20; i++) turn(false);
  expect(dispatcher.standing(K)?.rejections).toBe(2);
});

test("a refusal costs nothing, and the sink is left alone until then", () => {
  const dispatcher = paidUp({ [K]: 200n });
  dispatcher.refused({ id: dispatcher.next({ value: 100n, now: 61 }).id, now: 61, until: 70 });
  expect(dispatcher.standing(K)).toMatchObject({ sent: 0n, failures: 0 });
  expect(() => dispatcher.next({ value: 100n, now: 62 })).toThrow(new SinksBusyError(70));
  const { id, sink } = dispatcher.next({ value: 100n, now: 70 });
  expect(sink).toBe(K);
  // By its own account it owes less; more than one thinks it cannot say.
  dispatcher.refused({ id, now: 70, until: 71, owed: 30n });
  expect(dispatcher.eligible(K, 71)).toBe(30n);
  dispatcher.refused({ id: dispatcher.next({ value: 30n, now: 71 }).id, now: 71, until: 72, owed: 900n });
  expect(dispatcher.eligible(K, 72)).toBe(30n);
});

test("who waits for credit is told when", () => {
  const dispatcher = paidUp({ [K]: 60n, [L]: 30n });
  expect(() => dispatcher.next({ value: 100n, now: 60 })).toThrow(new WaitForCreditError(100n, 100));
  dispatcher.reach(K, false, 60);
  expect(() => dispatcher.next({ value: 100n, now: 60 })).toThrow(new WaitForCreditError(100n, 200));
  expect(() => new Dispatcher(TERMS).next({ value: 100n, now: 60 })).toThrow(/nothing flows/);
  expect(() => dispatcher.next({ value: 101n, now: 60 })).toThrow(InvalidParameterError);
  expect(() => new Dispatcher({ oneTask: 0n, horizon: 1 })).toThrow(InvalidParameterError);
  expect(() => dispatcher.failed({ id: 5, now: 60 })).toThrow(/no task 5/);
});

test("who waits for credit is not kept by the debts of those who do not answer", () => {
  const dispatcher = paidUp({ [K]: 500n, [L]: 60n });
  dispatcher.failed({ id: dispatcher.next({ value: 100n, now: 60 }).id, now: 60 });
  expect(() => dispatcher.next({ value: 90n, now: 60 })).toThrow(new WaitForCreditError(90n, 70));
  expect(() => dispatcher.next({ value: 65n, now: 60 })).toThrow(new WaitForCreditError(65n, 65));
  expect(dispatcher.next({ value: 90n, now: 70 }).sink).toBe(K);
});

test("credit lapses: a sink that is back owes one horizon of pay, not all", () => {
  const dispatcher = new Dispatcher(TERMS);
  for (let now = 0; now <= 3600; now += 60) dispatcher.paid(K, BigInt(now), now);
  expect(dispatcher.eligible(K, 3600)).toBe(360n);
  expect(dispatcher.eligible(K, 3900)).toBe(100n);
  expect(dispatcher.eligible(L, 3900)).toBe(0n);
});

test("a retry elsewhere does not go back", () => {
  const dispatcher = paidUp({ [K]: 250n, [L]: 200n });
  dispatcher.failed({ id: dispatcher.next({ value: 100n, now: 61 }).id, now: 62 });
  expect(dispatcher.next({ value: 100n, now: 80, except: [K] }).sink).toBe(L);
  expect(dispatcher.next({ value: 100n, now: 80 }).sink).toBe(K);
});

test("the same events give the same choices, also across restarts", () => {
  const run = (restarts: boolean): string => {
    const random = new Random(7n);
    const sinks = [K, L, M] as [Address, ...Address[]];
    let standings = new Map<string, Standing>();
    let dispatcher = new Dispatcher({ ...TERMS, standings });
    const [chosen, flying]: [string[], { id: number }[]] = [[], []];
    for (let now = 0; now < 3000; now++) {
      if (now % 60 === 0) for (const sink of sinks) dispatcher.paid(sink, BigInt(now) * random.between(1n, 9n), now);
      try {
        const sending = dispatcher.next({ value: random.between(1n, 100n), now });
        chosen.push(sending.sink);
        flying.push(sending);
      } catch (error) {
        chosen.push((error as Error).message);
      }
      const ended = random.oneIn(2n) || now % 500 === 499 ? flying.splice(0) : [];
      for (const { id } of ended) {
        if (random.oneIn(10n)) dispatcher.failed({ id, now, rejected: random.oneIn(2n) });
        else dispatcher.accepted({ id, now, value: random.between(1n, 100n) });
      }
      if (restarts && now % 500 === 499) {
        standings = new Map(decode<[string, Standing][]>(encode([...standings])));
        dispatcher = new Dispatcher({ ...TERMS, standings });
      }
    }
    return `${chosen.join()} ${encode(dispatcher.standings())}`;
  };
  expect(run(true)).toBe(run(false));
});

test("too much pay for too long to those who do not deliver: a warning, then a stop", () => {
  const dispatcher = paidUp({ [K]: 1000n, [L]: 300n });
  let report: LossReport = watchLoss({ since: undefined }, dispatcher.standings(), { now: 60, horizon: 360 });
  expect(report).toMatchObject({ level: "fine", share: 0, since: undefined });
  dispatcher.reach(L, false, 60);
  const levels = [61, 400, 422, 782].map((now) => {
    dispatcher.paid(K, 1000n + BigInt(10 * now), now);
    dispatcher.paid(L, 300n + BigInt(4 * now), now);
    report = watchLoss(report, dispatcher.standings(), { now, horizon: 360 });
    return report.level;
  });
  expect(levels).toEqual(["fine", "fine", "warn", "stop"]);
  expect(report.lost).toEqual([L]);
  expect(() => assertWorthPaying(report)).toThrow(StopLossError);
  dispatcher.reach(L, true, 783);
  report = watchLoss(report, dispatcher.standings(), { now: 783, horizon: 360 });
  expect(report).toMatchObject({ level: "fine", since: undefined });
  assertWorthPaying(report);
});
