import { describe, expect, test } from "vitest";
import { capOf } from "../experiments/e03-sybil.ts";
import { simulate } from "../fluid/fluidEngine.ts";
import {
  constantSource,
  FLUID_PARAMETERS,
  type Scenario,
  type Source,
  scenarioOf,
  sinksOf,
  type Verification,
} from "../scenario.ts";

/** Theory 6 and 7: what lying, withholding, colluding and splitting pay. */
const PARAMETERS = { ...FLUID_PARAMETERS, grace: 0 };
const RELATIVE: Verification = { ledger: "relative", latencySteps: 0, slashing: false };
const ABSOLUTE: Verification = { ...RELATIVE, ledger: "absolute" };

type Sink = { rate: number; claim?: number; truthful?: boolean };

function pool(sinks: readonly Sink[], sources: readonly Source[], given: Partial<Scenario> = {}): Scenario {
  const steps = sources[0]?.rates.length ?? 0;
  return scenarioOf({ steps, sinks: sinksOf([sinks]), sources, parameters: PARAMETERS, ...given });
}

describe("check 6: pay that x = 2 earns without work in 10 hours (μ = 10, T = 180)", () => {
  // An honest sink begins to declare twice what it can do: the average starts from 10, and takes its way to 20.
  const STEPS = 600;
  const unearned = (strategy: "closed" | "open", sink: Sink, verification?: Verification) => {
    const scenario = pool([sink], [constantSource(0, 1000, STEPS + 60)], { verification });
    const honest = scenario.sinks.claim[0] as number;
    scenario.sinks.claim[0] = honest / 2;
    const events = [{ step: 60, kind: "scale" as const, sinks: [0], value: 2 }];
    // `scale` doubles the true rate too; the slow-down takes that back.
    const undo = [{ step: 60, kind: "slowDown" as const, sinks: [0], value: 0.5 }];
    const result = simulate({ ...scenario, steps: STEPS + 60, events: [...events, ...undo] }, strategy);
    return result.state.backlog[0] as number;
  };

  test("open loop: 358,600; the same if backlog is reported as zero", () => {
    expect(unearned("open", { rate: 10, claim: 20 })).toBeCloseTo(358_600, 2);
    expect(unearned("closed", { rate: 10, claim: 20, truthful: false })).toBeCloseTo(358_600, 2);
  });

  test("verified backlog: 1,800 if it works, whatever it reports", () => {
    expect(unearned("closed", { rate: 10, claim: 20, truthful: false }, ABSOLUTE)).toBeCloseTo(1800, 3);
    expect(unearned("closed", { rate: 10, claim: 20 })).toBeCloseTo(1800, 3);
  });

  test("verified backlog: 3,600 if it does nothing", () => {
    const result = simulate(
      pool([{ rate: 0, claim: 20, truthful: false }], [constantSource(0, 1000, 600)], { verification: ABSOLUTE }),
    );
    expect(result.received[0]).toBeCloseTo(3600, 3);
  });
});

