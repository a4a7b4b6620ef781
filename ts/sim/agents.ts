import { Rng } from "./rng.ts";
import type { Scenario, SimEvent } from "./scenario.ts";
import type { SinkState } from "./sinkState.ts";

/** Streams of the seed. Separate, so that every strategy meets the same luck. */
export const STREAM = { population: 0, demand: 1, service: 2, declare: 3, jitter: 4, strategy: 5 } as const;

/** What sinks do: work, report, live and die. The same under every strategy and in every engine. */
export class Agents {
  readonly #scenario: Scenario;
  readonly #state: SinkState;
  readonly #service: Rng;
  readonly #declare: Rng;
  readonly #jitter: Rng;
  readonly #events: SimEvent[];
  readonly #nextReport: Int32Array;
  /** Reports on their way: NaN where none. */
  readonly #inFlight: { declared: Float64Array; reported: Float64Array }[];
  readonly #simple: boolean;

  constructor(scenario: Scenario, state: SinkState) {
    this.#scenario = scenario;
    this.#state = state;
    this.#service = new Rng(scenario.seed, STREAM.service);
    this.#declare = new Rng(scenario.seed, STREAM.declare);
    this.#jitter = new Rng(scenario.seed, STREAM.jitter);
    this.#events = [...scenario.events].sort((a, b) => a.step - b.step);
    const { everySteps, delaySteps, jitterSteps, staggered } = scenario.reporting;
    const count = scenario.sinks.count;
    this.#simple = everySteps === 1 && delaySteps === 0 && jitterSteps === 0;
    this.#nextReport = new Int32Array(this.#simple ? 0 : count);
    if (staggered)
      this.#nextReport.forEach((_, i, next) => {
        next[i] = i % everySteps;
      });
    this.#inFlight = Array.from({ length: this.#simple ? 0 : delaySteps + 1 }, () => ({
      declared: new Float64Array(count).fill(Number.NaN),
      reported: new Float64Array(count),
    }));
  }

  /** Events of this step, then the work that each sink can do in it. */
  begin(step: number): void {
    while (this.#events[0] && this.#events[0].step <= step) this.#apply(this.#events.shift() as SimEvent);
    const { work, rate } = this.#state;
    const { serviceNoise, stepSeconds } = this.#scenario;
    const count = work.length;
    const rng = this.#service;
    if (serviceNoise === "poisson") {
      for (let i = 0; i < count; i++) work[i] = rng.poisson((rate[i] as number) * stepSeconds);
    } else if (serviceNoise === 0) {
      for (let i = 0; i < count; i++) work[i] = (rate[i] as number) * stepSeconds;
    } else {
      // Uniform on 1 ± √3·cv, whose coefficient of variation is cv; above zero up to cv = 1/√3 = 0.577.
      const width = 2 * Math.sqrt(3) * serviceNoise * 2 ** -32 * stepSeconds;
      const least = stepSeconds * (1 - Math.sqrt(3) * serviceNoise);
      for (let i = 0; i < count; i++) work[i] = (rate[i] as number) * (least + width * rng.next());
    }
  }

  /** Reports made in this step, and those that come into use in it. */
  report(step: number): void {
    if (this.#simple) this.#reportNow(step);
    else {
      this.#send(step);
      this.#receive(step);
    }
  }

  #reportNow(step: number): void {
    const { claim, cap, declared, reported, issuedAt, backlog, truthful, signalling } = this.#state;
    const noise = this.#scenario.declareNoise;
    const count = claim.length;
    for (let i = 0; i < count; i++) {
      let said = claim[i] as number;
      // Drawn for silent sinks too: who falls silent must not change the others' luck.
      if (noise !== 0) said *= this.#declareFactor(noise);
      if (signalling[i] === 0) continue;
      declared[i] = Math.min(said, cap[i] as number);
      reported[i] = (truthful[i] as number) * (backlog[i] as number);
      issuedAt[i] = step;
    }
  }

  #send(step: number): void {
    const { claim, cap, backlog, truthful, signalling } = this.#state;
    const { everySteps, jitterSteps } = this.#scenario.reporting;
    const slot = this.#inFlight[step % this.#inFlight.length] as { declared: Float64Array; reported: Float64Array };
    const later = this.#inFlight.length - 1;
    // With a delay of n steps the slot filled now is read n steps later, just before it is filled again.
    const target = later === 0 ? slot : (this.#inFlight[(step + later) % this.#inFlight.length] as typeof slot);
    const noise = this.#scenario.declareNoise;
    for (let i = 0; i < claim.length; i++) {
      if ((this.#nextReport[i] as number) > step) continue;
      const late = jitterSteps === 0 ? 0 : this.#jitter.below(jitterSteps + 1);
      this.#nextReport[i] = step + everySteps + late;
      if (signalling[i] === 0) continue;
      const said = (claim[i] as number) * (noise === 0 ? 1 : this.#declareFactor(noise));
      target.declared[i] = Math.min(said, cap[i] as number);
      target.reported[i] = (truthful[i] as number) * (backlog[i] as number);
    }
  }

  #receive(step: number): void {
    const { declared, reported, issuedAt } = this.#state;
    const delay = this.#inFlight.length - 1;
    const slot = this.#inFlight[step % this.#inFlight.length] as { declared: Float64Array; reported: Float64Array };
    for (let i = 0; i < declared.length; i++) {
      const said = slot.declared[i] as number;
      if (Number.isNaN(said)) continue;
      declared[i] = said;
      reported[i] = slot.reported[i] as number;
      issuedAt[i] = step - delay;
      slot.declared[i] = Number.NaN;
    }
  }

  #declareFactor(noise: number): number {
    return 1 + Math.sqrt(3) * noise * (2 * this.#declare.uniform() - 1);
  }

  #apply(event: SimEvent): void {
    const { rate, claim, signalling } = this.#state;
    for (const i of event.sinks) {
      if (event.kind === "scale") {
        rate[i] = (rate[i] as number) * event.value;
        claim[i] = (claim[i] as number) * event.value;
      } else if (event.kind === "slowDown") {
        rate[i] = (rate[i] as number) * event.value;
      } else {
        if (event.kind !== "fallSilent") rate[i] = 0;
        if (event.kind === "dieAnnounced") claim[i] = 0;
        else signalling[i] = 0;
      }
    }
  }

  /**
   * Pays into the queue and works it off: Q ← Q + pay − done with done = min(Q + pay, work), exact for rates that are
   * constant within the step. Afterwards `work` holds what was done. Returns that in total, and the part of the pay that
   * a sink could use at once.
   */
  serve(from: number, to: number, secondsPerQuantum: number): { done: number; usable: number } {
    const { work, paid, backlog, served } = this.#state;
    let total = 0;
    let usable = 0;
    for (let i = from; i < to; i++) {
      const income = (paid[i] as number) * secondsPerQuantum;
      const available = (backlog[i] as number) + income;
      const can = work[i] as number;
      const done = Math.min(available, can);
      backlog[i] = available - done;
      served[i] = (served[i] as number) + done;
      work[i] = done;
      usable += Math.min(income, can);
      total += done;
    }
    return { done: total, usable };
  }
}
