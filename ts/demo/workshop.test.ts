import { describe, expect, test } from "vitest";
import type { Request } from "./demand.ts";
import { UNIT_RATE } from "./scenario.ts";
import { Workshop } from "./workshop.ts";

const request = (id: number, at: number, source = 0): Request => ({ id, at, source, work: [400, 200, 100] });

/** Pays every agent for everything, always. */
function payAll(workshop: Workshop): void {
  for (const agent of workshop.stages.flatMap(({ agents }) => agents)) agent.received = 10n ** 9n * UNIT_RATE;
}

describe("Workshop", () => {
  test("a request goes from stage to stage and is served once", () => {
    const workshop = new Workshop([request(0, 1), request(1, 2), request(2, 500)], 1);
    payAll(workshop);
    workshop.advance(10);
    expect(workshop.counts).toMatchObject({ arrived: 2, served: 2, waiting: 0 });
    expect(workshop.demanded).toEqual([800, 400, 200]);
    expect(workshop.latencies).toEqual([9, 8]);
    workshop.advance(510);
    expect(workshop.counts).toMatchObject({ arrived: 3, served: 3 });
  });

  test("nobody works without pay", () => {
    const workshop = new Workshop([request(0, 1)], 1);
    workshop.advance(100);
    expect(workshop.counts).toEqual({ arrived: 1, served: 0, turnedAway: 0, waiting: 1 });
    expect(workshop.report(0, 0).backlog).toBe(0n);
  });

  test("every request is served, turned away or waiting", () => {
    const requests = Array.from({ length: 300 }, (_, id) => request(id, id / 10, id % 2));
    const workshop = new Workshop(requests, 1);
    for (const agent of workshop.stages[0]?.agents ?? []) agent.received = 9000n * UNIT_RATE;
    for (let at = 5; at <= 60; at += 5) {
      workshop.advance(at);
      workshop.refund(1, 900n * UNIT_RATE);
      workshop.advance(at);
      const { arrived, served, turnedAway, waiting } = workshop.counts;
      expect(served + turnedAway + waiting).toBe(arrived);
    }
    expect(workshop.counts.turnedAway).toBeGreaterThan(10);
  });

  test("a refund turns away what it would have paid for, and the rest counts next time", () => {
    const requests = Array.from({ length: 10 }, (_, id) => request(id, 1));
    const workshop = new Workshop(requests, 1);
    workshop.advance(2);
    workshop.refund(0, 700n * UNIT_RATE);
    expect(workshop).toMatchObject({ counts: { turnedAway: 1 }, withdrawn: [400, 0], asked: [4000, 0] });
    workshop.refund(0, 100n * UNIT_RATE);
    expect(workshop).toMatchObject({ counts: { turnedAway: 2 }, withdrawn: [800, 0] });
  });

  test("is the same for the same seed", () => {
    const run = (seed: number): number[] => {
      const workshop = new Workshop(
        Array.from({ length: 2000 }, (_, id) => request(id, id / 50)),
        seed,
      );
      payAll(workshop);
      for (let at = 15; at <= 60; at += 15) workshop.advance(at);
      return workshop.stages.flatMap(({ agents }) => agents.map(({ served }) => served));
    };
    expect(run(1)).toEqual(run(1));
    expect(run(2)).not.toEqual(run(1));
  });
});
