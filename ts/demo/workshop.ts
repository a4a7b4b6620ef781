import { Agent, presentShare, type Report, WorkQueue } from "./agent.ts";
import type { Request } from "./demand.ts";
import { Draws } from "./draws.ts";
import { EPOCH, SOURCES, STAGES, UNIT_RATE } from "./scenario.ts";

/** One stage at work. */
export type WorkStage = { queue: WorkQueue; agents: readonly Agent[] };

/** What has become of the requests. */
export type RequestCounts = { arrived: number; served: number; turnedAway: number; waiting: number };

/** Range of an agent's speed from minute to minute. */
const SPEED = { min: 0.92, max: 1.08 };

/**
 * The world outside the chain: requests arrive, wait, are worked on stage by stage, and are done. It knows nothing of
 * contracts; it is told what agents were paid and what sources got back.
 */
export class Workshop {
  readonly stages: readonly WorkStage[] = STAGES.map(({ agents }, index) => ({
    queue: new WorkQueue(index),
    agents: agents.map((plan) => new Agent(plan)),
  }));
  readonly counts: RequestCounts = { arrived: 0, served: 0, turnedAway: 0, waiting: 0 };
  /** Tokens of the first stage that each source has asked for. */
  readonly asked: number[] = SOURCES.map(() => 0);
  /** Tokens of the first stage that each source has withdrawn again. */
  readonly withdrawn: number[] = SOURCES.map(() => 0);
  /** Tokens of work that have arrived at each stage. */
  readonly demanded: number[] = STAGES.map(() => 0);
  /** Seconds from arrival to the finished report, of every request served. */
  readonly latencies: number[] = [];
  readonly #refundLeft: bigint[] = SOURCES.map(() => 0n);
  readonly #draws: Draws;
  #next = 0;
  #now = 0;

  /** @param requests In order of time. */
  constructor(
    readonly requests: readonly Request[],
    seed: number,
  ) {
    this.#draws = new Draws(seed + 2);
  }

  /** Lets time pass until `now`, seconds after the start: requests arrive, agents work for what they were paid. */
  advance(now: number): void {
    const seconds = now - this.#now;
    this.#now = now;
    this.#arrive(now);
    this.stages.forEach((stage, index) => {
      this.#workOn(stage, index, seconds, now);
    });
    this.counts.waiting = this.stages.reduce((sum, { queue }) => sum + queue.length, 0);
  }

  /** What an agent would signal now. */
  report(stage: number, agent: number): Report {
    const { queue, agents } = this.stages[stage] as WorkStage;
    return (agents[agent] as Agent).report(presentShare(queue, agents));
  }

  /** A source got money back: it withdraws as many of its youngest waiting requests as that would have paid for. */
  refund(source: number, wei: bigint): void {
    const total = (this.#refundLeft[source] ?? 0n) + wei;
    const { requests, tokens } = (this.stages[0] as WorkStage).queue.turnAway(source, Number(total / UNIT_RATE));
    this.#refundLeft[source] = total - BigInt(tokens) * UNIT_RATE;
    this.withdrawn[source] = (this.withdrawn[source] ?? 0) + tokens;
    this.counts.turnedAway += requests;
  }

  #arrive(now: number): void {
    for (let request = this.requests[this.#next]; request !== undefined && request.at <= now; ) {
      this.#enter(request, 0);
      this.asked[request.source] = (this.asked[request.source] ?? 0) + (request.work[0] ?? 0);
      this.counts.arrived += 1;
      request = this.requests[++this.#next];
    }
  }

  #enter(request: Request, stage: number): void {
    this.stages[stage]?.queue.push(request);
    this.demanded[stage] = (this.demanded[stage] ?? 0) + (request.work[stage] ?? 0);
  }

  #workOn({ queue, agents }: WorkStage, index: number, seconds: number, now: number): void {
    const { min, max } = SPEED;
    // When work is scarce, who asks first gets it; nobody should always be first.
    const first = Math.floor(now / EPOCH) % agents.length;
    for (const agent of [...agents.slice(first), ...agents.slice(0, first)]) {
      const speed = min + (max - min) * this.#draws.uniform();
      for (const request of agent.work(queue, seconds, speed)) this.#finish(request, index, now);
    }
  }

  #finish(request: Request, stage: number, now: number): void {
    if (stage + 1 < this.stages.length) {
      this.#enter(request, stage + 1);
    } else {
      this.counts.served += 1;
      this.latencies.push(now - request.at);
    }
  }
}
