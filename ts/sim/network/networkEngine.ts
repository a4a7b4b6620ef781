import { Rng } from "../rng.ts";
import { mean, sum } from "../stats.ts";
import { Machines } from "./machines.ts";
import { optimum } from "./network.ts";
import type { NetworkResult, NetworkScenario } from "./networkScenario.ts";
import { decide, HORIZON, type OwnState, type PoolState } from "./sourceRules.ts";

const H = 60;
/** Work ahead in a way beyond this, seconds: what enters waits. */
const WINDOW = 900;
/** Overflow above this returns, seconds of a pool's nominal capacity. */
const BUFFER = 900;
/** Epochs after which an abandoned way's tasks are sent again. */
const ABANDONED = 30;
/** Work too small to divide by, unit-seconds. */
const NOTHING = 1e-9;

/**
 * Epoch by epoch, all amounts in unit-seconds: sources decide, streams and escrows pay, tasks follow the money, machines
 * serve. Tasks are a fluid that passes the stages of its way; a source's work at a pool is at most its credit there.
 */
export function simulateNetwork(scenario: NetworkScenario): NetworkResult {
  const run = new NetworkRun(scenario);
  for (let epoch = 0; epoch < scenario.epochs; epoch++) run.step(epoch);
  return run.result();
}

type Way = { source: number; pools: readonly number[]; rate: number; tasks: Float64Array; idle: number };

class NetworkRun {
  readonly #scenario: NetworkScenario;
  readonly #random: Rng;
  readonly #machines: Machines;
  readonly #ways: Way[];
  readonly #demand: number[];
  readonly #own: OwnState[][];
  /** Per source and pool: paid and not served. */
  readonly #credit: Float64Array[];
  readonly #waiting: Float64Array;
  readonly #phase: number[];
  readonly #pools: PoolState[];
  readonly #spare: Float64Array;
  readonly #closed: Int32Array[];
  readonly #delivered: Float64Array;
  readonly #changed: Float64Array;
  #streamed = 0;
  #returned = 0;
  #served = 0;

  constructor(scenario: NetworkScenario) {
    const { network, load, every, epochs } = scenario;
    const pools = network.unitRate.length;
    this.#scenario = scenario;
    this.#random = new Rng(scenario.seed, 21);
    this.#machines = new Machines(network, scenario.machines, this.#random);
    this.#demand = network.sources.map(({ demand }) => demand * load);
    this.#ways = network.sources.flatMap(({ ways }, source) =>
      ways.map((way) => {
        const rate = (this.#demand[source] as number) / ways.length;
        return { source, pools: way, rate, tasks: new Float64Array(way.length), idle: 0 };
      }),
    );
    const own = () => ({ rate: 0, claim: 0, unanswered: 0, answered: 0, barredUntil: 0 });
    this.#own = network.sources.map(() => Array.from({ length: pools }, own));
    this.#credit = network.sources.map(() => new Float64Array(pools));
    this.#waiting = new Float64Array(network.sources.length);
    this.#phase = network.sources.map(() => this.#random.below(every));
    this.#pools = this.#machines.nominal.map((nominal) => ({ units: 0, nominal, inflow: 0, overflow: 0 }));
    this.#spare = new Float64Array(pools);
    this.#closed = network.sources.map(() => new Int32Array(pools));
    this.#delivered = new Float64Array(epochs);
    this.#changed = new Float64Array(epochs);
    this.#setStreams();
  }

  step(epoch: number): void {
    const { death, epochs, network } = this.#scenario;
    if (death !== "none" && epoch === epochs >> 1) this.#machines.die(network.mortal, death);
    if (epoch > 0) this.#decide(epoch);
    this.#sendAgain(epoch);
    this.#pay();
    this.#dispatch();
    this.#serve(epoch);
  }

