import { describe, expect, test } from "vitest";
import { Random } from "../../model/random.ts";
import { type MachineQueue, MachineStateError, nextQueue, residual } from "./residual.ts";

const random = new Random(6n);
const uniform = (low: number, high: number): number => low + ((high - low) * Number(random.bits(52))) / 2 ** 52;
const several = (value: () => number): number[] => Array.from({ length: Number(random.between(1n, 6n)) }, value);
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

describe("what is left", () => {
  test("is at most the machine, at least what it does, and a door for what it does not do", () => {
    for (let round = 0; round < 3000; round++) {
      const rate = 10 ** uniform(-2, 9);
      const served = several(() => (random.oneIn(3n) ? 0 : uniform(0, rate)));
      const headroom = uniform(1, 2);
      const f = Math.max(1.1, headroom);
      const declared = residual({ rate, served, headroom });
      declared.forEach((units, i) => {
        expect(units).toBeLessThanOrEqual(f * rate * (1 + 1e-9));
        expect(units).toBeGreaterThanOrEqual(f * Math.min(rate, served[i] as number) * (1 - 1e-9));
        expect(units).toBeGreaterThanOrEqual(f * 0.02 * rate * (1 - 1e-9));
      });
      // What is declared beyond what is done is the idle part, once for each.
      const idle = Math.max(0, rate - sum(served));
      expect(sum(declared)).toBeLessThanOrEqual(f * (sum(served) + served.length * (idle + 0.02 * rate)) * (1 + 1e-9));
      expect(residual({ rate, served, headroom })).toEqual(declared);
    }
  });

  test("falls when the machine does more for others", () => {
    for (let round = 0; round < 1000; round++) {
      const served = several(() => uniform(0, 40));
      const [first] = residual({ rate: 100, served, headroom: 1.2 });
      const [less] = residual({ rate: 100, served: [...served, uniform(0, 40)], headroom: 1.2 });
      expect(less).toBeLessThanOrEqual((first as number) + 1e-9);
    }
  });

  test("of one task type is all, and of an idle machine all for each", () => {
    expect(residual({ rate: 100, served: [70], headroom: 1.25 })).toEqual([125]);
    expect(residual({ rate: 100, served: [0, 0, 0], headroom: 1.25 })).toEqual([125, 125, 125]);
  });

  test.each([
    [{ rate: 0, served: [1], headroom: 1.1 }, /rate of a machine is above 0, not 0/],
    [{ rate: 1, served: [Number.NaN], headroom: 1.1 }, /served is at least 0, not NaN/],
    [{ rate: 1, served: [1], headroom: 0.9 }, /headroom is from 1 on, not 0.9/],
  ])("refuses %o", (parameters, message) => {
    expect(() => residual(parameters)).toThrow(MachineStateError);
    expect(() => residual(parameters)).toThrow(message);
  });
});

describe("which queue is next", () => {
  const queue = (backlog: number, unitRate = 1, capacity = 100): MachineQueue => {
    return { backlog, capacity, horizon: 360, unitRate };
  };

  test("the one with most money waiting, unless one is near its horizon", () => {
    expect(nextQueue([queue(500), queue(300, 2), queue(0, 9)])).toBe(1);
    expect(nextQueue([queue(21_700), queue(20_000, 5)])).toBe(0);
    expect(nextQueue([queue(2_200, 1, 10), queue(35_000)])).toBe(1);
    expect(nextQueue([queue(0), queue(0)])).toBeUndefined();
    expect(nextQueue([])).toBeUndefined();
  });

  /**
   * Two days of epochs, in which a fifth more is paid for than the machine can do, as far as it declares so much: now for this
   * task type, an hour later for another.
   */
  function fullest(guard: boolean, seed: bigint): { fullest: number; served: number } {
    const luck = new Random(seed);
    const part = () => Number(luck.between(0n, 1000n)) / 1000;
    const [rate, horizon, epoch, task] = [100, 360, 60, 100];
    const queues = [1, 1.5, 4].map((unitRate) => ({ backlog: 0, capacity: 110, horizon, unitRate }));
    const served = queues.map(() => 0);
    let [most, done, paid] = [0, 0, 0];
    let wishes = queues.map(part);
    for (let step = 0; step < 2880; step++) {
      if (step % 60 === 0) wishes = queues.map(() => part() ** 3 + 0.001);
      const left = residual({ rate, served, headroom: 1.1 });
      queues.forEach((queue, i) => {
        queue.capacity += 0.3 * ((left[i] as number) - queue.capacity);
        const units = Math.max(0, queue.capacity - queue.backlog / horizon);
        const pay = Math.min(units, (1.2 * rate * (wishes[i] as number)) / sum(wishes)) * epoch;
        queue.backlog += pay;
        paid += pay;
      });
      const doneNow = queues.map(() => 0);
      for (let capacity = rate * epoch; capacity >= task; capacity -= task) {
        const next = nextQueue(
          guard ? queues : queues.map((queue) => ({ ...queue, capacity: Number.POSITIVE_INFINITY })),
        );
        if (next === undefined) break;
        const queue = queues[next] as MachineQueue;
        const amount = Math.min(task, queue.backlog);
        queue.backlog -= amount;
        doneNow[next] = (doneNow[next] as number) + amount;
        done += amount;
      }
      doneNow.forEach((amount, i) => {
        served[i] = (served[i] as number) + 0.3 * (amount / epoch - (served[i] as number));
      });
      most = Math.max(most, ...queues.map(({ backlog, capacity }) => backlog / (capacity * horizon)));
    }
    return { fullest: most, served: done / paid };
  }

  test("with the guard every queue stays off its horizon, without it a cheap one does not", () => {
    for (let seed = 1n; seed <= 5n; seed++) {
      const guarded = fullest(true, seed);
      expect(guarded.fullest).toBeLessThan(0.65);
      expect(guarded.served).toBeGreaterThan(0.99);
      expect(fullest(false, seed).fullest).toBeGreaterThan(2);
    }
  });
});
