import { STREAM } from "./agents.ts";
import { Rng } from "./rng.ts";
import type { Scenario } from "./scenario.ts";
import type { SinkState } from "./sinkState.ts";

/**
 * Who gets which share.
 *
 * - `closed`: this protocol. Smoothed capacity less backlog, capped by bond.
 * - `open`: this protocol without the backlog: declared capacity only.
 * - `roundRobin`: everybody in turn, many tasks per step, so equal parts.
 * - `random`: a fresh uniform split in every step.
 * - `stake`: in proportion to stake.
 * - `waterFilling`: a myopic optimum that knows what each sink will do in this very step, and not beyond (theory 2.9).
 * - `predecessor`: smoothed declarations that never expire, no backlog, overflow above the total of declarations.
 * - `trueRate`: in proportion to what each sink can really do, which nobody knows.
 * - `shortest`, `shortestWeighted`, `maxWeight`: queues as they were reported; `QueueRule` says how.
 *
 * The first two, `waterFilling` and `predecessor` hold an escrow and never pay above their own view of capacity. The last
 * four pay by the job: no pool, no limit, and nothing ever comes back. The other three pay everything out at once.
 */
export type Strategy = "closed" | "open" | "roundRobin" | "random" | "stake" | "waterFilling" | "predecessor" | ByJob;

export type QueueStrategy = "shortest" | "shortestWeighted" | "maxWeight";
export type ByJob = QueueStrategy | "trueRate";

const QUEUE_STRATEGIES: readonly Strategy[] = ["shortest", "shortestWeighted", "maxWeight"] satisfies QueueStrategy[];

/** All of them, in the order of the report. */
export const STRATEGIES: readonly Strategy[] = [
  "closed",
  "open",
  "waterFilling",
  "predecessor",
  "roundRobin",
  "random",
  "stake",
  ...QUEUE_STRATEGIES,
  "trueRate",
];

/** Ablations of the closed loop, to show what each part is for. */
export interface Ablation {
  /** Smooths the effective capacity instead of the declared one. */
  smoothEffective?: number;
  /** Measures hysteresis against the present units instead of the smaller of present and next. */
  hysteresisOfPresent?: boolean;
}

export function paysEverythingOut(strategy: Strategy): boolean {
  return ["roundRobin", "random", "stake", "trueRate"].includes(strategy);
}

export const looksAtQueues = (strategy: Strategy): strategy is QueueStrategy => QUEUE_STRATEGIES.includes(strategy);

/** Whether a rule has no pool, and so no escrow that gives anything back. */
export const paysByJob = (strategy: Strategy): strategy is ByJob => strategy === "trueRate" || looksAtQueues(strategy);

/** Sets the units of all sinks, once per step. */
export class UnitRule {
  readonly #scenario: Scenario;
  readonly #state: SinkState;
  readonly #strategy: Strategy;
  readonly #ablation: Ablation;
  readonly #rng: Rng;
  readonly #epochSteps: number;
  readonly #ttlSteps: number;

  constructor(scenario: Scenario, state: SinkState, strategy: Strategy, ablation: Ablation) {
    this.#scenario = scenario;
    this.#state = state;
    this.#strategy = strategy;
    this.#ablation = ablation;
    this.#rng = new Rng(scenario.seed, STREAM.strategy);
    this.#epochSteps = Math.max(1, Math.round(scenario.parameters.epochLength / scenario.stepSeconds));
    const ttl = scenario.parameters.timeToLive / scenario.stepSeconds;
    this.#ttlSteps = strategy === "predecessor" ? Number.POSITIVE_INFINITY : ttl;
  }

  update(step: number): void {
    const { units, stake, rate, work, backlog } = this.#state;
    switch (this.#strategy) {
      case "closed":
      case "open":
      case "predecessor":
        this.#backpressure(step, this.#strategy === "closed" ? 1 / this.#scenario.parameters.horizon : 0);
        return;
      case "roundRobin":
        units.fill(1);
        return;
      case "stake":
        units.set(stake);
        return;
      case "trueRate":
        units.set(rate);
        return;
      case "random":
        for (let i = 0; i < units.length; i++) units[i] = this.#rng.exponential();
        return;
      case "waterFilling": {
        const perSecond = 1 / this.#scenario.stepSeconds;
        for (let i = 0; i < units.length; i++) {
          units[i] = Math.max(0, (work[i] as number) - (backlog[i] as number)) * perSecond;
        }
      }
    }
  }

  #backpressure(step: number, perHorizon: number): void {
    const { declared, reported, verified, issuedAt, smoothed, base, units, movedAt } = this.#state;
    const { smoothing, hysteresis, overdueEpochs } = this.#scenario.parameters;
    const boundary = step % this.#epochSteps === 0;
    const overdueSteps = overdueEpochs * this.#epochSteps;
    const oldest = step - this.#ttlSteps;
    const verifies = verified.length !== 0;
    const inertia = this.#ablation.smoothEffective ?? 1;
    const ofPresent = this.#ablation.hysteresisOfPresent === true;
    const count = units.length;
    for (let i = 0; i < count; i++) {
      const from = boundary ? (smoothed[i] as number) : (base[i] as number);
      base[i] = from;
      const target = (issuedAt[i] as number) < oldest ? 0 : (declared[i] as number);
      const capacity = from + smoothing * (target - from);
      smoothed[i] = capacity;
      let backlog = reported[i] as number;
      if (verifies && (verified[i] as number) > backlog) backlog = verified[i] as number;
      let next = capacity - backlog * perHorizon;
      if (next < 0) next = 0;
      const now = units[i] as number;
      if (inertia !== 1) next = now + inertia * (next - now);
      if (hysteresis !== 0) {
        const low = Math.min(next, now);
        const waits = low !== 0 && Math.abs(next - now) < hysteresis * (ofPresent ? now : low);
        if (waits && step - (movedAt[i] as number) < overdueSteps) continue;
        if (next !== now) movedAt[i] = step;
      }
      units[i] = next;
    }
  }
}
