import { type Address, zeroAddress } from "viem";
import type { Deployment } from "../../core/deployment.ts";
import type { Report } from "../agent.ts";
import { Credits, type Money } from "../credits.ts";
import type { Request } from "../demand.ts";
import { decide } from "../keep.ts";
import { cast, type MarketStage } from "../market.ts";
import { CLAIM_EVERY, DYING, EPOCH, REACTION, SLOT, START, type Timeline } from "../scenario.ts";
import type { State } from "../state.ts";
import { StreamRates } from "../streamRates.ts";
import { Workshop } from "../workshop.ts";
import { PlainPool } from "./plainPool.ts";
import { openProtocol, ProtocolPool } from "./protocolPool.ts";
import { fixedRates, type Rule } from "./rules.ts";
import type { StagePool, StageTotals } from "./stagePool.ts";

export type ReplayParameters = {
  /** In order of time. */
  requests: readonly Request[];
  timeline: Timeline;
  seed: number;
  rule: Rule;
};

export type Replay = { workshop: Workshop; totals: readonly StageTotals[] };

/** Nobody calls anything here, so nothing has an address. */
const NOWHERE: Deployment = {
  host: zeroAddress,
  stakeManager: zeroAddress,
  capacityRegistry: zeroAddress,
  backpressurePool: zeroAddress,
  escrowBuffer: zeroAddress,
  pipeline: zeroAddress,
  completionTracker: zeroAddress,
};

/**
 * The run of `runEconomy.ts` once more, without a chain: the same requests, agents, payers, dispatchers and keepers, in the
 * same slots, on pools in exact integers. Under the protocol it comes to the same figures, to the wei.
 */
export function replay(parameters: ReplayParameters): Replay {
  return new Rerun(parameters).run();
}

class Rerun {
  readonly #timeline: Timeline;
  readonly #stages: readonly MarketStage[] = cast().map((stage) => ({ ...stage, distributionPool: zeroAddress }));
  readonly #pools: readonly StagePool[];
  readonly #workshop: Workshop;
  readonly #credits: Credits;
  readonly #rates: StreamRates;
  readonly #rule: Rule;
  readonly #reports = new Map<Address, Report>();
  readonly #signed = new Map<string, bigint>();
  #money: Money;
  #refunded: readonly bigint[] = [];

  constructor({ requests, timeline, seed, rule }: ReplayParameters) {
    const { split } = rule;
    this.#timeline = timeline;
    this.#rule = rule;
    this.#pools =
      split === "protocol" ? openProtocol(this.#stages) : this.#stages.map((stage) => new PlainPool(stage, split));
    this.#workshop = new Workshop(this.#stages, requests, seed);
    this.#credits = new Credits(this.#stages);
    this.#rates = new StreamRates(this.#workshop);
    this.#money = this.#look(START);
    this.#credits.look(this.#money);
  }

  run(): Replay {
    const { end } = this.#timeline;
    for (let at = 0; at < end; at += SLOT) {
      this.#shock(at);
      this.#act(at, BigInt(START + at));
      this.#see(START + at);
      if (this.#keep(START + at + REACTION)) this.#see(START + at + REACTION);
      this.#tell();
    }
    this.#see(START + end);
    this.#tell();
    return { workshop: this.#workshop, totals: this.#pools.map((pool) => pool.totals(BigInt(START + end))) };
  }

  #shock(at: number): void {
    const agent = this.#workshop.stages[DYING.stage]?.agents[DYING.agent];
    if (agent && at === this.#timeline.death) agent.alive = false;
    if (agent && at === this.#timeline.revival) agent.alive = true;
  }

  #act(at: number, now: bigint): void {
    const epoch = Math.floor(at / EPOCH);
    const slot = (at % EPOCH) / SLOT;
    if (slot === 0) {
      this.#workshop.prune();
      this.#stream(now);
      this.#measure();
    }
    if (slot === 1) this.#signal(now);
    if (slot === 2 && epoch % CLAIM_EVERY === CLAIM_EVERY - 1) this.#claim(now);
    if (slot === 3) this.#acknowledge(now);
  }

  #stream(now: bigint): void {
    const { split, paying } = this.#rule;
    const fixed = paying === "fixed" && split !== "protocol" ? fixedRates(split) : undefined;
    if (fixed && now > START) return;
    this.#stages.forEach(({ sources }, index) => {
      const pool = this.#pool(index);
      sources.forEach(({ address }, position) => {
        const rate = fixed ? (fixed[index]?.[position] ?? 0n) : this.#rate(index, position, now);
        if (rate !== 0n || pool.rateOf(address) !== 0n) pool.setStream(address, rate, now);
      });
    });
  }

