import { describe, expect, test } from "vitest";
import type { TraceRequest } from "../sim/trace.ts";
import { generateRequests, planDemand, type Request } from "./demand.ts";
import { capacityOf, STAGES, TARGET_LOAD, timelineOf, WAD } from "./scenario.ts";

const timeline = timelineOf(60);
const workOf = (requests: readonly Request[], stage: number): number =>
  requests.reduce((sum, { work }) => sum + (work[stage] ?? 0), 0);

describe("generateRequests", () => {
  test("is the same for the same seed, and another for another", () => {
    expect(generateRequests(7, 600)).toEqual(generateRequests(7, 600));
    expect(generateRequests(8, 600)).not.toEqual(generateRequests(7, 600));
  });

  test("is ordered, within its time, and about as many and as large as real ones", () => {
    const requests = generateRequests(1, 3600);
    expect(requests.every(({ at }, index) => at >= (requests[index - 1]?.at ?? 0) && at < 3600)).toBe(true);
    expect(requests.length / 3600).toBeGreaterThan(4.5);
    expect(requests.length / 3600).toBeLessThan(6.5);
    const mean = requests.reduce((sum, { context }) => sum + context, 0) / requests.length;
    expect(mean).toBeGreaterThan(1000);
    expect(mean).toBeLessThan(1300);
  });
});

describe("planDemand", () => {
  const series: [string, TraceRequest[]][] = [
    ["the generator", generateRequests(3, timeline.end)],
    ["a few seconds that repeat", generateRequests(3, 30)],
    ["one request", [{ at: 0, context: 12, generated: 0 }]],
    ["a day", Array.from({ length: 5000 }, (_, index) => ({ at: index * 17, context: 3, generated: index % 50 }))],
  ];

  test.each(series)("loads the stages as the scenario says before the first shock: %s", (_, requests) => {
    const early = planDemand(requests, timeline, 1).filter(({ at }) => at < timeline.death);
    const load = workOf(early, 0) / timeline.death / capacityOf(STAGES[0]);
    expect(load).toBeGreaterThan(TARGET_LOAD * 0.99);
    expect(load).toBeLessThan(TARGET_LOAD * 1.01);
  });

  test.each(series)("asks of each stage what the money passed on to it pays for: %s", (_, requests) => {
    const plan = planDemand(requests, timeline, 1);
    const share = (stage: number): number => Number(STAGES[stage]?.passesOn) / Number(WAD);
    expect(workOf(plan, 1) / workOf(plan, 0)).toBeCloseTo(share(0), 1);
    expect(workOf(plan, 2) / workOf(plan, 1)).toBeCloseTo(share(1), 1);
  });

  test("doubles at its time", () => {
    const steady = Array.from({ length: 3600 }, (_, at) => ({ at, context: 10, generated: 10 }));
    const plan = planDemand(steady, timeline, 1);
    expect(plan.filter(({ at }) => at < timeline.doubling)).toHaveLength(timeline.doubling);
    expect(plan.filter(({ at }) => at >= timeline.doubling)).toHaveLength(2 * (3600 - timeline.doubling));
  });

  test("gives every request an id of its own, a source and work in each stage", () => {
    const plan = planDemand([{ at: 0, context: 0, generated: 1 }], timeline, 1);
    expect(new Set(plan.map(({ id }) => id)).size).toBe(plan.length);
    expect(
      plan.every(({ work, source }) => work.length === 3 && work.every((tokens) => tokens >= 1) && source < 2),
    ).toBe(true);
  });
});

test("each stage is as large as its share of the work, so that all are loaded alike", () => {
  const [first, second, third] = STAGES.map(capacityOf) as [number, number, number];
  expect(second / first).toBe(Number(STAGES[0].passesOn) / Number(WAD));
  expect(third / second).toBe(Number(STAGES[1].passesOn) / Number(WAD));
});
