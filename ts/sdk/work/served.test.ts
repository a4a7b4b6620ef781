import { expect, test } from "vitest";
import { Random } from "../../model/random.ts";
import { InvalidParameterError } from "../errors.ts";
import { whySignal } from "../sink/whySignal.ts";
import { ServedMeter } from "./servedMeter.ts";

const TERMS = { concurrency: 1, horizon: 100, expectedWork: 1, expectedServiceTime: 1, smoothing: 0.01 };

/** A number in (0, 1). */
const uniform = (random: Random): number => (Number(random.bits(52)) + 0.5) / 2 ** 52;

test("what is declared is the mean and its headroom, from measured variance", () => {
  const random = new Random(1n);
  const meter = new ServedMeter({ ...TERMS, concurrency: 100, expectedWork: 3, expectedServiceTime: 7 });
  let [declared, dispersion] = [0, 0];
  for (let i = 0; i < 22_000; i++) {
    meter.record({ work: 1, serviceTime: -Math.log(uniform(random)) });
    if (i >= 2_000) {
      declared += Number(meter.capacity()) / 20_000;
      dispersion += meter.dispersion / 20_000;
    }
  }
  expect(Math.abs(dispersion - 1)).toBeLessThan(0.05);
  // μ = 100 and μT = 10,000: 1.4 % more, less half a unit of rounding.
  expect(Math.abs(declared - 100.9)).toBeLessThan(1);
});

test("steady tasks need no headroom, many sinks' worth of work little", () => {
  const steady = new ServedMeter(TERMS);
  for (let i = 0; i < 2_000; i++) steady.record({ work: 50, serviceTime: 0.5 });
  expect(steady.capacity()).toBe(100n);
  // μT = 100: 14 % above the mean as long as nothing is measured, rounded down.
  expect(new ServedMeter({ ...TERMS, concurrency: 100, horizon: 1 }).capacity()).toBe(113n);
  expect(new ServedMeter({ ...TERMS, concurrency: 10_000 }).capacity()).toBe(10_014n);
  expect(new ServedMeter({ ...TERMS, concurrency: 2 ** 50 }).capacity()).toBe(2n ** 40n - 1n);
});

test("the headroom pays: less than a quarter is lost of what would be lost without", () => {
  // Backlog at the end of each epoch costs units for the next: pay follows min(declared, ·) less backlog / T.
  const loss = (declares: (meter: ServedMeter) => number): number => {
    const random = new Random(5n);
    const meter = new ServedMeter({ ...TERMS, concurrency: 1, horizon: 100, smoothing: 0.001 });
    let [backlog, pay, done] = [0, 0, 0];
    for (let task = 0; task < 200_000; task++) {
      const time = -Math.log(uniform(random));
      meter.record({ work: 1, serviceTime: time });
      const paid = Math.max(0, declares(meter) - backlog / 100) * time;
      backlog = Math.max(0, backlog + paid - 1);
      pay += paid;
      done += time;
    }
    return 1 - pay / done;
  };
  const exact = loss((meter) => meter.rate);
  const withHeadroom = loss((meter) => meter.rate * (1 + 1.4 * Math.sqrt(meter.dispersion / (meter.rate * 100))));
  expect(exact).toBeGreaterThan(0.03);
  expect(withHeadroom).toBeLessThan(exact / 4);
});

test.each([
  [{ concurrency: 0 }, /concurrency is above 0/],
  [{ smoothing: 2 }, /smoothing is at most 1/],
  [{ expectedWork: Number.NaN }, /expectedWork is above 0/],
])("refuses %o", (change, message) => {
  expect(() => new ServedMeter({ ...TERMS, ...change })).toThrow(InvalidParameterError);
  expect(() => new ServedMeter({ ...TERMS, ...change })).toThrow(message);
});

test("a task of no time teaches nothing", () => {
  expect(() => new ServedMeter(TERMS).record({ work: 1, serviceTime: 0 })).toThrow(InvalidParameterError);
});

const steady = { capacity: 100n, backlog: 0n };
const POLICY = { capacityCap: 200n, epochLength: 60, horizon: 360, now: 1000, expiresAt: 1300 };

test.each([
  ["nothing changed", { measured: steady, latest: steady }, undefined],
  ["no signal yet", { measured: steady, latest: undefined }, "first"],
  ["4 % more", { measured: { ...steady, capacity: 104n }, latest: steady }, undefined],
  ["5 % less", { measured: { ...steady, capacity: 95n }, latest: steady }, "changed"],
  ["a backlog of 5 units", { measured: { ...steady, backlog: 1800n }, latest: steady }, "changed"],
  ["a backlog of 3 units", { measured: { ...steady, backlog: 1080n }, latest: steady }, undefined],
  [
    "more than the stake backs",
    { measured: { ...steady, capacity: 900n }, latest: { ...steady, capacity: 200n } },
    undefined,
  ],
  ["from nothing to something", { measured: steady, latest: { capacity: 0n, backlog: 0n } }, "changed"],
  ["still nothing", { measured: { capacity: 0n, backlog: 9n }, latest: { capacity: 0n, backlog: 0n } }, undefined],
  ["the last epoch", { measured: steady, latest: steady, now: 1240 }, "expiring"],
])("whether to signal: %s", (_, change, reason) => {
  expect(whySignal({ ...POLICY, ...change })).toBe(reason);
});

test("a steady sink signals at most once in four epochs", () => {
  const [h, timeToLive] = [60, 300];
  let [signals, expiresAt] = [0, undefined as number | undefined];
  for (let now = 6000; now < 6000 + 400 * h; now += 12) {
    const latest = expiresAt === undefined ? undefined : steady;
    if (whySignal({ ...POLICY, measured: steady, latest, expiresAt, now }) === undefined) continue;
    signals += 1;
    // As the registry has it: it counts in every epoch up to that of its age.
    expiresAt = (Math.floor((now + timeToLive) / h) + 1) * h;
  }
  expect(signals).toBeGreaterThan(50);
  expect(signals).toBeLessThanOrEqual(100);
});