  #rate(stage: number, payer: number, now: bigint): bigint {
    if (this.#rule.paying === "asked") return this.#rates.asked(stage, payer);
    const { returned, spent } = this.#money.stages[stage] as Money["stages"][number];
    const source = this.#stages[stage]?.sources[payer]?.address as Address;
    const streamed = this.#pool(stage).streamedBy(source, now);
    return this.#rates.lacking(stage, payer, streamed - (returned[payer] ?? 0n) - (spent[payer] ?? 0n));
  }

  #measure(): void {
    this.#reports.clear();
    for (const { index, position, sink } of this.#living())
      this.#reports.set(sink, this.#workshop.report(index, position));
  }

  #signal(now: bigint): void {
    for (const { index, sink } of this.#living()) {
      const report = this.#reports.get(sink);
      if (report) this.#pool(index).signal(sink, report, now);
    }
  }

  #claim(now: bigint): void {
    for (const { address } of this.#stages[0]?.sources ?? []) this.#pool(0).syncSource(address, now);
  }

  #acknowledge(now: bigint): void {
    this.#stages.forEach(({ id, sinks }, index) => {
      for (const { address: sink } of sinks) {
        for (const payer of this.#workshop.stages[index]?.payers ?? []) {
          const completed = payer.accepted(sink);
          const key = `${id}/${payer.address}/${sink}`;
          if (completed <= (this.#signed.get(key) ?? 0n)) continue;
          this.#signed.set(key, completed);
          this.#pool(index).acknowledge(payer.address, sink, completed, now);
        }
      }
    });
  }

  /** @returns Whether a keeper had anything to do. */
  #keep(timestamp: number): boolean {
    const pools = this.#pools.filter((pool) => pool instanceof ProtocolPool);
    if (pools.length === 0) return false;
    const work = decide({ protocol: NOWHERE, stages: this.#stages }, this.#money as State, timestamp);
    for (const { action, items, taskTypeId } of work) {
      pools[this.#stages.findIndex(({ id }) => id === taskTypeId)]?.keep(action, items, BigInt(timestamp));
    }
    return work.length > 0;
  }

  #look(timestamp: number): Money {
    return { timestamp, stages: this.#pools.map((pool) => pool.money(BigInt(timestamp))) };
  }

  #see(timestamp: number): void {
    this.#money = this.#look(timestamp);
    this.#credits.look(this.#money);
  }

  #tell(): void {
    this.#workshop.stages.forEach(({ agents }, index) => {
      for (const agent of agents) agent.slashed = this.#pool(index).slashedOf(agent.sink);
    });
    const returned = this.#money.stages[0]?.returned ?? [];
    returned.forEach((wei, source) => {
      this.#workshop.refund(source, wei - (this.#refunded[source] ?? 0n));
    });
    this.#refunded = returned;
    this.#credits.tell(this.#money, this.#workshop);
    this.#workshop.advance(this.#money.timestamp - START);
  }

  *#living() {
    for (const [index, { sinks }] of this.#stages.entries()) {
      for (const [position, { address: sink }] of sinks.entries()) {
        if (this.#workshop.stages[index]?.agents[position]?.alive) yield { index, position, sink };
      }
    }
  }

  #pool(stage: number): StagePool {
    return this.#pools[stage] as StagePool;
  }
}
