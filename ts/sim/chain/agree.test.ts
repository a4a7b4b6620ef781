import { afterEach, expect, test } from "vitest";
import { scenarios } from "../agreementScenarios.ts";
import { FULL } from "../testMode.ts";
import { ChainEngine } from "./chainEngine.ts";
import { expectationOf } from "./expectation.ts";

/** Five minutes: compiling the contracts first may take one of them. */
const TIMEOUT = 300_000;
/** In the short run, one scenario and as many epochs. */
const SHORT = 20;

let engine: ChainEngine | undefined;

afterEach(async () => {
  await engine?.stop();
  engine = undefined;
});

const all = Object.entries(scenarios());

test.each(FULL ? all : all.filter(([name]) => name === "refunds"))(
  "%s: units, flows and pay on the chain are those of the model, to the wei",
  async (_, scenario) => {
    const epochs = expectationOf(scenario);
    expect(epochs.length).toBeGreaterThanOrEqual(200);
    expect(epochs.at(-1)?.received.every((amount) => amount > 0n)).toBe(true);

    engine = await ChainEngine.start(scenario);
    for (const epoch of FULL ? epochs : epochs.slice(0, SHORT)) {
      expect(await engine.replay(epoch)).toEqual([]);
    }
  },
  TIMEOUT,
);
