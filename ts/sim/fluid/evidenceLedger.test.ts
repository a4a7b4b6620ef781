import { describe, expect, test } from "vitest";
import { constantSource, DEFAULT_PARAMETERS, type Scenario, type Source, scenarioOf, sinksOf } from "../scenario.ts";
import { simulate } from "./fluidEngine.ts";
import { bondPerUnit } from "./ledger.ts";

const STEPS = 200;
const SINKS = [10, 20, 15, 30];

/** Four sinks in saturation; the first works for nobody, goes on signalling and denies its backlog. */
function pool(sources: readonly Source[]): Scenario {
  const sinks = sinksOf([SINKS.map((rate, i) => ({ rate: i === 0 ? 0 : rate, claim: rate, truthful: i !== 0 }))]);
  SINKS.forEach((claim, i) => {
    sinks.stake[i] = claim * bondPerUnit(DEFAULT_PARAMETERS);
  });
  return scenarioOf({
    steps: STEPS,
    sinks,
    sources,
    parameters: DEFAULT_PARAMETERS,
    verification: { ledger: "evidence", latencySteps: 0, slashing: true },
  });
}

const silent = (rate: number): Source => ({ ...constantSource(0, rate, STEPS), acknowledges: 0 });

describe("the rule of evidence in the fluid engine", () => {
  test("a dead sink is found and slashed, and nobody else", () => {
    const { slashedAt, slashedOf, received } = simulate(pool([constantSource(0, 100, STEPS)]));
    expect(slashedAt[0]).toBeGreaterThan(0);
    // Theory 6.3: what it gets until then is at most its bond.
    expect(received[0]).toBeLessThan(10 * bondPerUnit(DEFAULT_PARAMETERS));
    expect(slashedOf[0]).toBeGreaterThan((received[0] as number) / 2);
    expect([...slashedAt.subarray(1)]).toEqual([-1, -1, -1]);
  });

  test("while two thirds of the money are silent nobody is judged", () => {
    const { slashedAt, received } = simulate(pool([constantSource(0, 30, STEPS), silent(70)]));
    expect([...slashedAt]).toEqual([-1, -1, -1, -1]);
    expect(received[0]).toBeCloseTo(10 * 60 * STEPS, -2);
  });

  test("half of the money being silent, honest sinks keep their pay", () => {
    const { slashedAt, received } = simulate(pool([constantSource(0, 50, STEPS), silent(50)]));
    expect(slashedAt[0]).toBeGreaterThan(0);
    for (let i = 1; i < SINKS.length; i++)
      expect((received[i] as number) / (SINKS[i] as number)).toBeCloseTo(60 * STEPS, -2);
  });

  test("where everybody acknowledges less than half, honest sinks starve and are not slashed", () => {
    const { slashedAt, received } = simulate(pool([{ ...constantSource(0, 100, STEPS), acknowledges: 0.3 }]));
    expect([...slashedAt]).toEqual([-1, -1, -1, -1]);
    expect(received[3]).toBeLessThan(0.5 * 30 * 60 * STEPS);
  });
});
