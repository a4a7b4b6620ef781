import { describe, expect, test } from "vitest";
import { paidOnDelivery } from "../result.ts";
import { constantSource, type Scenario, scenarioOf, sinksOf } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";
import { simulate } from "./fluidEngine.ts";

type SinkOf = { rate: number; claim?: number; truthful?: boolean };

function run(strategy: Strategy, sinks: readonly SinkOf[], inflow: number, given: Partial<Scenario> = {}) {
  const steps = given.steps ?? 1;
  const sources = [constantSource(0, inflow, steps)];
  const scenario = scenarioOf({ steps, sinks: sinksOf([sinks]), sources, ...given });
  return simulate(scenario, strategy, { probes: sinks.map((_, i) => i) });
}

/** Pay of each sink in a step, units. */
const pay = ({ probes }: ReturnType<typeof run>, step = 0) =>
  probes.map((probe) => Number(probe.pay[step]?.toFixed(6)));

describe("rules that look at queues", () => {
  const idle = [{ rate: 0 }, { rate: 0, claim: 1 }, { rate: 0, claim: 2 }, { rate: 0, claim: 3 }];

  test("fill empty queues alike, in work or in seconds of declared capacity, and nobody who declares nothing", () => {
    expect(pay(run("shortest", idle, 30))).toEqual([0, 10, 10, 10]);
    expect(pay(run("shortestWeighted", idle, 30))).toEqual([0, 5, 10, 15]);
  });

  test("max-weight keeps as much at the source as in each queue", () => {
    const result = run("maxWeight", idle, 40);
    expect(pay(result)).toEqual([0, 10, 10, 10]);
    expect(result.escrow).toBeCloseTo(600, 6);
  });

  test("fill the shorter one first, up to the next", () => {
    // After the first step the queues are 5 and 15 units of a minute; the second step levels them at 20.
    const two = [{ rate: 10 }, { rate: 0, claim: 10 }];
    const result = run("shortest", two, 30, { steps: 2 });
    expect(pay(result)).toEqual([15, 15]);
    expect(pay(result, 1)).toEqual([20, 10]);
  });

  test("stop feeding the dead who say what waits, and feed for ever who says that nothing does", () => {
    const fed = (truthful: boolean) => {
      const result = run("shortest", [{ rate: 30 }, { rate: 0, claim: 30, truthful }], 20, { steps: 50 });
      return pay(result, 49)[1];
    };
    expect(fed(true)).toBe(0);
    expect(fed(false)).toBe(10);
  });

  test("know what they sent since an old report was made", () => {
    const reporting = { everySteps: 1, delaySteps: 3, jitterSteps: 0, staggered: false };
    // The report in use says that nothing waits; three steps of 10 units are known to have been sent, and the dead sink of
    // the same past is as long.
    const result = run(
      "shortest",
      [
        { rate: 0, claim: 9 },
        { rate: 0, claim: 9 },
      ],
      20,
      { steps: 8, reporting },
    );
    for (let step = 0; step < 8; step++) expect(pay(result, step)).toEqual([10, 10]);
    const liar = [{ rate: 100 }, { rate: 0, claim: 100, truthful: false }];
    const late = pay(run("shortest", liar, 20, { steps: 40, reporting }), 39);
    expect(late[0]).toBeCloseTo(10, 6);
    expect(late[1]).toBeCloseTo(10, 6);
  });

  test("forget whose report is older than the time-to-live", () => {
    const events = [{ step: 5, kind: "dieSilent" as const, sinks: [1], value: 0 }];
    const result = run("shortestWeighted", [{ rate: 30 }, { rate: 30 }], 20, { steps: 20, events });
    expect(pay(result, 19)).toEqual([20, 0]);
  });

  test("send on what waited while there was nobody", () => {
    const reporting = { everySteps: 1, delaySteps: 2, jitterSteps: 0, staggered: false };
    const result = run("shortest", [{ rate: 5 }], 4, { steps: 6, reporting, start: "ramp" });
    expect([0, 1, 2, 3].map((step) => pay(result, step)[0])).toEqual([0, 0, 12, 4]);
    expect(result.escrow).toBeLessThan(1e-6);
  });
});

test("true rates divide everything, and the dead get nothing", () => {
  expect(pay(run("trueRate", [{ rate: 10 }, { rate: 30 }, { rate: 0, claim: 5 }], 80))).toEqual([20, 60, 0]);
});

test("paid on delivery, sinks have what they served, and the source prepaid nothing", () => {
  const result = run("shortest", [{ rate: 5 }, { rate: 0, claim: 5, truthful: false }], 20, { steps: 10 });
  const delivered = paidOnDelivery(result);
  expect(result.paid - result.served).toBeGreaterThan(1000);
  expect(delivered.paid).toBe(delivered.served);
  expect([...delivered.received]).toEqual([3000, 0]);
});
