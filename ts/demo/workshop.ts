import type { Address } from "viem";
import { max } from "../core/bigints.ts";
import { Agent, type Report } from "./agent.ts";
import type { Request } from "./demand.ts";
import { Draws } from "./draws.ts";
import type { MarketStage } from "./market.ts";
import { Payer } from "./payer.ts";
import { type AgentPlan, EPOCH, UNIT_RATE } from "./scenario.ts";

/** One stage at work: who pays in it, and who works. */
export type WorkStage = { payers: readonly Payer[]; agents: readonly Agent[]; bySink: ReadonlyMap<Address, Agent> };

/** What has become of the requests. */
export type RequestCounts = { arrived: number; served: number; turnedAway: number; waiting: number };

/** Range of an agent's speed from minute to minute. */
const SPEED = { min: 0.92, max: 1.08 };

/**
 * The world outside the chain: requests arrive, are ordered from agents stage by stage, and are done. Who gets what to do is
 * decided by the kit: the dispatcher of who pays, and the admission of who works. All times are seconds after the start.
 */
export class Workshop {
  readonly stages: readonly WorkStage[];
  readonly counts: RequestCounts = { arrived: 0, served: 0, turnedAway: 0, waiting: 0 };
  /** Seconds from arrival to the finished report, of every request served. */
  readonly latencies: number[] = [];
  /** How often each request arrives: the demand, over what was planned. */
  demand = 1;
  readonly #refundLeft: bigint[];
  readonly #draws: Draws;
  #next = 0;
  #now = 0;
  /** What is left of a request that arrives, say, half a time. */
  #fraction = 0;

  /** @param requests In order of time. */
  constructor(
    stages: readonly MarketStage[],
    readonly requests: readonly Request[],
    seed: number,
  ) {
    this.#draws = new Draws(seed + 2);
    this.stages = stages.map((stage, index) => {
      const largest = UNIT_RATE * BigInt(requests.reduce((most, { work }) => Math.max(most, work[index] ?? 0), 1));
      const agents = stage.sinks.map(
        ({ address }, at) => new Agent(address, stage.plan.agents[at] as AgentPlan, largest),
      );
      const bySink = new Map(agents.map((agent) => [agent.sink, agent]));
      const payers = stage.sources.map(({ address }) => {
        return new Payer(stage, index, address, largest, (request, sink) => this.#finish(request, index, sink));
      });
      return { payers, agents, bySink };
    });
    this.#refundLeft = (this.stages[0]?.payers ?? []).map(() => 0n);
  }

  /** Lets time pass until `now`, second by second. */
  advance(now: number): void {
    const { min, max } = SPEED;
    const speeds = this.stages.map(({ agents }) => agents.map(() => min + (max - min) * this.#draws.uniform()));
    while (this.#now < now) {
      this.#now += 1;
      this.#arrive();
      this.stages.forEach((stage, index) => {
        this.#order(stage);
        stage.agents.forEach((agent, position) => {
          const speed = speeds[index]?.[position] ?? 1;
          if (agent.answers) agent.work(Math.floor(agent.plan.rate * speed), this.#now);
        });
      });
    }
    const open = this.stages.flatMap(({ payers }) => payers.map((payer) => payer.open));
    this.counts.waiting = open.reduce((sum, count) => sum + count, 0);
  }

  /** Seconds within which half of the requests that were served became a report, rounded; 0 if none was. */
  get medianLatency(): number {
    const sorted = [...this.latencies].sort((a, b) => a - b);
    return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
  }

  /** What a payer of a stage was credited at an agent so far, wei, as both of them compute it from the chain. */
  credit(stage: number, payer: number, agent: number, wei: bigint): void {
    const { sink, admission } = this.#agent(stage, agent);
    const source = this.#payer(stage, payer);
    source.paid(sink, wei, this.#now);
    admission.paid(source.address, wei, this.#now);
  }

  /** Agents forget orders that can no longer be sent. */
  prune(): void {
    for (const { agents } of this.stages) for (const { admission } of agents) admission.prune(this.#now);
  }

  /** What an agent would signal now. */
  report(stage: number, agent: number): Report {
    return this.#agent(stage, agent).report();
  }

  /** Wei that a payer of a stage lacks: what waits, less what it may still order, and less what is `held` of its money. */
  missing(stage: number, position: number, held: bigint): bigint {
    const payer = this.#payer(stage, position);
    return BigInt(payer.waitingTokens) * UNIT_RATE - payer.usable(this.#now) - max(0n, held);
  }

  /** A source got money back: it withdraws as many of its youngest waiting requests as that would have paid for. */
  refund(source: number, wei: bigint): void {
    const total = (this.#refundLeft[source] ?? 0n) + wei;
    const payer = this.#payer(0, source);
    const { requests, tokens } = payer.withdraw(Number(total / UNIT_RATE));
    this.#refundLeft[source] = total - BigInt(tokens) * UNIT_RATE;
    this.counts.turnedAway += requests;
  }

  #payer(stage: number, position: number): Payer {
    return (this.stages[stage] as WorkStage).payers[position] as Payer;
  }

  #agent(stage: number, position: number): Agent {
    return (this.stages[stage] as WorkStage).agents[position] as Agent;
  }

  #arrive(): void {
    for (let request = this.requests[this.#next]; request !== undefined && request.at <= this.#now; ) {
      for (this.#fraction += this.demand; this.#fraction >= 1; this.#fraction -= 1) {
        this.stages[0]?.payers[request.source]?.ask(request);
        this.counts.arrived += 1;
      }
      request = this.requests[++this.#next];
    }
  }

  #order({ payers, bySink }: WorkStage): void {
    // When capacity is scarce, who asks first gets it; nobody should always be first.
    const first = Math.floor(this.#now / EPOCH) % payers.length;
    for (const payer of [...payers.slice(first), ...payers.slice(0, first)]) {
      payer.giveUp(this.#now);
      payer.order(bySink, this.#now);
    }
  }

  /** Who has done it passes it on, and pays for what comes next. */
  #finish(request: Request, stage: number, sink: Address): void {
    const next = this.stages[stage + 1];
    if (next !== undefined) next.payers.find(({ address }) => address === sink)?.ask(request);
    else {
      this.counts.served += 1;
      this.latencies.push(this.#now - request.at);
    }
  }
}
