import { describe, expect, test, vi } from "vitest";
import { Rng } from "../rng.ts";
import { mean } from "../stats.ts";
import { FULL } from "../testMode.ts";
import { type NetworkOptions, networkOf, optimum } from "./network.ts";
import { simulateNetwork } from "./networkEngine.ts";
import type { NetworkResult, NetworkScenario } from "./networkScenario.ts";
import { maximise } from "./simplex.ts";

const SEEDS = FULL ? 40 : 4;
vi.setConfig({ testTimeout: FULL ? 1_200_000 : 180_000 });

/** Means over seeds: ten hours, something dies after five. */
function average(options: NetworkOptions, change: Partial<NetworkScenario>): NetworkResult {
  const results = Array.from({ length: SEEDS }, (_, i) =>
    simulateNetwork({
      ...{ network: networkOf(i + 1, options), load: 0.9, sources: "split", every: 10, machines: "fixed" },
      ...{ death: "dead", epochs: 600, seed: i + 1, ...change },
    }),
  );
  const of = (name: keyof NetworkResult) => mean(results.map((result) => result[name]));
  for (const { missing } of results) expect(Math.abs(missing)).toBeLessThan(1e-12);
  return {
    ...{ before: of("before"), after: of("after"), changes: of("changes") },
    ...{ beyondHorizon: of("beyondHorizon"), missing: of("missing") },
  };
}

describe("linear programmes", () => {
  test("two of which one knows the answer", () => {
    const { value, at } = maximise(
      [3, 5],
      [
        [1, 0],
        [0, 2],
        [3, 2],
      ],
      [4, 12, 18],
    );
    expect([value, ...at]).toEqual([36, 2, 6]);
    expect(maximise([1, 1], [[1, 1]], [0]).value).toBe(0);
  });

  test("what has no bound, or a negative one, is refused", () => {
    expect(() => maximise([1], [[-1]], [1])).toThrow(/unbounded/);
    expect(() => maximise([1], [[1]], [-1])).toThrow(/at least 0/);
  });

  test("nothing that is allowed is better than the optimum", () => {
    const random = new Rng(5);
    for (let round = 0; round < 100; round++) {
      const objective = Array.from({ length: 4 }, () => random.between(-1, 2));
      const matrix = Array.from({ length: 6 }, () => objective.map(() => random.between(0.1, 1)));
      const bounds = matrix.map(() => random.between(0, 3));
      const { value, at } = maximise(objective, matrix, bounds);
      const used = (x: ArrayLike<number>) =>
        matrix.map((row) => row.reduce((sum, a, i) => sum + a * (x[i] as number), 0));
      used(at).forEach((amount, i) => {
        expect(amount).toBeLessThanOrEqual((bounds[i] as number) + 1e-9);
      });
      for (let tries = 0; tries < 50; tries++) {
        const direction = objective.map(() => random.uniform());
        const scale = Math.min(...used(direction).map((amount, i) => (bounds[i] as number) / amount));
        const gain = direction.reduce((sum, part, i) => sum + part * scale * (objective[i] as number), 0);
        expect(gain).toBeLessThanOrEqual(value + 1e-9);
      }
    }
  });

  test("a network can just serve its demand", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const network = networkOf(seed, { shared: seed % 5 });
      const demand = network.sources.reduce((sum, { demand }) => sum + demand, 0);
      expect(optimum(network, 1)).toBeCloseTo(demand, 6);
      expect(optimum(network, 1.2)).toBeLessThan(1.2 * demand);
      expect(optimum(network, 0.9, network.mortal)).toBeLessThanOrEqual(0.9 * demand + 1e-6);
    }
  });
});

test("a run depends on its seed alone", () => {
  const once = () =>
    simulateNetwork({
      ...{ network: networkOf(3, { shared: 4 }), load: 0.95, sources: "split", every: 10, machines: "residual" },
      ...{ death: "silent", epochs: 200, seed: 3 },
    });
  expect(once()).toEqual(once());
});

describe("a pool of the second stage dies at load 0.9", () => {
  test("who stays loses a quarter of what could be had, who only leaves a tenth", () => {
    const stays = average({}, { sources: "equal" });
    const leaves = average({}, { sources: "leave" });
    expect(stays.after).toBeLessThan(0.82);
    expect(leaves.after).toBeGreaterThan(stays.after + 0.05);
    expect(leaves.after).toBeLessThan(0.93);
  });

  test.each(["dead", "silent"] as const)("splitBudget has all but a hundredth again: %s", (death) => {
    const { before, after, changes, beyondHorizon } = average({}, { death });
    expect(before).toBeGreaterThan(0.99);
    expect(after).toBeGreaterThan(0.985);
    expect(changes).toBeLessThan(0.5);
    expect(beyondHorizon).toBe(0);
  });

  test("max-weight sends a hundred times as many transactions, and believes a silent pool", () => {
    const dead = average({}, { sources: "maxWeight", every: 1 });
    const silent = average({}, { sources: "maxWeight", every: 1, death: "silent" });
    expect(dead.changes).toBeGreaterThan(35);
    expect(dead.after).toBeLessThan(0.98);
    expect(silent.after).toBeLessThan(0.88);
  });

  test("the same with one stage of four pools", () => {
    const one = { stages: 1, poolsPerStage: 4 };
    const { after, changes } = average(one, {});
    expect(after).toBeGreaterThan(0.985);
    expect(changes).toBeLessThan(0.5);
    expect(average(one, { sources: "equal" }).after).toBeLessThan(0.85);
  });
});

describe("nine machines behind two or three pools each", () => {
  const MOSTLY_SHARED = { shared: 9, own: 0.3 };

  test.each([
    [0.95, 0.985, 0.88],
    [1.05, 0.96, 0.86],
  ])("what is left, served by backlog, at load %f", (load, most, least) => {
    const common = { load, death: "none", epochs: 400 } as const;
    const fixed = average(MOSTLY_SHARED, common);
    const residual = average(MOSTLY_SHARED, { ...common, machines: "residual" });
    const unguarded = average(MOSTLY_SHARED, { ...common, machines: "unguarded" });
    expect(residual.before).toBeGreaterThan(most);
    expect(fixed.before).toBeLessThan(least);
    // The guard is what keeps every queue from its horizon, where a sink is judged.
    expect(residual.beyondHorizon).toBe(0);
    expect(unguarded.beyondHorizon).toBeGreaterThan(0.1);
  });
});
