import { min, pipelineLimitDown, WAD } from "../../model/exact.ts";
import { Agents } from "../agents.ts";
import { type PoolView, Recorder } from "../record.ts";
import type { Result } from "../result.ts";
import type { Scenario } from "../scenario.ts";
import { createState, type SinkState } from "../sinkState.ts";
import { type Call, KEEPER_AFTER, OPENED_AT, REPORT_AT, STARTS_AT } from "./exactCalls.ts";
import { requireExact } from "./exactLimits.ts";
import { ExactPool } from "./exactPool.ts";
import { ExactSinks } from "./exactSinks.ts";
import { auditWei, WeiLedger } from "./exactWei.ts";

/** The highest limit of a pipeline, wei/s. */
const MAX_LIMIT = 2n ** 96n - 2n;

/** What a run may be told besides its scenario. */
export interface ExactOptions {
  probes?: readonly number[];
  /** q, wei/s per unit. */
  unitRate?: bigint;
  /** Called after the keeper's visit of each step with the calls that were made in it, for comparisons with a chain. */
  observe?: (step: number, run: ExactRun, calls: readonly Call[]) => void;
}

/** Runs the contracts' arithmetic, integer for integer. One step is one epoch. */
export function simulateExact(scenario: Scenario, options: ExactOptions = {}): Result {
  const calls: Call[] | undefined = options.observe && [];
  const run = new ExactRun(scenario, options.unitRate ?? 10n ** 14n, options.probes ?? [], calls);
  for (let step = 0; step < scenario.steps; step++) {
    run.step(step);
    options.observe?.(step, run, calls?.splice(0) ?? []);
    run.finish(step);
  }
  return run.result();
}

/** A run in whole wei, step by step, as the contracts compute it. `simulateExact` runs it to the end. */
export class ExactRun {
  readonly pools: ExactPool[];
  readonly sinks: ExactSinks;
  readonly state: SinkState;
  readonly #scenario: Scenario;
  readonly #unitRate: bigint;
  readonly #agents: Agents;
  readonly #recorder: Recorder;
  readonly #views: PoolView[];
  readonly #received: WeiLedger;
  /** Per pool: what one unit had been paid when the sinks were last paid; sources and their last requests. */
  readonly #paidPerUnit: bigint[];
  readonly #sources: number[][];
  readonly #requested: bigint[][];
  readonly #delivered: number[];
  readonly #calls: Call[] | undefined;
  #possible = 0;
  #moves = 0;

