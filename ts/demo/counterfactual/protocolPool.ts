import type { Address } from "viem";
import { min } from "../../core/bigints.ts";
import { Protocol, type ProtocolParameters } from "../../model/protocol.ts";
import type { Report } from "../agent.ts";
import { bondOf, type MarketStage, OPENING } from "../market.ts";
import { bufferMaxOf, type StagePlan, TERMS, UNIT_RATE } from "../scenario.ts";
import type { SinkState, StageState } from "../state.ts";
import type { StagePool, StageTotals } from "./stagePool.ts";

/** The terms of a stage as the model has them. */
function parametersOf(plan: StagePlan): ProtocolParameters {
  const { epochLength, horizon, acknowledgementGrace, signalTimeToLive, receiptEpochs, smoothing, minimumStake } =
    TERMS;
  return {
    unitRate: UNIT_RATE,
    epochLength: BigInt(epochLength),
    horizon: BigInt(horizon),
    acknowledgementGrace: BigInt(acknowledgementGrace),
    signalTimeToLive: BigInt(signalTimeToLive),
    receiptEpochs: BigInt(receiptEpochs),
    verified: true,
    smoothing,
    minimumStake,
    bufferMax: bufferMaxOf(plan),
  };
}

/**
 * A stage under the protocol, by the exact model: the contracts' arithmetic to the wei, which `protocol.test.ts` of the model
 * holds against the contracts.
 */
export class ProtocolPool implements StagePool {
  readonly model: Protocol<Address>;
  readonly #stage: Omit<MarketStage, "distributionPool">;
  readonly #bonds: Map<Address, bigint>;
  readonly #slashed = new Map<Address, bigint>();
  #next: ProtocolPool | undefined;

  constructor(stage: Omit<MarketStage, "distributionPool">) {
    this.#stage = stage;
    this.model = new Protocol(parametersOf(stage.plan), BigInt(OPENING.registered));
    this.#bonds = new Map(
      stage.sinks.map(({ address }, index) => [
        address,
        bondOf(stage.plan.agents[index] as (typeof stage.plan.agents)[number]),
      ]),
    );
  }

  /** Links a pool to the next and lets its sinks in. */
  open(next: ProtocolPool | undefined): void {
    const now = BigInt(OPENING.joined);
    this.#next = next;
    this.propagate(now);
    for (const [sink, bond] of this.#bonds) {
      this.model.changeStake(sink, bond, now);
      this.model.register(sink, now);
    }
  }

  // ----------------------------------------------------------------------------------------------- What actors do

  /** As the SDK does it: the source is counted before and after, and the pool looks. */
  setStream(source: Address, rate: bigint, now: bigint): void {
    this.model.syncSource(source, now);
    this.model.setStream(source, rate, now);
    this.model.syncSource(source, now);
    this.model.rebalance([], now);
  }

  rateOf(source: Address): bigint {
    return this.model.split.pool.streamOf(source).rate;
  }

  streamedBy(source: Address, now: bigint): bigint {
    return this.model.split.pool.paidBy(source, now);
  }

  signal(sink: Address, report: Report, now: bigint): void {
    this.model.signal([[sink, report]], now);
  }

  acknowledge(source: Address, sink: Address, completed: bigint, now: bigint): void {
    this.model.acknowledge(source, sink, completed, now);
  }

  syncSource(source: Address, now: bigint): void {
    this.model.syncSource(source, now);
  }

  // ----------------------------------------------------------------------------------------------- What keepers do

  /** Does what a keeper has decided. */
  keep(action: string, items: readonly Address[], now: bigint): void {
    const { model } = this;
    if (action === "rebalance") model.rebalance(items, now);
    else if (action === "propagate") this.propagate(now);
    else if (action === "assess") for (const sink of items) this.#assess(sink, now);
    else if (action === "settle") model.settle(items, now);
    else if (action === "drain") model.drain(now);
    else if (action === "release") {
      model.release(now);
      for (const { address } of this.#stage.sources) model.syncSource(address, now);
    } else throw new Error(`a keeper wants to ${action}, and nobody knows how`);
  }

  propagate(now: bigint): void {
    if (this.#next) this.model.propagate(this.#next.model, this.#stage.plan.passesOn, now);
  }

  #assess(sink: Address, now: bigint): void {
    const bond = this.#bonds.get(sink) ?? 0n;
    const taken = min(this.model.assess(sink, now), bond);
    if (taken === 0n) return;
    this.#bonds.set(sink, bond - taken);
    this.#slashed.set(sink, this.slashedOf(sink) + taken);
    this.model.slash(sink, taken, bond - taken, now);
  }

  // ----------------------------------------------------------------------------------------------- What can be seen

  slashedOf(sink: Address): bigint {
    return this.#slashed.get(sink) ?? 0n;
  }

  money(now: bigint): StageState {
    return this.state(now);
  }

  /** What a look at the chain would show. */
  state(now: bigint): StageState {
    const { model } = this;
    const { split } = model;
    const { sinks, sources } = this.#stage;
    const limit = this.#next && model.limitBy(this.#next.model, this.#stage.plan.passesOn, now);
    return {
      flow: split.pool.flowRate,
      totalUnits: split.pool.totalUnits,
      sinkUnits: split.sinkUnits,
      escrowUnits: split.escrowUnits,
      price: split.pool.rateOfUnit,
      priceCap: split.priceCap,
      intake: split.intake,
      limit,
      level: model.overflow(now),
      drainable: model.drainable(now),
      releasable: model.releasable(now),
      needsRebalance: model.needsRebalance([], now),
      sinks: sinks.map(({ address }) => this.#sinkState(address, now)),
      paid: split.paid(now),
      returned: sources.map(({ address }) => model.returns.returnedTo(address)),
      spent: sources.map(({ address }) => model.spent(address, now)),
    };
  }

  totals(now: bigint): StageTotals {
    const { model } = this;
    const { sinks, sources } = this.#stage;
    const sum = (of: (address: Address) => bigint, accounts: typeof sinks): bigint =>
      accounts.reduce((total, { address }) => total + of(address), 0n);
    return {
      streamed: sum((source) => this.streamedBy(source, now), sources),
      slashed: sum((sink) => this.slashedOf(sink), sinks),
      received: sum((sink) => model.split.pool.receivedBy(sink, now), sinks),
      escrow: model.overflow(now),
      returned: sum((source) => model.returns.returnedTo(source), sources) + model.book(now).setAside,
      dust: model.split.pool.receivedByAdmin(now),
    };
  }

  #sinkState(sink: Address, now: bigint): SinkState {
    const { evidence, signals, split } = this.model;
    const { openedAt, strikes, ...ledger } = evidence.ledgerOf(sink);
    const units = split.pool.unitsOf(sink);
    return {
      received: split.pool.receivedBy(sink, now),
      units,
      effective: signals.effective(sink, now),
      flow: units * split.pool.rateOfUnit,
      needsRebalance: this.model.needsRebalance([sink], now),
      ledger: { ...ledger, openedAt: Number(openedAt), strikes: Number(strikes) },
      registered: signals.has(sink),
      settledEpoch: Number(signals.settledEpochOf(sink)),
      verifiedBacklog: signals.verifiedBacklogOf(sink),
    };
  }
}

/** Three stages under the protocol, linked and with everybody in. */
export function openProtocol(stages: readonly Omit<MarketStage, "distributionPool">[]): ProtocolPool[] {
  const pools = stages.map((stage) => new ProtocolPool(stage));
  pools.forEach((pool, index) => {
    pool.open(pools[index + 1]);
  });
  return pools;
}
