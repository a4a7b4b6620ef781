import { Rng } from "../rng.ts";
import { maximise } from "./simplex.ts";

/** Pools in stages, sources that may choose among ways through them, machines behind one pool or several. */
export interface Network {
  /** q of each pool. */
  unitRate: readonly number[];
  sources: readonly {
    /** Work asked for per second at load 1, units. */
    demand: number;
    /** Each a pool per stage. */
    ways: readonly (readonly number[])[];
  }[];
  machines: readonly {
    /** μ: work done per second, units. */
    rate: number;
    /** The pools that it stands behind. */
    pools: readonly number[];
  }[];
  stages: number;
  /** The pool that dies where one does. */
  mortal: number;
}

export interface NetworkOptions {
  stages?: number;
  poolsPerStage?: number;
  sources?: number;
  /** Machines behind two or three pools each. */
  shared?: number;
  /** How much smaller the machines of one pool alone are. */
  own?: number;
}

const PER_POOL = 4;

/**
 * A network at random, with the most demand that it could just serve: four machines per pool, unit rates from 0.8 to 1.3, two
 * to four ways for each source. The pool that dies is one of the second stage, or of the only one.
 */
export function networkOf(seed: number, options: NetworkOptions = {}): Network {
  const { stages = 3, poolsPerStage = 3, sources = 20, shared = 0, own = 1 } = options;
  const random = new Rng(seed, 20);
  const pools = stages * poolsPerStage;
  const unitRate = Array.from({ length: pools }, () => random.between(0.8, 1.3));
  const dedicated = Array.from({ length: pools }, (_, pool) => {
    const size = own * random.between(60, 160);
    const parts = Array.from({ length: PER_POOL }, () => gamma(random, 8));
    const all = parts.reduce((sum, part) => sum + part, 0);
    return parts.map((part) => ({ rate: (size * part) / all, pools: [pool] }));
  }).flat();
  const several = Array.from({ length: shared }, () => {
    return { rate: random.between(50, 120), pools: random.sample(pools, 2 + random.below(2)) };
  });
  const way = () => Array.from({ length: stages }, (_, stage) => stage * poolsPerStage + random.below(poolsPerStage));
  const chosen = Array.from({ length: sources }, () =>
    differing(way, 2 + random.below(Math.min(3, poolsPerStage - 1))),
  );
  const weights = chosen.map(() => Math.exp(0.5 * random.normal()));
  const mortal = random.below(poolsPerStage) + (stages > 1 ? poolsPerStage : 0);
  const machines = [...dedicated, ...several];
  const network = { unitRate, machines, stages, mortal };
  const free = chosen.map((ways, i) => ({ demand: weights[i] as number, ways }));
  const scale = most({ ...network, sources: free });
  return { ...network, sources: free.map(({ demand, ways }) => ({ demand: demand * scale, ways })) };
}

/** A sum of exponentials. */
function gamma(random: Rng, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += random.exponential();
  return sum;
}

/** So many different ways, of which two differ where a pool may die. */
function differing(way: () => number[], count: number): number[][] {
  const found = new Map<string, number[]>();
  const critical = () => new Set([...found.values()].map((pools) => pools[Math.min(1, pools.length - 1)])).size;
  for (let tries = 0; (found.size < count || critical() < 2) && tries < 200; tries++) {
    const next = way();
    found.set(next.join(), next);
  }
  return [...found.values()].sort((a, b) => a.join().localeCompare(b.join()));
}

/** Unknowns: the rate of every way, then how much of each machine is for each of its pools. */
function constraints({ sources, machines, unitRate }: Network, dead: number | undefined) {
  const ways = sources.flatMap(({ ways }) => ways);
  const entries = machines.flatMap(({ pools }, machine) => pools.map((pool) => ({ machine, pool })));
  const perPool = unitRate.map((_, pool) => [
    ...ways.map((way) => Number(way.includes(pool))),
    ...entries.map((entry) => (entry.pool === pool && pool !== dead ? -1 : 0)),
  ]);
  const perMachine = machines.map((_, machine) => [
    ...ways.map(() => 0),
    ...entries.map((entry) => Number(entry.machine === machine)),
  ]);
  const perSource = sources.map((_, source) => [
    ...sources.flatMap(({ ways }, i) => ways.map(() => Number(i === source))),
    ...entries.map(() => 0),
  ]);
  return { ways, entries, perPool, perMachine, perSource };
}

/** By what all demands can be multiplied and still be served. */
function most(network: Network): number {
  const { ways, entries, perPool, perMachine, perSource } = constraints(network, undefined);
  const objective = [...ways, ...entries].map(() => 0);
  const matrix = [
    ...[...perPool, ...perMachine].map((row) => [...row, 0]),
    ...perSource.map((row, i) => [...row.map((part) => -part), network.sources[i]?.demand as number]),
  ];
  const bounds = [...perPool.map(() => 0), ...network.machines.map(({ rate }) => rate), ...perSource.map(() => 0)];
  return maximise([...objective, 1], matrix, bounds).value;
}

/** The most work that can be done per second at a load, units; without the pool that died, if one did. */
export function optimum(network: Network, load: number, dead?: number): number {
  const { ways, entries, perPool, perMachine, perSource } = constraints(network, dead);
  const objective = [...ways.map(() => 1), ...entries.map(() => 0)];
  const bounds = [
    ...perPool.map(() => 0),
    ...network.machines.map(({ rate }) => rate),
    ...network.sources.map(({ demand }) => demand * load),
  ];
  return maximise(objective, [...perPool, ...perMachine, ...perSource], bounds).value;
}
