import { describe, expect, test } from "vitest";
import { simulate } from "../fluid/fluidEngine.ts";
import { markovRates, squareWave } from "../rates.ts";
import { Rng } from "../rng.ts";
import { constantSource, FLUID_PARAMETERS, type Scenario, scenarioOf, sinksOf } from "../scenario.ts";
import { largest, mean, sum } from "../stats.ts";
import { FULL } from "../testMode.ts";

/** Theory 4, 5.2 and 6.6: many sinks, bursts, noise. */
type Sink = { rate: number; claim?: number };

function pool(sinks: readonly Sink[], inflow: number, given: Partial<Scenario> = {}): Scenario {
  const steps = given.steps ?? 2000;
  return scenarioOf({ steps, sinks: sinksOf([sinks]), sources: [constantSource(0, inflow, steps)], ...given });
}

const THREE = [{ rate: 10 }, { rate: 20 }, { rate: 20, claim: 60 }];

describe("check 3: a pool of three", () => {
  test("λ = 45: served (8.333, 16.667, 20), Q₃ = 6480", () => {
    const { probes } = simulate(pool(THREE, 45), "closed", { probes: [0, 1, 2] });
    expect(probes.map((probe) => probe.served.at(-1)?.toFixed(3))).toEqual(["8.333", "16.667", "20.000"]);
    expect(probes[2]?.backlog.at(-1)).toBeCloseTo(6480, 2);
  });

  test("λ = 80: 50 in total, Q₃ = 7200; open loop 35 and 46.67; C₁ = 5: 45", () => {
    const served = (inflow: number, strategy: "closed" | "open", sinks: readonly Sink[] = THREE) =>
      simulate(pool(sinks, inflow), strategy).recording;
    expect(served(80, "closed").served.at(-1)).toBeCloseTo(50, 4);
    expect(served(80, "closed").backlog.at(-1)).toBeCloseTo(7200, 2);
    expect(served(45, "open").served.at(-1)).toBeCloseTo(35, 4);
    expect(served(80, "open").served.at(-1)).toBeCloseTo(46.667, 3);
    expect(served(80, "closed", [{ rate: 10, claim: 5 }, ...THREE.slice(1)]).served.at(-1)).toBeCloseTo(45, 4);
  });

  test("any pool comes to rest where u = min(C, μ/g), served = min(λ, M)", () => {
    const rng = new Rng(3);
    for (let round = 0; round < 40; round++) {
      const sinks = Array.from({ length: 8 }, () => {
        const rate = rng.between(1, 30);
        return { rate, claim: rate * rng.between(0.6, 3) };
      });
      const most = sinks.reduce((sum, { rate, claim }) => sum + Math.min(rate, claim), 0);
      const inflow = most * rng.between(0.3, 1.4);
      const { recording, probes } = simulate(pool(sinks, inflow, { steps: 6000 }), "closed", {
        probes: sinks.map((_, i) => i),
      });
      expect(recording.served.at(-1)).toBeCloseTo(Math.min(inflow, most), 2);
      const g = Math.min(1, inflow / (recording.units.at(-1) as number));
      sinks.forEach(({ rate, claim }, i) => {
        expect(probes[i]?.units.at(-1)).toBeCloseTo(Math.min(claim, rate / g), 1);
      });
    }
  });
});

describe("check 4: escrow, C = μ, Σμ = 50, inflow 90 for 300 s and 0 for 300 s", () => {
  const run = (bufferMax: number) => {
    const steps = 1000;
    const rates = squareWave(steps, 90, 5, 5);
    const source = { ...constantSource(0, 0, steps), rates };
    const scenario = pool([{ rate: 20 }, { rate: 30 }], 0, { steps, sources: [source], bufferMax: [bufferMax] });
    const { recording, returned } = simulate(scenario);
    return { served: mean(recording.served), peak: largest(recording.escrow), returned: returned / (60 * steps) };
  };

  test("unlimited: served 45, at most 12,000 held", () => {
    const { served, peak, returned } = run(Number.POSITIVE_INFINITY);
    expect(served).toBeCloseTo(45, 6);
    expect(peak).toBeCloseTo(12_000, 4);
    expect(returned).toBe(0);
  });

  test("without: served 25", () => {
    expect(run(0).served).toBeCloseTo(25, 6);
  });

  test("bufferMax 6,000: served 35, and 10 per second returned", () => {
    const { served, returned } = run(6000);
    expect(served).toBeCloseTo(35, 6);
    expect(returned).toBeCloseTo(10, 6);
  });

  test("(σ, ρ)-constrained inflow with ρ ≤ q·M never holds more than σ", () => {
    const rng = new Rng(4);
    const steps = 3000;
    for (let round = 0; round < 10; round++) {
      const [rho, sigma] = [49, 8000];
      let tokens = sigma;
      // Takes all tokens of a bucket of depth σ at random moments.
      const rates = Float64Array.from({ length: steps }, () => {
        tokens = Math.min(sigma, tokens) + rho * 60;
        const now = rng.uniform() < 0.3 ? tokens : Math.min(tokens, rho * 60);
        tokens -= now;
        return now / 60;
      });
      const source = { ...constantSource(0, 0, steps), rates };
      const scenario = pool([{ rate: 20 }, { rate: 30 }], 0, { steps, sources: [source] });
      expect(largest(simulate(scenario).recording.escrow)).toBeLessThanOrEqual(sigma + 1);
    }
  });

  test("on and off with mean 0.9 M and no escrow serves half", () => {
    const steps = 1000;
    const source = { ...constantSource(0, 0, steps), rates: squareWave(steps, 90, 10, 10) };
    const scenario = pool([{ rate: 50 }], 0, { steps, sources: [source], bufferMax: [0] });
    expect(mean(simulate(scenario).recording.served)).toBeCloseTo(25, 6);
  });
});

