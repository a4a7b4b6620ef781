import { type Address, type Hex, maxUint256, toHex } from "viem";
import type { LocalAccount } from "viem/accounts";
import { callFrom } from "../localchain/localChain.ts";
import { Protocol } from "../model/protocol.ts";
import type { Signal } from "../model/signals.ts";
import type { AnyCall } from "../sdk/calls/callsOf.ts";
import { type Contracts, contractsOf, distributionPoolAt, gdaAt, superTokenAt } from "../sdk/calls/contracts.ts";
import { throughHost } from "../sdk/calls/superfluid.ts";
import { attestationTypedData } from "../sdk/utils/typedData.ts";
import { type Account, PARAMETERS, type World } from "./mirrorWorld.ts";

/** A sink that can sign. */
export type Sink = Account & { key: LocalAccount };

/** One view of the chain and what the model says of it. */
type View = { read: AnyCall; predicted: unknown };

const SALT = toHex(7, { size: 32 });

/**
 * One task type twice: on a chain and in the exact model. Each method does the same thing to both, at the time of the
 * next block; {@link differences} then compares everything that can be seen of it.
 */
export class Mirror {
  readonly model: Protocol<Address>;
  readonly id: Hex;
  readonly #world: World;
  readonly #contracts: Contracts;
  readonly #distributionPool: Address;
  readonly #committed = new Map<Address, Signal & { block: number }>();
  /** Wei, of those who are registered. */
  readonly stakes = new Map<Address, bigint>();
  readonly signalledAt = new Map<Address, bigint>();

  private constructor(world: World, opened: Awaited<ReturnType<World["registerTaskType"]>>) {
    this.#world = world;
    this.#contracts = contractsOf(world.protocol);
    this.id = opened.id;
    this.#distributionPool = opened.distributionPool;
    this.model = new Protocol(PARAMETERS, world.now);
    this.model.split.setFee(world.fee);
  }

  static async open(world: World, name: string): Promise<Mirror> {
    return new Mirror(world, await world.registerTaskType(name));
  }

  // ----------------------------------------------------------------------------------------------- Sinks

