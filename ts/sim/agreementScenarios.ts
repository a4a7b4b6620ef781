import { markovRates, squareWave } from "./rates.ts";
import { Rng } from "./rng.ts";
import { constantSource, DEFAULT_PARAMETERS, type Scenario, type Source, scenarioOf, sinksOf } from "./scenario.ts";

/** q of the comparisons: 0.36 dollars per hour and unit, as in the contracts' tests. */
export const UNIT_RATE = 10n ** 14n;

const STEPS = 210;

const BASE = {
  steps: STEPS,
  parameters: DEFAULT_PARAMETERS,
  start: "ramp",
  serviceNoise: 0.2,
  declareNoise: 0.05,
} as const satisfies Partial<Scenario>;

function source(pool: number, rates: Float64Array): Source {
  return { ...constantSource(pool, 0, 0), rates };
}

/** Five small economies in which the fast engine, the reference and the deployed contracts must agree. */
export function scenarios(): Record<string, Scenario> {
  return { saturated, bursts, deaths, refunds, pipeline: pipelineOfTwo };
}

/** More demand than capacity; one sink declares three times what it can do. */
const saturated = scenarioOf({
  ...BASE,
  seed: 11,
  sinks: sinksOf([[{ rate: 100 }, { rate: 250 }, { rate: 120, claim: 360 }, { rate: 77, claim: 70 }]]),
  sources: [constantSource(0, 300, STEPS), constantSource(0, 351.7, STEPS)],
});

/** Sources that come and go; the escrow fills and drains. */
const bursts = scenarioOf({
  ...BASE,
  seed: 12,
  sinks: sinksOf([[{ rate: 150 }, { rate: 150, claim: 200 }, { rate: 90 }]]),
  sources: [
    source(0, squareWave(STEPS, 700, 5, 7)),
    source(0, markovRates(new Rng(12), STEPS, 300, 6, 9)),
    constantSource(0, 33.333, STEPS),
  ],
});

/** One sink says goodbye, one just stops, one stops signalling and goes on working. */
const deaths = scenarioOf({
  ...BASE,
  seed: 13,
  sinks: sinksOf([[{ rate: 120 }, { rate: 80 }, { rate: 200 }, { rate: 140 }, { rate: 60 }]]),
  sources: [constantSource(0, 500, STEPS)],
  events: [
    { step: 60, kind: "dieAnnounced", sinks: [0], value: 0 },
    { step: 90, kind: "dieSilent", sinks: [2], value: 0 },
    { step: 120, kind: "fallSilent", sinks: [3], value: 0 },
    { step: 150, kind: "scale", sinks: [1], value: 3 },
  ],
});

/** A small buffer: what is above it goes back to sources that streamed different amounts. */
const refunds = scenarioOf({
  ...BASE,
  seed: 14,
  sinks: sinksOf([[{ rate: 100 }, { rate: 110 }]]),
  sources: [
    source(0, squareWave(STEPS, 500, 4, 10)),
    constantSource(0, 150, STEPS),
    source(0, squareWave(STEPS, 90, 30, 20)),
  ],
  bufferMax: [20_000],
});

/** What the first stage delivers is streamed to the second, whose only sink slows down for a while. */
const pipelineOfTwo = scenarioOf({
  ...BASE,
  seed: 15,
  sinks: sinksOf([
    [
      { rate: 150, claim: 220 },
      { rate: 100, claim: 140 },
    ],
    [{ rate: 200, claim: 260 }],
  ]),
  sources: [constantSource(0, 400, STEPS)],
  links: [{ upstream: 0, downstream: 1, ratio: 1, reserve: true, effective: true }],
  events: [
    { step: 80, kind: "slowDown", sinks: [2], value: 0.4 },
    { step: 140, kind: "slowDown", sinks: [2], value: 2.5 },
  ],
});
