import type { LocalChain } from "../localchain/localChain.ts";
import * as actions from "./actions.ts";
import type { Report } from "./agent.ts";
import { Credits } from "./credits.ts";
import { checkDefunded, type DeadSink, dyingShare } from "./deadSink.ts";
import type { Request } from "./demand.ts";
import { Drains } from "./drains.ts";
import { addUpTotals, type FinalTotals } from "./finalTotals.ts";
import { type Frame, type Look, lookAt } from "./frame.ts";
import { Audit } from "./invariants.ts";
import { keep } from "./keep.ts";
import { judgeLiar, LIAR_WINDOW, type Liar } from "./liar.ts";
import type { Account, Market, MarketStage } from "./market.ts";
import { Narrator } from "./narrator.ts";
import { Receipts } from "./receipts.ts";
import type { Sample } from "./sample.ts";
import { CLAIM_EVERY, DYING, EPOCH, REACTION, SLOT, START, type Timeline } from "./scenario.ts";
import { type Slash, Slashes } from "./slashes.ts";
import { readState, type StageState, type State } from "./state.ts";
import { StreamLedger } from "./streamLedger.ts";
import { StreamRates } from "./streamRates.ts";
import { Workshop } from "./workshop.ts";

export type EconomyParameters = {
  chain: LocalChain;
  market: Market;
  /** In order of time. */
  requests: readonly Request[];
  timeline: Timeline;
  seed: number;
  chainId: number;
  /** Whoever may interfere: asked before each slot, it changes the workshop and takes its time. Says whether to go on. */
  visitor?: (workshop: Workshop) => Promise<boolean>;
  /** Hears of every step. */
  onFrame?: (frame: Frame) => void;
};

export type EconomyResult = {
  samples: readonly Sample[];
  frames: readonly Frame[];
  totals: FinalTotals;
  audit: Audit;
  deadSink: DeadSink;
  liar: Liar;
  /** In order of time. */
  slashes: readonly Slash[];
  workshop: Workshop;
  /** Transactions that all the actors sent while the economy ran. */
  transactions: number;
};

/** Runs the economy from its first to its last second. */
export async function runEconomy(parameters: EconomyParameters): Promise<EconomyResult> {
  return new Economy(parameters).run();
}

/**
 * The loop. In every slot the actors act on what they last saw, a block is mined, a keeper looks and reacts a moment
 * later, everybody is told what they were paid, and the world outside the chain moves on.
 */
class Economy {
  readonly #parameters: EconomyParameters;
  readonly #ledger: StreamLedger;
  readonly #audit: Audit;
  readonly #credits: Credits;
  readonly #receipts: Receipts;
  readonly #slashes: Slashes;
  readonly #drains: Drains;
  readonly #narrator = new Narrator();
  readonly #workshop: Workshop;
  readonly #rates: StreamRates;
  readonly #frames: Frame[] = [];
  readonly #secrets = new Map<string, Report>();
  readonly #deadSink: DeadSink;
  #state!: State;
  /** What the chain looked like before each slot of the liar's last minutes. */
  readonly #lately: State[] = [];
  #refunded: readonly bigint[] = [];
  #transactions = 0;

  constructor(parameters: EconomyParameters) {
    const { market, requests, seed, chainId } = parameters;
    this.#parameters = parameters;
    this.#ledger = new StreamLedger(market.superfluid.gdaV1);
    this.#credits = new Credits(market.stages);
    this.#receipts = new Receipts(market, chainId);
    this.#slashes = new Slashes(market);
    this.#drains = new Drains(market);
    this.#audit = new Audit(market, this.#ledger, START);
    this.#workshop = new Workshop(market.stages, requests, seed);
    this.#rates = new StreamRates(this.#workshop);
    const stage = market.stages[DYING.stage] as MarketStage;
    const name = (stage.sinks[DYING.agent] as Account).name;
    this.#deadSink = { name, stage: stage.plan.name, shareBefore: 0, shareAfter: 0 };
  }

