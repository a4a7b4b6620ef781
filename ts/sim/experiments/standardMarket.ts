import { STREAM } from "../agents.ts";
import { bondPerUnit } from "../fluid/ledger.ts";
import { constantRates, markovRates } from "../rates.ts";
import { Rng } from "../rng.ts";
import { createSinks, DEFAULT_PARAMETERS, type Scenario, type Sinks, type Source, scenarioOf } from "../scenario.ts";

/** 50 sinks, 10 sources, 3 task types, 1,000 steps: the set-up of E1 to E8. */
export const MARKET = { sinks: 50, sources: 10, pools: 3, steps: 1000 } as const;

/** b, unit-seconds per unit. */
export const BOND_PER_UNIT = bondPerUnit(DEFAULT_PARAMETERS);

/** How a market differs from the standard one. */
export interface MarketOptions {
  /** Demand over what all sinks can do. */
  load: number;
  /** Half of the sources come in bursts. */
  bursty?: boolean;
  sinks?: number;
  steps?: number;
  /** Stake over what a sink's capacity needs, uniform between the two; infinite by default. */
  bonded?: readonly [number, number];
}

/**
 * A market: rates log-normal around 100 units (a spread as between small and large operators), sinks and sources dealt
 * to the pools in turn, demand of each pool in proportion to what its sinks can do.
 */
export function market(seed: number, options: MarketOptions, given: Partial<Scenario> = {}): Scenario {
  const rng = new Rng(seed, STREAM.population);
  const count = options.sinks ?? MARKET.sinks;
  const steps = options.steps ?? MARKET.steps;
  const sinks = marketSinks(rng, count);
  if (options.bonded) bond(rng, sinks, options.bonded);
  const sources = marketSources(seed, sinks, steps, options);
  return scenarioOf({
    steps,
    sinks,
    sources,
    seed,
    parameters: DEFAULT_PARAMETERS,
    start: "ramp",
    serviceNoise: 0.2,
    declareNoise: 0.05,
    ...given,
  });
}

function marketSinks(rng: Rng, count: number): Sinks {
  const first = Array.from({ length: MARKET.pools + 1 }, (_, p) => Math.round((p * count) / MARKET.pools));
  const sinks = createSinks(first);
  for (let i = 0; i < count; i++) {
    const rate = Math.min(500, Math.max(20, 100 * Math.exp(0.6 * rng.normal())));
    sinks.rate[i] = rate;
    sinks.claim[i] = rate;
    sinks.stake[i] = rate * BOND_PER_UNIT;
  }
  return sinks;
}

function bond(rng: Rng, sinks: Sinks, [low, high]: readonly [number, number]): void {
  for (let i = 0; i < sinks.count; i++) {
    sinks.cap[i] = (sinks.rate[i] as number) * rng.between(low, high);
    sinks.stake[i] = (sinks.cap[i] as number) * BOND_PER_UNIT;
  }
}

function marketSources(seed: number, sinks: Sinks, steps: number, options: MarketOptions): Source[] {
  const rng = new Rng(seed, STREAM.demand);
  const perPool = new Array<number>(MARKET.pools).fill(0);
  for (let s = 0; s < MARKET.sources; s++) perPool[s % MARKET.pools] = (perPool[s % MARKET.pools] as number) + 1;
  return Array.from({ length: MARKET.sources }, (_, s) => {
    const pool = s % MARKET.pools;
    const rate = (options.load * capacityOf(sinks, pool)) / (perPool[pool] as number);
    const bursts = options.bursty === true && Math.floor(s / MARKET.pools) % 2 === 1;
    const rates = bursts ? markovRates(rng, steps, 2 * rate, 20, 20) : constantRates(steps, rate);
    return { pool, rates, acknowledges: 1, colludesWith: -1 };
  });
}

export function capacityOf(sinks: Sinks, pool: number): number {
  let total = 0;
  for (let i = sinks.first[pool] as number; i < (sinks.first[pool + 1] as number); i++)
    total += sinks.rate[i] as number;
  return total;
}

/** A fifth of all sinks, drawn with the seed. */
export function aFifth(seed: number, count: number = MARKET.sinks): number[] {
  return new Rng(seed, STREAM.jitter).sample(count, Math.round(count / 5));
}

/** Lengthens a warm-up out of the numbers: the moving averages need about 30 epochs from zero. */
export const STEADY = 100;

/** What the rules of one experiment are compared with is the same for all of them, and takes as long as a rule. */
export function onceEach<T>(): (key: string, make: () => T) => T {
  const made = new Map<string, T>();
  return (key, make) => {
    const known = made.get(key) ?? make();
    made.set(key, known);
    return known;
  };
}