describe("acknowledgements", () => {
  test("latency of T/4 costs an honest sink a fifth; a grace of as much gives it back", () => {
    const run = (grace: number) => {
      const scenario = pool([{ rate: 10 }], [constantSource(0, 100, 500)], {
        verification: { ...ABSOLUTE, latencySteps: 1 },
        parameters: { ...PARAMETERS, horizon: 240, grace },
      });
      return simulate(scenario).recording.served.at(-1) as number;
    };
    expect(run(0)).toBeCloseTo(8, 5);
    expect(run(60)).toBeCloseTo(10, 9);
  });

  test("absolute ledger, 5 % never acknowledged: a pool of 10 falls to 6.0 after 1 h and 0.0007 after 10 h", () => {
    const run = (verification: Verification) => {
      const sources = [constantSource(0, 9.5, 601), { ...constantSource(0, 0.5, 601), acknowledges: 0 }];
      return simulate(pool([{ rate: 15 }], sources, { verification })).recording.paid;
    };
    expect(run(ABSOLUTE)[60]).toBeCloseTo(6.0, 1);
    expect(run(ABSOLUTE)[600]).toBeCloseTo(0.0007, 4);
    expect(run(RELATIVE)[600]).toBeCloseTo(10, 9);
  });

  test("relative ledger: honest sinks keep their full rate with 95 % withheld", () => {
    const source = { ...constantSource(0, 100, 2000), acknowledges: 0.05 };
    const { recording } = simulate(pool([{ rate: 10 }, { rate: 20 }], [source], { verification: RELATIVE }));
    expect(recording.paid.at(-1)).toBeCloseTo(30, 6);
  });

  // The dead sink goes to zero at the pace at which others' work is acknowledged: with 40 % withheld, more slowly.
  test.each([0, 0.4])("ledger check, %f withheld: rates go to 10, 20, 15, 0", (withheld) => {
    const steps = 6000;
    const sinks = [
      { rate: 10, claim: 10 },
      { rate: 20, claim: 20 },
      { rate: 15, claim: 30, truthful: false },
      { rate: 0, claim: 20, truthful: false },
    ];
    const scenario = pool(sinks, [{ ...constantSource(0, 100, steps), acknowledges: 1 - withheld }], {
      verification: RELATIVE,
      parameters: { ...PARAMETERS, horizon: 540 },
    });
    const { probes } = simulate(scenario, "closed", { probes: [0, 1, 2, 3] });
    const rates = probes.map((probe) => probe.pay.at(-1) as number);
    [10, 20, 15, 0].forEach((rate, i) => {
      expect(rates[i]).toBeCloseTo(rate, 2);
    });
  });

  describe("a dead sink with a source of its own, 5 % of the inflow", () => {
    const run = (acknowledged: number) => {
      const steps = 6000;
      const sinks = [{ rate: 10 }, { rate: 20 }, { rate: 15 }, { rate: 0, claim: 20, truthful: false }];
      const honest = { ...constantSource(0, 95, steps), acknowledges: acknowledged };
      const accomplice = { ...constantSource(0, 5, steps), acknowledges: 0, colludesWith: 3 };
      const scenario = pool(sinks, [honest, accomplice], {
        verification: RELATIVE,
        parameters: { ...PARAMETERS, horizon: 540 },
      });
      const [dead] = simulate(scenario, "closed", { probes: [3] }).probes;
      return dead?.pay.at(-1) as number;
    };

    // Theory 6.8: it does not pay more than it gets. It gets a little more than it pays, 5 / 0.95: of a
    // sink's pay only the share π is expected, so an acknowledgement is worth 1/π of its money.
    test("gets 5/0.95 if all others acknowledge", () => {
      expect(run(1)).toBeCloseTo(5 / 0.95, 4);
    });

    test("gets twice that if all others acknowledge half", () => {
      expect(run(0.5)).toBeCloseTo(5 / (0.95 * 0.5), 4);
    });
  });
});

describe("below saturation", () => {
  test("over-declaring by 2 wins 0.909 against 0.5 (n = 10, ρ = 0.5)", () => {
    const honest = Array.from({ length: 9 }, () => ({ rate: 1 }));
    const { probes } = simulate(pool([{ rate: 1, claim: 2 }, ...honest], [constantSource(0, 5, 500)]), "closed", {
      probes: [0],
    });
    expect(probes[0]?.served.at(-1)).toBeCloseTo(0.909, 3);
  });
});

describe("splitting a stake of S", () => {
  const gain = (stake: number, kind: "linear" | "sqrt") => {
    let best = 0;
    for (let k = 1; k < stake; k++) {
      const cap = kind === "linear" ? stake - k : Math.sqrt(k * (stake - k));
      best = Math.max(best, cap / (kind === "linear" ? stake - 1 : Math.sqrt(stake - 1)));
    }
    return best;
  };

  test("square-root caps: gain 5.03 at S = 100m, 15.8 at 1000m; linear: none", () => {
    expect(gain(100, "sqrt")).toBeCloseTo(5.03, 2);
    expect(gain(1000, "sqrt")).toBeCloseTo(15.8, 1);
    expect(gain(100, "linear")).toBe(1);
    expect(gain(1000, "linear")).toBe(1);
  });

  test("the experiment uses these caps", () => {
    expect(capOf("square root", 20) / capOf("square root", 1)).toBeCloseTo(Math.sqrt((20 * 80) / 99), 9);
    expect(capOf("linear", 20) / capOf("linear", 1)).toBeCloseTo(80 / 99, 9);
  });
});
