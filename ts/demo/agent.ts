import type { Address } from "viem";
import { Admission } from "../sdk/work/admission.ts";
import type { OrderKey } from "../sdk/work/errors.ts";
import { ServedMeter } from "../sdk/work/servedMeter.ts";
import { type AgentPlan, EPOCH, TERMS, UNIT_RATE } from "./scenario.ts";

/** What an agent signals: capacity in units, backlog in unit-seconds. */
export type Report = { capacity: bigint; backlog: bigint };

/** A task that was ordered from an agent. */
export type Job = {
  key: OrderKey;
  tokens: number;
  /** All that its source has received from this agent and accepted, wei: a receipt comes with each order. */
  received: bigint;
  /** Takes the answer. @returns Whether it was still waited for. */
  answer: (now: number) => boolean;
};

/** How long admitted work may wait at an agent, seconds. */
const MAX_WAIT = EPOCH / 2;

/**
 * One agent at work. Whose orders it takes, and what it owes whom, its admission says; what it has taken it does one after
 * the other.
 */
export class Agent {
  /** Tokens that it has served so far. */
  served = 0;
  /** Wei that were taken from its bond so far. */
  slashed = 0n;
  readonly admission: Admission;
  /** Learns from all that it does. What it has said of itself is where it begins. */
  readonly #meter: ServedMeter;
  readonly #jobs: Job[] = [];
  /** Whether it signals what it pleases: twice what it can do, or what it always declared, and no backlog. */
  lies: boolean;
  #alive = true;
  /** Done of its first job, tokens. */
  #done = 0;

  /** @param largestTask Wei. */
  constructor(
    readonly sink: Address,
    readonly plan: AgentPlan,
    largestTask: bigint,
  ) {
    this.lies = !plan.honest;
    const { epochLength, horizon } = TERMS;
    const rate = () => BigInt(plan.rate) * UNIT_RATE;
    this.admission = new Admission({ oneTask: largestTask, epochLength, horizon, rate, maxWait: MAX_WAIT });
    const guess = { expectedWork: plan.declares, expectedServiceTime: 1 };
    this.#meter = new ServedMeter({ concurrency: 1, horizon, ...guess });
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Whether it answers at all. */
  get answers(): boolean {
    return this.#alive && this.plan.rate > 0;
  }

  /** Taken and not done, tokens. */
  get backlog(): number {
    return this.#jobs.reduce((sum, { tokens }) => sum + tokens, 0) - this.#done;
  }

  /** @throws {OrderRefusedError} @param now Seconds. */
  take(job: Job, now: number): void {
    const { key, tokens, received } = job;
    this.admission.acknowledged(key.source, received, received);
    const maximum = BigInt(tokens) * UNIT_RATE;
    this.admission.admit({ key, hash: key.nonce, maximum, validBefore: now + EPOCH, now });
    this.#jobs.push(job);
  }

  /** Works for a second on what it has taken, and answers. @param able Tokens. */
  work(able: number, now: number): void {
    this.#done += able;
    for (let job = this.#jobs[0]; job !== undefined && job.tokens <= this.#done; job = this.#jobs[0]) {
      this.#done -= job.tokens;
      this.#jobs.shift();
      const cost = BigInt(job.tokens) * UNIT_RATE;
      this.admission.settle({ key: job.key, cost, answer: "done" });
      this.#meter.record({ work: job.tokens, serviceTime: job.tokens / able });
      if (job.answer(now)) this.served += job.tokens;
    }
    // Who has nothing to do cannot do it in advance.
    if (this.#jobs.length === 0) this.#done = 0;
  }

  /** Its machine stops, and what it was doing is lost; or it runs again, with nothing to do. */
  set alive(alive: boolean) {
    this.#alive = alive;
    for (const { key } of this.#jobs.splice(0)) this.admission.fail(key);
    this.#done = 0;
  }

  /** What it would signal now: what it measures, or, if it lies, what it pleases. */
  report(): Report {
    const { honest, declares, rate } = this.plan;
    if (this.lies) return { capacity: BigInt(honest ? 2 * rate : declares), backlog: 0n };
    return { capacity: this.#meter.capacity(), backlog: BigInt(this.backlog) };
  }
}