  async run(): Promise<EconomyResult> {
    const { chain, market, timeline } = this.#parameters;
    this.#state = await readState(chain.client, market, START);
    this.#credits.look(this.#state);
    let at = 0;
    for (; at < timeline.end; at += SLOT) {
      this.#lately.push(this.#state);
      if (this.#lately.length > LIAR_WINDOW / SLOT) this.#lately.shift();
      if (!(await this.#mayGoOn())) break;
      await this.#shock(at);
      await this.#act(at);
      await this.#mine(at);
      this.#audit.afterKeeper(this.#state);
      this.#tell();
    }
    await this.#close(at);
    return {
      samples: this.#frames.map(({ sample }) => sample),
      frames: this.#frames,
      audit: this.#audit,
      deadSink: this.#deadSink,
      liar: judgeLiar(this.#lately[0] as State, this.#state),
      slashes: this.#slashes.all,
      workshop: this.#workshop,
      transactions: this.#transactions,
      totals: await addUpTotals(chain.client, market, this.#ledger, this.#slashes, this.#state.timestamp, this.#audit),
    };
  }

  /**
   * The largest summariser dies, or comes back: its worker, that is, which serves and signals. Its bond and its streams
   * stay where they are. The doubling of demand is in the requests.
   */
  async #shock(at: number): Promise<void> {
    const { chain, market, timeline } = this.#parameters;
    const agent = this.#workshop.stages[DYING.stage]?.agents[DYING.agent];
    if (agent === undefined) return;
    if (at === timeline.death) {
      agent.alive = false;
      this.#deadSink.shareBefore = dyingShare(this.#state);
    }
    if (at === timeline.revival) {
      agent.alive = true;
      this.#deadSink.shareAfter = dyingShare(this.#state);
      await checkDefunded(chain.client, market, this.#state, this.#audit);
    }
  }

  /** Lets whoever may interfere do so. The first slot is always played. */
  async #mayGoOn(): Promise<boolean> {
    const goesOn = (await this.#parameters.visitor?.(this.#workshop)) ?? true;
    return goesOn || this.#frames.length === 0;
  }

  /** What sources and agents do in this slot of their epoch. */
  async #act(at: number): Promise<void> {
    const epoch = Math.floor(at / EPOCH);
    const slot = (at % EPOCH) / SLOT;
    if (slot === 0) {
      this.#workshop.prune();
      this.#stream(at);
      this.#commit(epoch);
    }
    if (slot === 1) this.#reveal(epoch);
    if (slot === 2 && epoch % CLAIM_EVERY === CLAIM_EVERY - 1) this.#claim();
    if (slot === 3) this.#parameters.chain.add(...(await this.#receipts.submit(this.#workshop)));
  }

  /** Everybody who pays sets its stream for the next epoch. */
  #stream(at: number): void {
    const { chain, market } = this.#parameters;
    market.stages.forEach((stage, index) => {
      stage.sources.forEach((source, position) => {
        const rate = this.#rate(stage, index, position, START + at);
        if (rate === 0n && this.#ledger.rateOf(stage.distributionPool, source.address) === 0n) return;
        chain.add(actions.setStream(market, stage, source, rate));
      });
    });
  }

  /** What a payer should stream into a stage from `timestamp` on, wei per second. */
  #rate(stage: MarketStage, index: number, position: number, timestamp: number): bigint {
    const source = stage.sources[position] as Account;
    const { returned, spent } = this.#state.stages[index] as StageState;
    const streamed = this.#ledger.streamedBy(stage.distributionPool, source.address, timestamp);
    return this.#rates.lacking(index, position, streamed - (returned[position] ?? 0n) - (spent[position] ?? 0n));
  }

  #commit(epoch: number): void {
    const { chain, market, seed, chainId } = this.#parameters;
    this.#secrets.clear();
    for (const { stage, sink, index, position } of this.#living()) {
      const report = this.#workshop.report(index, position);
      this.#secrets.set(sink.address, report);
      chain.add(actions.commitReport(market, stage, sink, report, actions.saltOf(seed, sink, epoch), chainId));
    }
  }

  #reveal(epoch: number): void {
    const { chain, market, seed } = this.#parameters;
    for (const { stage, sink } of this.#living()) {
      const report = this.#secrets.get(sink.address);
      if (report === undefined) continue;
      chain.add(actions.revealReport(market, stage, sink, report, actions.saltOf(seed, sink, epoch)));
    }
  }

  /** Who is not connected to the pool that pays it claims, and sources fetch what is set aside for them. */
  #claim(): void {
    const { chain, market } = this.#parameters;
    for (const { stage, sink, position } of this.#living()) {
      if (!stage.plan.agents[position]?.connects) chain.add(actions.claim(sink, stage));
    }
    const [first] = market.stages;
    if (first) chain.add(...first.sources.map((source) => actions.syncSource(market, first, source)));
  }

  *#living() {
    for (const [index, stage] of this.#parameters.market.stages.entries()) {
      for (const [position, sink] of stage.sinks.entries()) {
        if (this.#workshop.stages[index]?.agents[position]?.alive) yield { stage, sink, index, position };
      }
    }
  }

  /** Mines what everybody does and then what a keeper does about it. */
  async #mine(at: number): Promise<void> {
    const { chain, market } = this.#parameters;
    await this.#block(START + at);
    const reaction = START + at + REACTION;
    chain.add(...keep(market, this.#state, reaction));
    if (chain.waiting > 0) await this.#block(reaction);
  }

  async #block(timestamp: number): Promise<void> {
    const { chain, market } = this.#parameters;
    const block = await chain.mine(timestamp);
    this.#ledger.record(block);
    this.#slashes.record(block);
    this.#drains.record(block);
    this.#transactions += block.transactions;
    this.#state = await readState(chain.client, market, timestamp);
    this.#credits.look(this.#state);
    this.#audit.afterBlock(this.#state);
  }

  /** Tells everybody what they were paid or got back, lets them work up to now, and writes it all down. */
  #tell(): void {
    const { stages } = this.#state;
    this.#workshop.stages.forEach(({ agents }, index) => {
      agents.forEach((agent, position) => {
        agent.slashed = this.#slashes.of(index, position);
      });
    });
    const returned = (stages[0] as StageState).returned;
    returned.forEach((wei, source) => {
      this.#workshop.refund(source, wei - (this.#refunded[source] ?? 0n));
    });
    this.#refunded = returned;
    this.#credits.tell(this.#state, this.#workshop);
    this.#workshop.advance(this.#state.timestamp - START);
    const look = this.#look();
    const frame = { ...look, events: this.#narrator.tell(look) };
    this.#frames.push(frame);
    this.#parameters.onFrame?.(frame);
  }

  #look(): Look {
    const { market, timeline } = this.#parameters;
    const planned = this.#state.timestamp < START + timeline.doubling ? 1 : 2;
    return lookAt({
      ...{ state: this.#state, market, ledger: this.#ledger, drains: this.#drains, workshop: this.#workshop },
      ...{ before: this.#frames, demand: planned * this.#workshop.demand, transactions: this.#transactions },
    });
  }

  /** The last second. What Superfluid could not split evenly stays where it is, and counts. */
  async #close(at: number): Promise<void> {
    this.#claim();
    await this.#block(START + at);
    this.#tell();
  }
}
