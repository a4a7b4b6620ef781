import { describe, expect, test } from "vitest";
import { simulateExact } from "../exact/exactEngine.ts";
import { aFifth, market } from "../experiments/standardMarket.ts";
import { constantSource, type Scenario, scenarioOf, sinksOf } from "../scenario.ts";
import { createState } from "../sinkState.ts";
import { STRATEGIES } from "../strategy.ts";
import { simulate } from "./fluidEngine.ts";
import { Pools } from "./fluidPools.ts";
import { ConservationError, exactSum, quantaPerUnitSecond } from "./quanta.ts";

/** A market with everything in it: bursts, deaths, liars, refunds, slashing. */
function eventful(seed: number): Scenario {
  const scenario = market(
    seed,
    { load: 1.1, bursty: true, steps: 300, bonded: [1, 1.3] },
    { bufferMax: [1e4, 0, 1e6] },
  );
  for (const i of aFifth(seed)) scenario.sinks.truthful[i] = 0;
  return {
    ...scenario,
    deposits: [1000, 0, 5],
    events: [{ step: 100, kind: "slowDown", sinks: aFifth(seed), value: 0 }],
    verification: { ledger: "evidence", latencySteps: 1, slashing: true },
  };
}

describe("money is conserved exactly", () => {
  test.each(STRATEGIES)("under %s", (strategy) => {
    for (let seed = 1; seed <= 3; seed++) {
      const scenario = eventful(seed);
      const { streamed, slashed, paid, returned, escrow } = simulate(scenario, strategy);
      const deposited = 1005;
      // The totals are whole quanta over a power of two, so even the doubles are equal.
      expect(streamed + slashed + deposited).toBe(paid + returned + escrow);
      expect(paid).toBeGreaterThan(0);
      expect(returned).toBeGreaterThan(strategy === "closed" ? 0 : -1);
    }
  });

  test("slashing moves a bond into the escrow", () => {
    const { slashed, slashedOf } = simulate(eventful(1));
    expect(slashed).toBeGreaterThan(0);
    expect(slashedOf.reduce((sum, amount) => sum + amount, 0)).toBeCloseTo(slashed, 3);
  });

  test("the audit notices a single quantum too much or too little", () => {
    for (const by of [1, -1]) {
      const scenario = scenarioOf({ steps: 1, sinks: sinksOf([[{ rate: 1 }]]), sources: [constantSource(0, 1, 1)] });
      const pools = new Pools(scenario, createState(scenario), quantaPerUnitSecond(scenario));
      pools.open(0);
      pools.pay(0, false, true);
      pools.audit();
      const [pool] = pools.all;
      if (pool) pool.level += by;
      expect(() => pools.audit()).toThrow(ConservationError);
    }
  });

  test("sums that a double would round are refused", () => {
    expect(exactSum(Float64Array.of(2 ** 52, 2 ** 52 - 1))).toBe(2 ** 53 - 1);
    expect(() => exactSum(Float64Array.of(2 ** 53, 1))).toThrow(ConservationError);
    const steps = 10;
    const scenario = scenarioOf({ steps, sinks: sinksOf([[{ rate: 1 }]]), sources: [constantSource(0, 1e13, steps)] });
    expect(() => simulate(scenario)).toThrow("too much money");
  });
});

describe("the same luck for everybody", () => {
  test("strategies and engines meet the same demand and the same work", () => {
    const scenario = market(5, { load: 0.8, bursty: true, steps: 100 });
    const runs = [simulate(scenario), simulate(scenario, "random"), simulateExact(scenario)];
    for (const { recording } of runs) {
      expect(recording.possible).toEqual(runs[0]?.recording.possible);
      recording.inflow.forEach((rate, step) => {
        // Superfluid rounds a stream down to whole wei per unit.
        expect(rate).toBeCloseTo(runs[0]?.recording.inflow[step] as number, 5);
      });
    }
  });

  test("a seed gives the same run twice, another seed another run", () => {
    const run = (seed: number) => simulate(market(seed, { load: 0.8, steps: 50 })).recording.served;
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });
});

describe("sinks", () => {
  const steps = 100;
  const run = (given: Partial<Scenario>) =>
    simulate(
      scenarioOf({
        steps,
        sinks: sinksOf([[{ rate: 10 }, { rate: 10 }]]),
        sources: [constantSource(0, 30, steps)],
        ...given,
      }),
      "closed",
      { probes: [0] },
    ).probes[0];

  test("an announced death ends pay at the pace of the average", () => {
    const probe = run({ events: [{ step: 50, kind: "dieAnnounced", sinks: [0], value: 0 }] });
    expect(probe?.pay[49]).toBeCloseTo(10, 6);
    expect(probe?.units[50]).toBeLessThanOrEqual(7);
    expect(probe?.pay[80]).toBeLessThan(0.01);
  });

  test("silence counts from the time-to-live on", () => {
    const probe = run({ events: [{ step: 50, kind: "fallSilent", sinks: [0], value: 0 }] });
    // The last signal came at 49; five epochs later it still counts.
    expect(probe?.units[54]).toBeCloseTo(10, 9);
    expect(probe?.units[55]).toBeCloseTo(7, 9);
    expect(probe?.served[54]).toBeCloseTo(10, 6);
  });

  test("a report is used when it arrives, with the backlog of when it was made", () => {
    const reporting = { everySteps: 1, delaySteps: 3, jitterSteps: 0, staggered: false };
    const probe = run({
      reporting,
      sinks: sinksOf([[{ rate: 10, claim: 20 }]]),
      parameters: { ...scenarioOf({ steps, sinks: sinksOf([[]]), sources: [] }).parameters, smoothing: 1 },
    });
    expect(probe?.units.slice(0, 4)).toEqual(Float64Array.of(20, 20, 20, 20));
    expect(probe?.units[4]).toBeCloseTo(20 - (probe?.backlog[0] as number) / 180, 6);
  });

  test("staggered sinks report in turn", () => {
    const reporting = { everySteps: 4, delaySteps: 0, jitterSteps: 0, staggered: true };
    const scenario = scenarioOf({
      steps,
      start: "ramp",
      sinks: sinksOf([Array.from({ length: 4 }, () => ({ rate: 10 }))]),
      sources: [constantSource(0, 30, steps)],
      reporting,
    });
    const { probes } = simulate(scenario, "closed", { probes: [0, 1, 2, 3] });
    expect(probes.map((probe) => probe.units.findIndex((units) => units > 0))).toEqual([0, 1, 2, 3]);
  });
});

describe("an abandoned pool", () => {
  test("gives everything back after the grace", () => {
    const steps = 20;
    const scenario = scenarioOf({ steps, sinks: sinksOf([[{ rate: 0 }]]), sources: [constantSource(0, 5, steps)] });
    const { streamed, returned, escrow } = simulate(scenario);
    expect(escrow).toBeLessThan(1e-6);
    expect(returned).toBeCloseTo(streamed, 5);
  });
});