  register(sink: Sink, stake: bigint): void {
    this.#approve(sink, this.#world.protocol.stakeManager);
    this.#send(sink, this.#contracts.stakeManager.stake(this.id, stake));
    this.#send(sink, this.#contracts.capacityRegistry.registerSink(this.id));
    this.stakes.set(sink.address, stake);
    this.signalledAt.set(sink.address, this.#world.now);
    this.model.register(sink.address, stake);
  }

  /** Raises the stake, or unbonds some of it. */
  changeStake(sink: Sink, stake: bigint): void {
    const before = this.stakes.get(sink.address) ?? 0n;
    if (stake === before) return;
    const { stakeManager } = this.#contracts;
    if (stake > before) this.#send(sink, stakeManager.stake(this.id, stake - before));
    else this.#send(sink, stakeManager.requestUnstake(this.id, before - stake));
    this.stakes.set(sink.address, stake);
    this.model.changeStake(sink.address, stake, this.#world.now);
  }

  /** The verifier takes `amount` wei, at most the stake. */
  slash(sink: Sink, amount: bigint): void {
    const stake = (this.stakes.get(sink.address) ?? 0n) - amount;
    this.#send(this.#world.keeper, this.#contracts.stakeManager.slash(this.id, sink.address, amount));
    this.stakes.set(sink.address, stake);
    this.model.slash(sink.address, amount, stake, this.#world.now);
  }

  verifyBacklog(sink: Sink, backlog: bigint): void {
    const { capacityRegistry } = this.#contracts;
    this.#send(this.#world.keeper, capacityRegistry.setVerifiedBacklog(this.id, sink.address, backlog));
    this.model.verifyBacklog(sink.address, backlog, this.#world.now);
  }

  async commit(sink: Sink, signal: Signal): Promise<void> {
    const { capacity, backlog } = signal;
    const { capacityRegistry } = this.#contracts;
    const commitment = await this.#world.chain.client.readContract(
      capacityRegistry.hashSignal(this.id, sink.address, capacity, backlog, SALT),
    );
    this.#send(sink, capacityRegistry.commitCapacity(this.id, commitment));
    this.#committed.set(sink.address, { ...signal, block: this.#world.blocks });
  }

  /** What a sink has committed to, if it can be revealed in the next block. */
  revealable(sink: Sink): Signal | undefined {
    const committed = this.#committed.get(sink.address);
    const age = this.#world.blocks - (committed?.block ?? 0);
    return age >= 1 && age <= 20 ? committed : undefined;
  }

  reveal(sink: Sink, signal: Signal): void {
    const { capacityRegistry } = this.#contracts;
    this.#send(sink, capacityRegistry.revealCapacity(this.id, signal.capacity, signal.backlog, SALT));
    this.#committed.delete(sink.address);
    this.signalledAt.set(sink.address, this.#world.now);
    this.model.signal([[sink.address, signal]], this.#world.now);
  }

  async attest(signals: readonly (readonly [Sink, Signal & { issuedAt: bigint }])[]): Promise<void> {
    const attestations = await Promise.all(signals.map(([sink, signal]) => this.#signed(sink, signal)));
    this.#send(this.#world.keeper, this.#contracts.capacityRegistry.submitAttestations(this.id, attestations));
    for (const [sink, { issuedAt }] of signals) this.signalledAt.set(sink.address, issuedAt);
    this.model.signal(
      signals.map(([sink, signal]) => [sink.address, signal]),
      this.#world.now,
    );
  }

  // ----------------------------------------------------------------------------------------------- Sources, keepers

  setStream(source: Account, rate: bigint): void {
    const { gdaV1, host, superToken } = this.#world.superfluid;
    const change = gdaAt(gdaV1).distributeFlow(superToken, source.address, this.#distributionPool, rate, "0x");
    this.#world.chain.add(callFrom(source, throughHost(host, change)));
    this.model.setStream(source.address, rate, this.#world.now);
  }

  rebalance(sinks: readonly Sink[]): void {
    const addresses = sinks.map(({ address }) => address);
    this.#send(this.#world.keeper, this.#contracts.backpressurePool.rebalance(this.id, addresses));
    this.model.rebalance(addresses, this.#world.now);
  }

  syncSource(source: Account): void {
    this.#send(source, this.#contracts.escrowBuffer.syncSource(this.id, source.address));
    this.model.syncSource(source.address, this.#world.now);
  }

  drain(): void {
    this.#send(this.#world.keeper, this.#contracts.escrowBuffer.drain(this.id));
    this.model.drain(this.#world.now);
  }

  release(): void {
    this.#send(this.#world.keeper, this.#contracts.escrowBuffer.release(this.id));
    this.model.release(this.#world.now);
  }

  /** @param sharing The other task types of this token. */
  sweep(sharing: readonly Mirror[]): void {
    const { backpressurePool } = this.#world.protocol;
    this.#send(this.#world.keeper, this.#contracts.backpressurePool.sweep(this.id));
    this.model.sweep(
      backpressurePool,
      this.#world.now,
      sharing.map(({ model }) => model),
    );
  }

  deposit(source: Account, amount: bigint): void {
    this.#approve(source, this.#world.protocol.escrowBuffer);
    this.#send(source, this.#contracts.escrowBuffer.deposit(this.id, amount));
    this.model.deposits.push(source.address, amount);
  }

  setDownstream(downstream: Mirror, ratio: bigint): void {
    this.#send(this.#world.keeper, this.#contracts.pipeline.setDownstream(this.id, downstream.id, ratio));
    this.model.propagate(downstream.model, ratio, this.#world.now);
  }

  propagate(downstream: Mirror, ratio: bigint): void {
    this.#send(this.#world.keeper, this.#contracts.pipeline.propagate(this.id));
    this.model.propagate(downstream.model, ratio, this.#world.now);
  }

  // ----------------------------------------------------------------------------------------------- Comparison

  /** Where the chain, as of its latest block, and the model disagree. */
  async differences(sinks: readonly Sink[], sources: readonly Account[]): Promise<string[]> {
    const views = [
      ...this.#poolViews(sinks),
      ...this.#escrowViews(),
      ...sinks.flatMap((sink) => this.#sinkViews(sink)),
      ...sources.flatMap((source) => this.#sourceViews(source)),
    ];
    const contracts = views.map(({ read }) => read);
    const seen = await this.#world.chain.client.multicall({
      contracts,
      allowFailure: false,
      deployless: true,
      batchSize: 0,
    });
    return views.flatMap(({ read, predicted }, i) =>
      `${seen[i]}` === `${predicted}`
        ? []
        : [`${read.functionName}(${read.args}): ${seen[i]} on the chain, ${predicted} in the model`],
    );
  }

  #poolViews(sinks: readonly Sink[]): View[] {
    const { now } = this.#world;
    const { split } = this.model;
    const addresses = sinks.map(({ address }) => address);
    const income = split.income(now);
    const { backpressurePool: pool } = this.#contracts;
    const distribution = distributionPoolAt(this.#distributionPool);
    const gda = gdaAt(this.#world.superfluid.gdaV1);
    return [
      { read: pool.unitsOfPool(this.id), predicted: [split.sinkUnits, split.escrowUnits, split.feeUnits] },
      { read: pool.spotPrice(this.id), predicted: split.pool.rateOfUnit },
      { read: pool.priceCap(this.id), predicted: split.priceCap },
      { read: pool.totalUnits(this.id), predicted: split.pool.totalUnits },
      { read: pool.intakeOf(this.id), predicted: split.intake },
      { read: pool.streamedOf(this.id), predicted: split.inflow(now) },
      { read: pool.paidOf(this.id), predicted: split.paid(now) },
      { read: pool.spareOf(this.id), predicted: split.spare(now) },
      { read: pool.incomeOf(this.id), predicted: [income.escrow, income.fee] },
      { read: pool.overflowTimeOf(this.id), predicted: split.overflowTime(now) },
      { read: pool.emptySince(this.id), predicted: split.emptySince ?? 0n },
      { read: pool.needsRebalance(this.id, addresses), predicted: split.needsRebalance(addresses, now) },
      { read: distribution.getTotalFlowRate(), predicted: split.pool.flowRate },
      { read: gda.getPoolAdjustmentFlowRate(this.#distributionPool), predicted: split.pool.adjustmentRate },
    ];
  }

  #escrowViews(): View[] {
    const { now } = this.#world;
    const { escrowBuffer: escrow } = this.#contracts;
    const overflow = this.model.overflow(now);
    return [
      { read: escrow.overflowOf(this.id), predicted: overflow },
      { read: escrow.level(this.id), predicted: overflow + this.model.deposits.total },
      { read: escrow.drainable(this.id), predicted: this.model.drainable(now) },
      { read: escrow.releasable(this.id), predicted: this.model.releasable(now) },
      { read: escrow.setAsideOf(this.id), predicted: this.model.returns.book.setAside },
    ];
  }

  #sinkViews({ address }: Sink): View[] {
    const { now } = this.#world;
    const { signals, split } = this.model;
    const units = split.pool.unitsOf(address);
    const { backpressurePool: pool, capacityRegistry: registry } = this.#contracts;
    const distribution = distributionPoolAt(this.#distributionPool);
    return [
      { read: pool.unitsOf(this.id, address), predicted: units },
      { read: registry.smoothedCapacity(this.id, address), predicted: signals.smoothed(address, now) },
      { read: registry.effectiveCapacity(this.id, address), predicted: signals.effective(address, now) },
      { read: distribution.getMemberFlowRate(address), predicted: units * split.pool.rateOfUnit },
      { read: distribution.getTotalAmountReceivedByMember(address), predicted: split.pool.receivedBy(address, now) },
    ];
  }

  #sourceViews({ address }: Account): View[] {
    const { now } = this.#world;
    const { returns, split } = this.model;
    const { gdaV1, superToken } = this.#world.superfluid;
    const gda = gdaAt(gdaV1);
    const { escrowBuffer: escrow } = this.#contracts;
    return [
      {
        read: gda.getFlowRate(superToken, address, this.#distributionPool),
        predicted: split.pool.streamOf(address).rate,
      },
      { read: escrow.streamedOf(this.id, address), predicted: this.model.streamed(address, now) },
      { read: escrow.claimOf(this.id, address), predicted: this.model.claimOf(address, now) },
      { read: escrow.returnedOf(this.id, address), predicted: returns.returnedTo(address) },
    ];
  }

  // ----------------------------------------------------------------------------------------------- Private

  #send(from: Account, call: AnyCall): void {
    this.#world.chain.add(callFrom(from, call));
  }

  #approve(from: Account, spender: Address): void {
    const { superToken } = this.#world.superfluid;
    this.#send(from, superTokenAt(superToken).approve(spender, maxUint256));
  }

  async #signed(sink: Sink, { capacity, backlog, issuedAt }: Signal & { issuedAt: bigint }) {
    const message = { taskTypeId: this.id, sink: sink.address, capacity, backlog, issuedAt: Number(issuedAt) };
    const chainId = await this.#world.chain.client.getChainId();
    const typedData = attestationTypedData({ deployment: this.#world.protocol, chainId, attestation: message });
    const signature = await sink.key.signTypedData(typedData);
    return { ...message, signature };
  }
}