  constructor(scenario: Scenario, unitRate: bigint, probes: readonly number[], calls?: Call[]) {
    requireExact(scenario, unitRate);
    this.#calls = calls;
    this.#scenario = scenario;
    this.#unitRate = unitRate;
    const p = scenario.parameters;
    this.state = createState({ ...scenario, start: "ramp" });
    this.#agents = new Agents(scenario, this.state);
    const smoothing = BigInt(Math.round(p.smoothing * 1000)) * 10n ** 15n;
    this.sinks = new ExactSinks(scenario.sinks.count, smoothing, p.horizon, p.overdueEpochs);
    this.state.units = this.sinks.units;
    // A pipeline's upstream is one more source.
    this.#sources = Array.from({ length: scenario.pools }, (_, pool) => [
      ...scenario.sources.flatMap((source, s) => (source.pool === pool ? [s] : [])),
      ...scenario.links.flatMap((link, l) => (link.downstream === pool ? [scenario.sources.length + l] : [])),
    ]);
    this.pools = this.#sources.map((sources, pool) => this.#createPool(pool, sources.length));
    this.#requested = this.#sources.map((sources) => new Array<bigint>(sources.length).fill(0n));
    this.#paidPerUnit = new Array<bigint>(scenario.pools).fill(0n);
    this.#delivered = new Array<number>(scenario.links.length).fill(0);
    this.#received = new WeiLedger(scenario.sinks.count);
    this.#views = this.pools.map(() => ({ units: 0, inflow: 0, paid: 0, level: 0, returnedTotal: 0 }));
    this.#recorder = new Recorder(scenario, this.state, this.#views, 1, probes);
  }

  /** Wei that sink `i` has received up to the end of the last finished step. */
  receivedOf(i: number): bigint {
    return this.#received.of(i);
  }

  /** When the reports of `step` arrive, Unix seconds. */
  timeOf(step: number): bigint {
    return STARTS_AT + BigInt(step) * BigInt(this.#scenario.parameters.epochLength) + REPORT_AT;
  }

  /** Everything that happens in an epoch up to and including the keeper's visit. */
  step(step: number): void {
    const { first } = this.#scenario.sinks;
    this.#agents.begin(step);
    this.#possible = this.#recorder.possible();
    this.#agents.report(step);
    for (const [p, pool] of this.pools.entries()) {
      pool.advance(this.timeOf(step));
      this.#stream(step, p, pool);
      this.#moveSilent(step, p, first[p] as number, first[p + 1] as number);
      this.#moveSignalling(step, p, first[p] as number, first[p + 1] as number);
    }
    if (step % this.#scenario.keeperSteps !== 0) return;
    for (const pool of this.pools) pool.advance(this.timeOf(step) + KEEPER_AFTER);
    const at = this.timeOf(step) + KEEPER_AFTER;
    this.#propagate(at);
    for (const [p, pool] of this.pools.entries()) {
      pool.moveEscrow(false);
      this.#calls?.push({ kind: "rebalance", pool: p, at, sinks: [] });
      if (pool.drainable) {
        pool.drain();
        this.#calls?.push({ kind: "drain", pool: p, at });
      }
      if (pool.releasable > 0n) {
        pool.releaseAndSync();
        this.#calls?.push({ kind: "releaseAndSync", pool: p, at });
      }
    }
  }

  /** Time passes up to the next epoch's reports: sinks are paid and work. */
  finish(step: number): void {
    const { first } = this.#scenario.sinks;
    let done = 0;
    let usable = 0;
    for (const [p, pool] of this.pools.entries()) {
      pool.advance(this.timeOf(step + 1));
      this.#pay(p, pool);
      const work = this.#agents.serve(first[p] as number, first[p + 1] as number, 1);
      done += work.done;
      usable += work.usable;
      this.#scenario.links.forEach((link, l) => {
        if (link.upstream === p) this.#delivered[l] = (work.done * link.ratio) / this.#scenario.stepSeconds;
      });
    }
    this.#recorder.record(step, done, usable, this.#possible);
  }

  /** What has come of it so far, in unit-seconds. @throws {ConservationError} if a wei went astray. */
  result(): Result {
    const toUnitSeconds = (wei: bigint) => Number(wei) / Number(this.#unitRate);
    auditWei(this.pools, this.#scenario.sinks.first, this.#received);
    const total = (pick: (pool: ExactPool) => bigint) =>
      toUnitSeconds(this.pools.reduce((sum, pool) => sum + pick(pool), 0n));
    const received = this.state.received.map((_, i) => toUnitSeconds(this.receivedOf(i)));
    return {
      streamed: total((pool) => pool.gda.streamed),
      paid: received.reduce((sum, amount) => sum + amount, 0),
      served: this.state.served.reduce((sum, amount) => sum + amount, 0),
      returned: total((pool) => pool.released),
      escrow: total((pool) => pool.level),
      slashed: 0,
      recording: this.#recorder.recording,
      probes: this.#recorder.probes,
      state: this.state,
      received,
      slashedOf: new Float64Array(received.length),
      slashedAt: new Int32Array(received.length).fill(-1),
      moves: this.#moves,
      returnedTo: this.#returnedTo(toUnitSeconds),
    };
  }

  #createPool(pool: number, sources: number): ExactPool {
    const { epochLength, horizon } = this.#scenario.parameters;
    const limit = this.#scenario.bufferMax[pool] as number;
    return new ExactPool({
      unitRate: this.#unitRate,
      epochLength: BigInt(epochLength),
      horizon: BigInt(horizon),
      bufferMax: Number.isFinite(limit) ? BigInt(Math.floor(limit)) * this.#unitRate : 2n ** 127n,
      sources,
      startsAt: OPENED_AT,
    });
  }

  /** What the sources of pool `p` ask for in this step, wei/s. */
  requestedRates(step: number, p: number): bigint[] {
    const { sources } = this.#scenario;
    return (this.#sources[p] as number[]).map((s) => {
      const units = s < sources.length ? (sources[s]?.rates[step] ?? 0) : (this.#delivered[s - sources.length] ?? 0);
      // Micro-units keep the conversion exact and the same in every engine.
      return (BigInt(Math.round(units * 1e6)) * this.#unitRate) / 1_000_000n;
    });
  }

  #stream(step: number, p: number, pool: ExactPool): void {
    const before = this.#requested[p] as bigint[];
    this.requestedRates(step, p).forEach((rate, k) => {
      if (rate === before[k]) return;
      before[k] = rate;
      pool.setFlow(k, rate);
      this.#calls?.push({ kind: "setFlow", pool: p, at: this.timeOf(step), source: k, rate });
    });
  }

  /** Who is silent fades; the keeper moves those first, in a call of its own. */
  #moveSilent(step: number, p: number, from: number, to: number): void {
    const { issuedAt, signalling } = this.state;
    const pool = this.pools[p] as ExactPool;
    const issued = step - this.#scenario.reporting.delaySteps;
    const moved: number[] | undefined = this.#calls && [];
    let recorded = false;
    for (let i = from; i < to; i++) {
      if (issuedAt[i] === issued && signalling[i] !== 0) continue;
      const before = this.#moves;
      recorded = this.#moveSink(i, step + 1, pool, recorded);
      if (this.#moves !== before) moved?.push(i);
    }
    if (!recorded) return;
    pool.moveEscrow(true);
    this.#calls?.push({ kind: "rebalance", pool: p, at: this.timeOf(step), sinks: moved ?? [] });
  }

  /** One batch of attestations. */
  #moveSignalling(step: number, p: number, from: number, to: number): void {
    const { issuedAt, signalling, declared, reported } = this.state;
    const { epochLength, timeToLive } = this.#scenario.parameters;
    const pool = this.pools[p] as ExactPool;
    const issued = step - this.#scenario.reporting.delaySteps;
    const lastLive = Math.floor((issued * epochLength + Number(REPORT_AT) + timeToLive) / epochLength) + 1;
    const signals: (Call & { kind: "attest" })["signals"] | undefined = this.#calls && [];
    let recorded = false;
    let accepted = false;
    for (let i = from; i < to; i++) {
      if (issuedAt[i] !== issued || signalling[i] === 0) continue;
      accepted = true;
      const capacity = Math.floor(declared[i] as number);
      const backlog = Math.floor(reported[i] as number);
      this.sinks.signal(i, step + 1, capacity, backlog, lastLive);
      recorded = this.#moveSink(i, step + 1, pool, recorded);
      signals?.push({
        sink: i,
        capacity: BigInt(capacity),
        backlog: BigInt(backlog),
        issuedAt: this.timeOf(issued),
      });
    }
    if (!accepted) return;
    pool.moveEscrow(recorded);
    this.#calls?.push({ kind: "attest", pool: p, at: this.timeOf(step), signals: signals ?? [] });
  }

  #moveSink(i: number, epoch: number, pool: ExactPool, recorded: boolean): boolean {
    const { sinks } = this;
    const now = sinks.units[i] as number;
    const next = sinks.target(i, epoch);
    if (next === now) return recorded;
    sinks.move(i, epoch, next);
    this.#moves++;
    return pool.moveSink(next - now, recorded);
  }

  #propagate(at: bigint): void {
    const { links, parameters } = this.#scenario;
    for (let l = links.length - 1; l >= 0; l--) {
      const link = links[l] as Scenario["links"][number];
      const below = this.pools[link.downstream] as ExactPool;
      const ratio = (BigInt(Math.round(link.ratio * 1e6)) * WAD) / 1_000_000n;
      const limit = min(pipelineLimitDown(below.intake, below.press(), BigInt(parameters.horizon), ratio), MAX_LIMIT);
      (this.pools[link.upstream] as ExactPool).setLimit(limit);
      this.#calls?.push({ kind: "propagate", pool: link.upstream, at, downstream: link.downstream, ratio });
    }
  }

  #pay(p: number, pool: ExactPool): void {
    const { paid, units } = this.state;
    const { first } = this.#scenario.sinks;
    const perUnit = pool.gda.perUnit - (this.#paidPerUnit[p] as bigint);
    this.#paidPerUnit[p] = pool.gda.perUnit;
    const unitSeconds = Number(perUnit) / Number(this.#unitRate);
    const [from, to] = [first[p] as number, first[p + 1] as number];
    this.#received.pay(units, from, to, perUnit);
    for (let i = from; i < to; i++) paid[i] = (units[i] as number) * unitSeconds;
    this.#view(p, pool, unitSeconds);
  }

  #view(p: number, pool: ExactPool, unitSeconds: number): void {
    const view = this.#views[p] as PoolView;
    const q = Number(this.#unitRate);
    view.units = Number(pool.sinkUnits);
    view.inflow = (Number(pool.gda.flows.reduce((sum, flow) => sum + flow, 0n)) / q) * this.#scenario.stepSeconds;
    view.paid = view.units * unitSeconds;
    view.level = Number(pool.level) / q;
    view.returnedTotal = Number(pool.released) / q;
  }

  #returnedTo(toUnitSeconds: (wei: bigint) => number): Float64Array {
    const returned = new Float64Array(this.#scenario.sources.length);
    this.#sources.forEach((sources, p) => {
      sources.forEach((s, k) => {
        if (s < returned.length) returned[s] = toUnitSeconds((this.pools[p] as ExactPool).returnedTo(k));
      });
    });
    return returned;
  }
}
