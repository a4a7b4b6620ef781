import { ConservationError } from "../fluid/quanta.ts";
import { Rng } from "../rng.ts";
import { CreditDispatch } from "./creditDispatch.ts";
import { JobLog, type JobResult } from "./jobLog.ts";
import { JobPool } from "./jobPool.ts";
import { type JobScenario, QUANTA } from "./jobScenario.ts";
import { Receipts } from "./receipts.ts";
import { Router } from "./router.ts";
import { ServedMeters } from "./servedMeters.ts";
import { SinkQueues } from "./sinkQueues.ts";
import { Waiting } from "./waiting.ts";

const LIE = 2;

/**
 * Runs a scenario in which work comes in whole jobs of different sizes, each sent to one sink.
 * @param pointSeconds Time between two points of the series, seconds.
 * @throws {ConservationError} if a single quantum of money goes astray.
 */
export function simulateJobs(scenario: JobScenario, pointSeconds = scenario.seconds): JobResult {
  const run = new JobRun(scenario, pointSeconds);
  const steps = Math.floor(scenario.seconds / scenario.stepSeconds);
  for (let step = 0; step < steps; step++) run.step(step);
  return run.finish();
}

class JobRun {
  readonly #scenario: JobScenario;
  readonly #rates: Float64Array;
  readonly #drift: Rng;
  readonly #deviations: Float64Array;
  readonly #queues: SinkQueues;
  readonly #meters: ServedMeters;
  readonly #declared: Float64Array;
  readonly #pool: JobPool;
  readonly #receipts: Receipts;
  readonly #credits: CreditDispatch[];
  readonly #router: Router;
  readonly #waiting: Waiting;
  readonly #log: JobLog;
  readonly #inflow: Float64Array;
  readonly #stepsPerEpoch: number;
  /** Backlogs as reported in earlier epochs, oldest first, and what is in use. */
  readonly #reports: { declared: Float64Array; backlog: Float64Array }[] = [];
  readonly #sentAt: Float64Array;
  readonly #load: Float64Array;
  readonly #sent: Float64Array;
  #done = 0;

  constructor(scenario: JobScenario, pointSeconds: number) {
    const { jobs, rates, sources, terms } = scenario;
    const sinks = rates.length;
    this.#scenario = scenario;
    this.#stepsPerEpoch = Math.round(terms.epochLength / scenario.stepSeconds);
    this.#rates = rates.slice();
    this.#drift = new Rng(scenario.seed, 13);
    this.#deviations = rates.map(() => scenario.drift.deviation * this.#drift.normal());
    this.#queues = new SinkQueues(sinks, jobs);
    const total = jobs.size.reduce((sum, size) => sum + size, 0);
    this.#meters = new ServedMeters(rates, total / jobs.size.length / QUANTA, terms.horizon);
    this.#declared = new Float64Array(sinks);
    this.#wander(0);
    this.#declare();
    this.#pool = new JobPool(scenario, this.#declared);
    this.#receipts = new Receipts(scenario, this.#pool);
    const oneTask = jobs.size.reduce((most, size) => Math.max(most, size), 0);
    this.#credits = Array.from({ length: sources }, () => new CreditDispatch(sinks, terms, oneTask));
    this.#router = new Router(scenario, this.#queues, this.#weights());
    this.#waiting = new Waiting(sources, jobs);
    this.#inflow = new Float64Array(sources);
    this.#sentAt = new Float64Array(jobs.size.length);
    this.#load = new Float64Array(jobs.size.length);
    this.#sent = new Float64Array(sources);
    this.#log = new JobLog(scenario, pointSeconds);
  }