describe("check 5: bursty demand, four sinks, one under-declared, M = 37", () => {
  const SINKS = [{ rate: 10 }, { rate: 8, claim: 5 }, { rate: 12 }, { rate: 10 }];
  const run = (peak: number) => {
    const steps = 20_000;
    const rates = markovRates(new Rng(5), steps, peak, 10, 10);
    const scenario = pool(SINKS, 0, { steps, sources: [{ ...constantSource(0, 0, steps), rates }] });
    const { served, streamed, escrow, paid } = simulate(scenario);
    const seconds = 60 * steps;
    return { demand: streamed / seconds, served: served / seconds, escrow: escrow / seconds, paid: paid / seconds };
  };

  test("demand below M: all of it is served but what the escrow still holds", () => {
    const { demand, served, escrow } = run(71);
    expect(demand).toBeGreaterThan(34.5);
    expect(demand).toBeLessThan(36.9);
    expect(demand - served - escrow).toBeLessThan(0.01);
    expect(served / demand).toBeGreaterThan(0.99);
  });

  test("demand above M: 37 is served", () => {
    const { demand, served } = run(109);
    expect(demand).toBeGreaterThan(50);
    expect(served).toBeGreaterThan(36.95);
    expect(served).toBeLessThanOrEqual(37);
  });
});

describe("bucket", () => {
  const dumped = (bucketEpochs: number) => {
    const steps = 3602;
    const source = constantSource(0, 0, steps);
    // After an hour without demand more comes at once than the sinks can take.
    const deposited = 1e6;
    source.rates[3600] = deposited;
    const scenario = pool([{ rate: 50 }], 0, {
      steps,
      stepSeconds: 1,
      sources: [source],
      parameters: { ...FLUID_PARAMETERS, bucketEpochs, timeToLive: 1e6 },
    });
    return simulate(scenario).recording.paid[3601] as number;
  };

  test("uncapped, an idle hour lets 180,050 unit-seconds out at once; capped, 3,000", () => {
    // In the second after it, with a second of fresh capacity.
    expect(dumped(Number.POSITIVE_INFINITY)).toBeCloseTo(180_050, 3);
    expect(dumped(1)).toBeCloseTo(3000, 3);
  });
});

describe("noise", () => {
  // μT = 100, Poisson service of unit jobs, looked at so often that only the noise is left.
  const loss = (margin: number) => {
    const steps = 300_000;
    const losses = (FULL ? [1, 2, 3, 4, 5, 6] : [1, 2]).map((seed) => {
      const scenario = pool([{ rate: 10, claim: 10 * (1 + margin) }], 30, {
        steps,
        seed,
        stepSeconds: 0.04,
        bufferMax: [0],
        serviceNoise: "poisson",
        parameters: { ...FLUID_PARAMETERS, epochLength: 0.04, horizon: 10, smoothing: 1, timeToLive: 1e9 },
      });
      const { served, possible } = simulate(scenario).recording;
      return 1 - sum(served, 5000) / sum(possible, 5000);
    });
    return mean(losses);
  };

  test("an honest sink loses about 1/√(πμT) = 5.64 %", () => {
    expect(loss(0)).toBeGreaterThan(0.052);
    expect(loss(0)).toBeLessThan(0.06);
  });

  // The diffusion estimate is 0.41 %, this queue of whole jobs gives 0.47 % (theory 6.6).
  test("declaring μ(1 + 1.4/√(μT)) cuts it to half a percent", () => {
    expect(loss(0.14)).toBeGreaterThan(0.0035);
    expect(loss(0.14)).toBeLessThan(0.006);
  });
});