  result(): NetworkResult {
    const { network, load, death, epochs } = this.#scenario;
    const quarter = (values: Float64Array, from: number) =>
      mean(values, (from * epochs) >> 2, ((from + 1) * epochs) >> 2);
    const possible = optimum(network, load);
    const possibleAfter = death === "none" ? possible : optimum(network, load, network.mortal);
    const waits = this.#machines.owed() + this.#own.flat().reduce((sum, { claim }) => sum + claim, 0);
    return {
      before: quarter(this.#delivered, 1) / H / possible,
      after: quarter(this.#delivered, 3) / H / possibleAfter,
      changes: (quarter(this.#changed, 1) * 60) / network.sources.length,
      beyondHorizon: this.#machines.beyondHorizon / epochs,
      missing: (this.#streamed - this.#served - this.#returned - waits) / this.#streamed,
    };
  }

  #decide(epoch: number): void {
    const { network, sources: rule, every } = this.#scenario;
    const pools = this.#pools.map((pool) => ({ ...pool }));
    network.sources.forEach(({ ways }, source) => {
      if ((epoch + (this.#phase[source] as number)) % every !== 0) return;
      const own = this.#own[source] as OwnState[];
      const mine = this.#ways.filter((way) => way.source === source);
      const rates = mine.map(({ rate }) => rate);
      const demand = this.#demand[source] as number;
      const decided = decide(rule, { network, ways, rates, demand, pools, own, now: epoch * H });
      if (decided === undefined) return;
      mine.forEach((way, i) => {
        way.rate = decided[i] as number;
      });
      this.#changed[epoch] = (this.#changed[epoch] as number) + 1;
    });
    this.#setStreams();
  }

  #setStreams(): void {
    for (const mine of this.#own) for (const own of mine) own.rate = 0;
    for (const { source, pools, rate } of this.#ways) {
      for (const pool of pools) this.#ownAt(source, pool).rate += rate;
    }
  }

  /** Tasks at a barred pool, and those of a way that is not paid any more, go back to their source. */
  #sendAgain(epoch: number): void {
    if (this.#scenario.sources === "equal") return;
    for (const way of this.#ways) {
      way.idle = way.rate < 0.01 * (this.#demand[way.source] as number) ? way.idle + 1 : 0;
      const isBarred = way.pools.some((pool) => this.#ownAt(way.source, pool).barredUntil > epoch * H);
      if (!isBarred && way.idle <= ABANDONED) continue;
      this.#waiting[way.source] = (this.#waiting[way.source] as number) + sum(way.tasks);
      way.tasks.fill(0);
    }
  }

  #pay(): void {
    this.#machines.declare(HORIZON);
    this.#pools.forEach((pool, j) => {
      const mine = this.#own.map((own) => own[j] as OwnState);
      const inflow = mine.reduce((sum, { rate }) => sum + rate, 0);
      const units = this.#machines.units[j] as number;
      const absorbed = Math.min(inflow, units);
      this.#streamed += inflow * H;
      for (const own of mine) own.claim += inflow === 0 ? 0 : (own.rate / inflow) * (inflow - absorbed) * H;
      const overflow = mine.reduce((sum, { claim }) => sum + claim, 0);
      this.#spare[j] = Math.min((this.#spare[j] as number) + Math.max(units - inflow, 0) * H, units * H);
      const drained = Math.min(overflow, this.#spare[j] as number);
      this.#spare[j] = (this.#spare[j] as number) - drained;
      const released = Math.max(overflow - drained - BUFFER * pool.nominal, 0);
      mine.forEach((own, source) => {
        const share = overflow === 0 ? 0 : own.claim / overflow;
        const credit = this.#credit[source] as Float64Array;
        credit[j] = (credit[j] as number) + (inflow === 0 ? 0 : (own.rate / inflow) * absorbed * H) + share * drained;
        own.claim -= share * (drained + released);
        this.#returned += share * released;
        this.#returnClaim(own, source, j);
      });
      this.#machines.paid(j, absorbed * H + drained);
      pool.units = units;
      pool.inflow = inflow;
      pool.overflow = mine.reduce((sum, { claim }) => sum + claim, 0);
    });
  }

  /** One horizon after a stream was closed. */
  #returnClaim(own: OwnState, source: number, pool: number): void {
    const closed = this.#closed[source] as Int32Array;
    closed[pool] = own.rate < 1e-6 ? (closed[pool] as number) + 1 : 0;
    if ((closed[pool] as number) * H < HORIZON) return;
    this.#returned += own.claim;
    own.claim = 0;
  }

  /** Tasks enter the first stage as far as it was paid, and as far as what is ahead of them is not too long. */
  #dispatch(): void {
    const asked = this.#asked();
    this.#demand.forEach((demand, source) => {
      this.#waiting[source] = (this.#waiting[source] as number) + demand * H;
      const mine = this.#ways.filter((way) => way.source === source);
      const room = mine.map((way) => {
        const first = way.pools[0] as number;
        const free = (this.#credit[source]?.[first] as number) - (asked[source]?.[first] as number);
        const rates = mine.filter(({ pools }) => pools[0] === first).reduce((sum, { rate }) => sum + rate, 0);
        const ahead = sum(way.tasks) - (way.tasks[0] as number);
        const part = rates === 0 ? 0 : (Math.max(free, 0) * way.rate) / rates;
        return way.tasks.length === 1 ? part : Math.min(part, Math.max(WINDOW * way.rate - ahead, 0));
      });
      const all = room.reduce((sum, part) => sum + part, 0);
      const scale = all === 0 ? 0 : Math.min(1, (this.#waiting[source] as number) / all);
      mine.forEach((way, i) => {
        way.tasks[0] = (way.tasks[0] as number) + scale * (room[i] as number);
      });
      this.#waiting[source] = (this.#waiting[source] as number) - scale * all;
    });
  }

  #ownAt(source: number, pool: number): OwnState {
    return this.#own[source]?.[pool] as OwnState;
  }

  /** Work of each source that is at each pool, covered or not. */
  #asked(): number[][] {
    const asked = this.#own.map((own) => own.map(() => 0));
    for (const { source, pools, tasks } of this.#ways) {
      const row = asked[source] as number[];
      pools.forEach((pool, stage) => {
        row[pool] = (row[pool] as number) + (tasks[stage] as number);
      });
    }
    return asked;
  }

  #serve(epoch: number): void {
    const asked = this.#asked();
    const covered = asked.map((row, source) =>
      row.map((work, pool) => Math.min(work, this.#credit[source]?.[pool] as number)),
    );
    const due = this.#pools.map((_, j) => covered.reduce((sum, row) => sum + (row[j] as number), 0));
    const paid = this.#pools.map((_, j) => this.#credit.reduce((sum, row) => sum + (row[j] as number), 0));
    const served = this.#machines.serve(
      due.map((work, j) => (paid[j] === 0 ? 0 : work / (paid[j] as number))),
      { seconds: H, horizon: HORIZON },
    );
    const moved = asked.map((row) => row.map(() => 0));
    covered.forEach((row, source) => {
      row.forEach((work, j) => {
        const done = work * Math.min(1, (served[j] as number) / Math.max(due[j] as number, NOTHING));
        const own = this.#ownAt(source, j);
        own.unanswered = work - done;
        own.answered = 0.9 * own.answered + (0.1 * done) / H;
        const credit = this.#credit[source] as Float64Array;
        credit[j] = Math.max(0, (credit[j] as number) - done);
        (moved[source] as number[])[j] = done < NOTHING ? 0 : done / (asked[source]?.[j] as number);
      });
    });
    this.#served += served.reduce((sum, work) => sum + work, 0);
    this.#advance(epoch, moved);
  }

  /** What was served goes on to the next stage; from the last one it is delivered. */
  #advance(epoch: number, moved: readonly (readonly number[])[]): void {
    for (const { source, pools, tasks } of this.#ways) {
      const done = pools.map((pool, stage) => (moved[source]?.[pool] as number) * (tasks[stage] as number));
      done.forEach((work, stage) => {
        tasks[stage] = (tasks[stage] as number) - work;
        if (stage + 1 < tasks.length) tasks[stage + 1] = (tasks[stage + 1] as number) + work;
        else this.#delivered[epoch] = (this.#delivered[epoch] as number) + work;
      });
    }
  }
}