  step(step: number): void {
    const now = step * this.#scenario.stepSeconds;
    const epoch = step / this.#stepsPerEpoch;
    const streams = this.#streams;
    if (Number.isInteger(epoch)) this.#epoch(epoch, now);
    if (streams) this.#pool.stream(this.#inflow, this.#scenario.stepSeconds, this.#take);
    this.#waiting.arrive(now);
    for (const [s, credit] of this.#credits.entries()) {
      if (this.#scenario.dispatch === "owed") credit.note(now);
      this.#waiting.send(s, (job, size) => this.#send(s, job, size, now));
    }
    this.#done += this.#queues.work(this.#rates, now, this.#scenario.stepSeconds, this.#onDone);
    this.#log.step(this.#rates, this.#queues, this.#pool, this.#waiting);
  }

  finish(): JobResult {
    const pool = this.#pool;
    const [streamed, received] = [pool.streamed, pool.received].map((all) => all.reduce((a, b) => a + b, 0)) as [
      number,
      number,
    ];
    if (received !== pool.paid) throw new ConservationError("what the sinks hold", pool.paid, received);
    if (streamed !== received + pool.level()) {
      throw new ConservationError("what was streamed", streamed, received + pool.level());
    }
    const paidTo = this.#paidTo();
    return this.#log.result({
      paid: paidTo.reduce((a, b) => a + b, 0),
      paidTo,
      done: this.#done,
      escrow: pool.level() / QUANTA,
      slashed: this.#receipts.slashed / QUANTA,
      moves: pool.moves,
    });
  }

  #paidTo(): Float64Array {
    if (this.#streams) return this.#pool.received.map((quanta) => quanta / QUANTA);
    if (this.#scenario.pay === "delivered") return this.#log.doneBy.slice();
    return this.#log.doneBy.map((done, k) => done + (this.#queues.queued[k] as number) / QUANTA);
  }

  get #streams(): boolean {
    return this.#scenario.dispatch === "owed" || this.#scenario.dispatch === "random";
  }

  /** What jobs are divided by, where that is not decided by debts. */
  #weights(): Float64Array {
    const { dispatch, rates } = this.#scenario;
    if (dispatch === "random") return this.#pool.units;
    return dispatch === "trueRate" ? rates : this.#declared;
  }

  #epoch(epoch: number, now: number): void {
    const { liars, reportEpochs } = this.#scenario;
    if (epoch > 0) {
      this.#wander(1);
      this.#declare();
    }
    if (this.#streams) {
      if (now > 0) this.#receipts.settle(now - 1);
      const backlog = this.#queues.queued.map((quanta, k) => (liars[k] === 1 ? 0 : quanta / QUANTA));
      this.#reports.push({ declared: this.#declared.slice(), backlog });
      if (this.#reports.length > reportEpochs + 1) this.#reports.shift();
      const { declared, backlog: reported } = this.#reports[0] as { declared: Float64Array; backlog: Float64Array };
      const larger = reported.map((said, k) => Math.max(said, this.#receipts.backlog[k] as number));
      this.#pool.update(epoch, declared, larger);
      this.#pool.drain(this.#take);
      this.#setInflow(now);
    }
    this.#router.report();
  }

  /** Each source streams in an epoch what its jobs of that epoch cost. */
  #setInflow(now: number): void {
    const costs = this.#waiting.costsUntil(now + this.#scenario.terms.epochLength);
    costs.forEach((cost, s) => {
      this.#inflow[s] = Math.floor(cost / this.#stepsPerEpoch);
    });
  }

  /** Rates follow an Ornstein–Uhlenbeck process in their logarithm; their long-run mean stays. */
  #wander(epochs: number): void {
    const { drift, rates, terms } = this.#scenario;
    if (drift.deviation === 0) return;
    const keep = Math.exp((-epochs * terms.epochLength) / drift.seconds);
    const fresh = drift.deviation * Math.sqrt(1 - keep ** 2);
    for (let k = 0; k < rates.length; k++) {
      this.#deviations[k] = keep * (this.#deviations[k] as number) + fresh * this.#drift.normal();
      this.#rates[k] = (rates[k] as number) * Math.exp((this.#deviations[k] as number) - drift.deviation ** 2 / 2);
    }
  }

  #declare(): void {
    const { declaration, liars } = this.#scenario;
    for (let k = 0; k < this.#declared.length; k++) {
      const rate = this.#rates[k] as number;
      const honest = declaration === "measured" ? this.#meters.capacity(k) : rate * (declaration === "rate" ? 1 : 1.5);
      this.#declared[k] = honest * (liars[k] === 1 ? LIE : 1);
    }
  }

  readonly #take = (source: number, sink: number, quanta: number): void => {
    const { paid } = this.#credits[source] as CreditDispatch;
    paid[sink] = (paid[sink] as number) + quanta;
  };

  #send(source: number, job: number, size: number, now: number): boolean {
    const sink = this.#choose(source, size, now);
    if (sink === -1) return false;
    this.#sentAt[job] = now;
    this.#load[job] = (this.#credits[source] as CreditDispatch).loadOf(sink);
    this.#sent[source] = (this.#sent[source] as number) + size;
    this.#queues.push(sink, job, now);
    return true;
  }

  #choose(source: number, size: number, now: number): number {
    const { dispatch } = this.#scenario;
    if (dispatch === "owed") return (this.#credits[source] as CreditDispatch).next(size, now);
    if (dispatch === "random") {
      // Work follows the money: what a source sends, it has paid somebody for.
      const spent = (this.#pool.streamed[source] as number) - (this.#pool.escrow[source] as number);
      if ((this.#sent[source] as number) + size > spent) return -1;
    }
    return this.#router.choose(dispatch, source, size, this.#waiting.workOf(source));
  }

  readonly #onDone = (job: number, sink: number, finishedAt: number, serviceTime: number): void => {
    const { jobs, sources } = this.#scenario;
    const source = job % sources;
    const size = jobs.size[job] as number;
    this.#meters.record(sink, size, serviceTime);
    const delivered = this.#receipts.delivered[source] as Float64Array;
    delivered[sink] = (delivered[sink] as number) + size;
    if (this.#scenario.dispatch === "owed") {
      const latency = finishedAt - (this.#sentAt[job] as number);
      (this.#credits[source] as CreditDispatch).done(sink, size, this.#load[job] as number, latency);
    }
    this.#log.done(job, sink, finishedAt);
  };
}
