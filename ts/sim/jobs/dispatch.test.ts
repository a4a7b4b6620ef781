import type { Address } from "viem";
import { expect, test } from "vitest";
import { Dispatcher } from "../../sdk/work/dispatcher.ts";
import { ServedMeter } from "../../sdk/work/servedMeter.ts";
import { Rng } from "../rng.ts";
import { CreditDispatch } from "./creditDispatch.ts";
import { QUANTA } from "./jobScenario.ts";
import { ServedMeters } from "./servedMeters.ts";

const SINKS = 6;
const ONE_TASK = 5_000_000;
const addressOf = (sink: number) => `0x${sink}` as Address;

/** The kit throws where nobody can take a task; here that is −1. */
function nextOf(dispatcher: Dispatcher, size: number, now: number): { id: number; sink: number } {
  try {
    const { id, sink } = dispatcher.next({ value: BigInt(size), now });
    return { id, sink: Number(sink.slice(2)) };
  } catch {
    return { id: 0, sink: -1 };
  }
}

test.each([1, 2, 3, 4, 5])("CreditDispatch chooses as the kit's Dispatcher does, seed %i", (seed) => {
  const rng = new Rng(seed);
  const kit = new Dispatcher({ oneTask: BigInt(ONE_TASK), horizon: 72 });
  const ours = new CreditDispatch(SINKS, { horizon: 72 }, ONE_TASK);
  const flying: { id: number; sink: number; size: number; load: number; at: number }[] = [];
  const chosen = new Map<number, number>();
  for (let now = 0; now < 3000; now += 3) {
    for (let k = 0; k < SINKS; k++) {
      ours.paid[k] = (ours.paid[k] as number) + rng.below(400_000 * (k + 1));
      kit.paid(addressOf(k), BigInt(ours.paid[k] as number), now);
    }
    ours.note(now);
    for (const job of flying.splice(0)) {
      if (rng.uniform() < 0.6) flying.push(job);
      else {
        kit.accepted({ id: job.id, now, value: BigInt(job.size) });
        ours.done(job.sink, job.size, job.load, now - job.at);
      }
    }
    for (let tries = 0; tries < 5; tries++) {
      const size = 1 + rng.below(ONE_TASK);
      const { id, sink } = nextOf(kit, size, now);
      expect(ours.next(size, now)).toBe(sink);
      chosen.set(sink, (chosen.get(sink) ?? 0) + 1);
      if (sink !== -1) flying.push({ id, sink, size, load: ours.loadOf(sink), at: now });
    }
  }
  // Everybody was chosen, and at times nobody.
  expect(chosen.size).toBe(SINKS + 1);
});

test("ServedMeters declare what the kit's ServedMeter does", () => {
  const rng = new Rng(1);
  const [rate, expected, horizon] = [800, 5000, 360];
  const kit = new ServedMeter({
    concurrency: 1,
    horizon,
    expectedWork: expected,
    expectedServiceTime: expected / rate,
  });
  const ours = new ServedMeters(Float64Array.of(rate), expected, horizon);
  for (let i = 0; i < 500; i++) {
    const size = (1 + rng.below(9000)) * QUANTA;
    const serviceTime = (size / QUANTA / rate) * rng.between(0.5, 1.5);
    kit.record({ work: size / QUANTA, serviceTime });
    ours.record(0, size, serviceTime);
    expect(Math.floor(ours.capacity(0))).toBe(Number(kit.capacity()));
  }
});
