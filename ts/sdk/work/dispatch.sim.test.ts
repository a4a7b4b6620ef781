import type { Address } from "viem";
import { expect, test } from "vitest";
import { Random } from "../../model/random.ts";
import { Dispatcher } from "./dispatcher.ts";
import { SinksBusyError, WaitForCreditError } from "./errors.ts";

const [EPOCH, HORIZON, EPOCHS] = [60, 360, 1440];
/** Capacity of nine honest sinks, in tasks per epoch relative to the average, percent. */
const SINKS = [40, 60, 80, 100, 100, 110, 120, 140, 150].map((percent, index) => ({
  sink: `0x${index}` as Address,
  percent,
}));
/** What each of three sources pays, percent of all. */
const SOURCES = [20, 30, 50];
const TASK = 1_000_000n;

/**
 * A day: money flows evenly, every source has as many tasks as it is owed, and each sink works them off one by one at its own
 * speed, with service times that vary, and is paid for 80 % of what it can do.
 */
function day(tasks: number, seed: bigint) {
  const random = new Random(seed);
  const sinks = SINKS.map(({ sink, percent }) => {
    const perEpoch = (TASK * BigInt(tasks * percent)) / 100n;
    return { sink, perEpoch, serviceTime: (0.8 * EPOCH * Number(TASK)) / Number(perEpoch), freeAt: 0, delivered: 0n };
  });
  const sources = SOURCES.map((percent) => ({
    percent: BigInt(percent),
    dispatcher: new Dispatcher({ oneTask: TASK, horizon: HORIZON, targetLatency: 60 }),
    answers: [] as { at: number; id: number; sink: (typeof sinks)[number] }[],
  }));
  const settle = (now: number): void => {
    for (const { dispatcher, answers } of sources) {
      for (const answer of answers.splice(0).sort((a, b) => a.at - b.at || a.id - b.id)) {
        if (answer.at > now) answers.push(answer);
        else {
          dispatcher.accepted({ id: answer.id, now: answer.at, value: TASK });
          answer.sink.delivered += TASK;
        }
      }
    }
  };
  let longestDebt = 0;
  for (let epoch = 0; epoch <= EPOCHS; epoch++) {
    const start = epoch * EPOCH;
    for (const { dispatcher, percent } of sources) {
      for (const { sink, perEpoch } of sinks) {
        dispatcher.paid(sink, (perEpoch * BigInt(epoch) * percent) / 100n, start);
      }
    }
    for (let step = 0; step < EPOCH; step += 5) {
      const now = start + step;
      settle(now);
      for (const source of [...sources].sort(() => (random.oneIn(2n) ? 1 : -1))) {
        for (;;) {
          try {
            const { id, sink: chosen } = source.dispatcher.next({ value: TASK, now });
            const sink = sinks.find((candidate) => candidate.sink === chosen) as (typeof sinks)[number];
            const time = (sink.serviceTime * Number(random.between(50n, 150n))) / 100;
            sink.freeAt = Math.max(sink.freeAt, now) + time;
            source.answers.push({ at: sink.freeAt, id, sink });
          } catch (error) {
            if (!(error instanceof WaitForCreditError || error instanceof SinksBusyError)) throw error;
            // Whoever is owed a task then has one.
            for (const { sink } of sinks) {
              const isIdle = source.dispatcher.standing(sink)?.inFlight === 0n;
              if (isIdle) expect(source.dispatcher.eligible(sink, now)).toBeLessThan(TASK);
            }
            break;
          }
        }
      }
    }
    for (const { dispatcher } of sources) {
      for (const { sink, perEpoch } of sinks) {
        const owed = Number(dispatcher.eligible(sink, start + EPOCH - 1)) / Number(perEpoch);
        if (epoch > 10) longestDebt = Math.max(longestDebt, owed);
      }
    }
  }
  const ratios = sinks.map(({ delivered, perEpoch }) => Number(delivered) / Number(perEpoch * BigInt(EPOCHS)));
  return { ratios, longestDebt };
}

test.each([2, 5, 20])("nine sinks get the work that they are paid for, %i tasks per sink and epoch", (tasks) => {
  const { ratios, longestDebt } = day(tasks, BigInt(tasks));
  const fair = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  expect(fair).toBeGreaterThan(0.995);
  for (const ratio of ratios) expect(ratio / fair).toBeGreaterThan(0.995);
  // Within an epoch what is paid is sent, up to the task that a source has not paid in full.
  expect(longestDebt).toBeLessThan(2);
});
