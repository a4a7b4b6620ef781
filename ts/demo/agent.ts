import type { Request } from "./demand.ts";
import { type AgentPlan, UNIT_RATE } from "./scenario.ts";

/** What an agent signals: capacity in units, backlog in unit-seconds. */
export type Report = { capacity: bigint; backlog: bigint };

/** Requests that wait for one stage, first in first out. Several agents may work on one. */
export class WorkQueue {
  readonly #items: { request: Request; left: number }[] = [];
  #head = 0;
  #tokens = 0;

  constructor(readonly stage: number) {}

  /** Work that waits, tokens. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Requests that wait or are being worked on. */
  get length(): number {
    return this.#items.length - this.#head;
  }

  push(request: Request): void {
    const left = request.work[this.stage] ?? 0;
    this.#items.push({ request, left });
    this.#tokens += left;
  }

  /**
   * Does up to `tokens` of work, oldest first.
   * @param finished Receives the requests that this completes.
   * @returns Tokens really done.
   */
  work(tokens: number, finished: Request[]): number {
    let budget = tokens;
    for (let item = this.#items[this.#head]; item !== undefined && budget > 0; item = this.#items[this.#head]) {
      const done = Math.min(budget, item.left);
      item.left -= done;
      budget -= done;
      if (item.left > 0) break;
      finished.push(item.request);
      this.#head += 1;
    }
    this.#tokens -= tokens - budget;
    if (this.#head > 1000) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    return tokens - budget;
  }

  /**
   * Turns away the youngest untouched requests of a source, as long as they fit into `tokens`.
   * @returns How many, and the tokens they would have meant.
   */
  turnAway(source: number, tokens: number): { requests: number; tokens: number } {
    const turned = { requests: 0, tokens: 0 };
    for (let index = this.#items.length - 1; index > this.#head; --index) {
      const item = this.#items[index];
      if (item === undefined || item.request.source !== source) continue;
      if (turned.tokens + item.left > tokens) break;
      this.#items.splice(index, 1);
      turned.requests += 1;
      turned.tokens += item.left;
    }
    this.#tokens -= turned.tokens;
    return turned;
  }
}

/**
 * One agent's books: what it was paid for, what it has done. It works for what it is paid and no more; what it was paid
 * for and has not served is its backlog.
 */
export class Agent {
  alive = true;
  /** Wei that the pool has paid it so far, as read from the chain. */
  received = 0n;
  /** Wei that were taken from its bond so far: work that nobody waits for from it any more. */
  slashed = 0n;
  /** Tokens it has served so far. */
  served = 0;

  constructor(readonly plan: AgentPlan) {}

  /** Tokens that it was paid for. */
  get paid(): number {
    return Number(this.received / UNIT_RATE);
  }

  /** Tokens that it was paid for and has not served. */
  get unserved(): number {
    return Math.max(0, this.paid - Number(this.slashed / UNIT_RATE) - this.served);
  }

  /**
   * Works for `seconds` on what waits.
   * @param speed Factor on its usual rate: machines are faster and slower from time to time.
   * @returns Requests that this completes.
   */
  work(queue: WorkQueue, seconds: number, speed: number): Request[] {
    const finished: Request[] = [];
    if (this.alive) {
      const able = Math.floor(this.plan.rate * seconds * speed);
      this.served += queue.work(Math.min(able, this.unserved), finished);
    }
    return finished;
  }

  /**
   * What it would signal now.
   * @param present Share of the unserved work of all agents of the stage which is really there, at most 1. Work that was
   * paid for before it arrives is not backlog: no agent is behind with it.
   */
  report(present: number): Report {
    const backlog = this.plan.honest ? BigInt(Math.floor(this.unserved * present)) : 0n;
    return { capacity: BigInt(this.plan.declares), backlog };
  }
}

/** See `Agent.report`. */
export function presentShare(queue: WorkQueue, agents: readonly Agent[]): number {
  const unserved = agents.reduce((sum, agent) => sum + agent.unserved, 0);
  return unserved === 0 ? 1 : Math.min(1, queue.tokens / unserved);
}
