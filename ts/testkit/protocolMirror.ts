import { type Address, type Hex, maxUint256, toHex } from "viem";
import { callFrom } from "../localchain/localChain.ts";
import type { Ledger } from "../model/evidence/evidence.ts";
import { max, min, unbondingPeriod } from "../model/exact.ts";
import { Protocol } from "../model/protocol.ts";
import type { Signal } from "../model/signals.ts";
import type { AnyCall } from "../sdk/calls/callsOf.ts";
import { type Contracts, contractsOf, distributionPoolAt, gdaAt, superTokenAt } from "../sdk/calls/contracts.ts";
import { throughHost } from "../sdk/calls/superfluid.ts";
import { attestationTypedData, receiptTypedData } from "../sdk/utils/typedData.ts";
import { type Account, PARAMETERS, type Signer, type World } from "./mirrorWorld.ts";

/** What a sink has at stake, wei, and when what is unbonding is free, Unix seconds. */
type Bond = { staked: bigint; unbonding: bigint; unbondedAt: bigint };

/** One view of the chain, whose it is if it is somebody's, and what the model says of it. */
type View = { read: AnyCall; of?: Account; predicted: unknown };

/** A view of the chain, whose it is if it is somebody's, and what it is there and in the model. */
export type Seen = { call: string; of: string | undefined; chain: unknown; model: unknown };

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
  readonly #bonds = new Map<Address, Bond>();
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

  /** Stakes and registers. */
  join(sink: Signer, stake: bigint): void {
    this.#approve(sink, this.#world.protocol.stakeManager);
    this.changeStake(sink, stake);
    this.#register(sink);
  }

  /** Leaves and comes back at once, as somebody would who hopes that this is forgotten. */
  rejoin(sink: Signer): void {
    if (this.isRegistered(sink)) {
      this.#send(sink, this.#contracts.capacityRegistry.deregisterSink(this.id));
      this.model.deregister(sink.address, this.#world.now);
      this.#committed.delete(sink.address);
    }
    if (this.bondOf(sink).staked >= PARAMETERS.minimumStake) this.#register(sink);
  }

  /** Whether the sink may signal. */
  isRegistered(sink: Signer): boolean {
    return this.model.signals.has(sink.address);
  }

  bondOf({ address }: { address: Address }): Bond {
    return this.#bonds.get(address) ?? { staked: 0n, unbonding: 0n, unbondedAt: 0n };
  }

  /** Raises the stake, or unbonds some of it. */
  changeStake(sink: Signer, stake: bigint): void {
    const { now } = this.#world;
    const { stakeManager } = this.#contracts;
    const bond = this.bondOf(sink);
    if (stake === bond.staked) return;
    const freed = max(bond.staked - stake, 0n);
    if (freed > 0n) this.#send(sink, stakeManager.requestUnstake(this.id, freed));
    else this.#send(sink, stakeManager.stake(this.id, stake - bond.staked));
    const unbondedAt = freed > 0n ? now + unbondingPeriod(PARAMETERS) : bond.unbondedAt;
    this.#bonds.set(sink.address, { staked: stake, unbonding: bond.unbonding + freed, unbondedAt });
    this.model.changeStake(sink.address, stake, now);
  }

  /** Takes out what has finished unbonding, less what leaving costs. */
  withdraw(sink: Signer): void {
    const { now } = this.#world;
    const before = this.bondOf(sink);
    if (before.unbonding === 0n || now < before.unbondedAt) return;
    this.#send(sink, this.#contracts.stakeManager.withdraw(this.id));
    const taken = this.#take(sink, this.model.judgeLeaver(sink.address, now));
    if (taken > 0n) this.model.donate(taken);
    const { staked } = this.bondOf(sink);
    if (staked !== before.staked) this.model.changeStake(sink.address, staked, now);
    this.#bonds.set(sink.address, { staked, unbonding: 0n, unbondedAt: 0n });
  }

  /** Slashes the sink if it has enough strikes; returns whether it had. */
  assess(sink: Signer): boolean {
    const { now } = this.#world;
    this.#send(this.#world.keeper, this.#contracts.stakeManager.assess(this.id, sink.address));
    const amount = this.model.assess(sink.address, now);
    if (amount === 0n) return false;
    this.model.slash(sink.address, this.#take(sink, amount), this.bondOf(sink).staked, now);
    return true;
  }

  settle(sinks: readonly Signer[]): void {
    const addresses = sinks.map(({ address }) => address);
    this.#send(this.#world.keeper, this.#contracts.capacityRegistry.settle(this.id, addresses));
    this.model.settle(addresses, this.#world.now);
  }

  /** Carries receipts that both have signed; amounts in wei, cumulative. */
  async acknowledge(receipts: readonly (readonly [source: Signer, sink: Signer, completed: bigint])[]): Promise<void> {
    const signed = await Promise.all(receipts.map((receipt) => this.#receipt(...receipt)));
    this.#send(this.#world.keeper, this.#contracts.completionTracker.acknowledge(this.id, signed));
    for (const [source, sink, completed] of receipts) {
      this.model.acknowledge(source.address, sink.address, completed, this.#world.now);
    }
  }

  async commit(sink: Signer, signal: Signal): Promise<void> {
    const { capacity, backlog } = signal;
    const { capacityRegistry } = this.#contracts;
    const commitment = await this.#world.chain.client.readContract(
      capacityRegistry.hashSignal(this.id, sink.address, capacity, backlog, SALT),
    );
    this.#send(sink, capacityRegistry.commitCapacity(this.id, commitment));
    this.#committed.set(sink.address, { ...signal, block: this.#world.blocks });
  }

  /** What a sink has committed to, if it can be revealed in the next block. */
  revealable(sink: Signer): Signal | undefined {
    const committed = this.#committed.get(sink.address);
    const age = this.#world.blocks - (committed?.block ?? 0);
    return age >= 1 && age <= 20 ? committed : undefined;
  }

  reveal(sink: Signer, signal: Signal): void {
    const { capacityRegistry } = this.#contracts;
    this.#send(sink, capacityRegistry.revealCapacity(this.id, signal.capacity, signal.backlog, SALT));
    this.#committed.delete(sink.address);
    this.signalledAt.set(sink.address, this.#world.now);
    this.model.signal([[sink.address, signal]], this.#world.now);
  }

  async attest(signals: readonly (readonly [Signer, Signal & { issuedAt: bigint }])[]): Promise<void> {
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

  rebalance(sinks: readonly Signer[]): void {
    const addresses = sinks.map(({ address }) => address);
    this.#send(this.#world.keeper, this.#contracts.capacityRegistry.rebalance(this.id, addresses));
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

  requestReturn(source: Account): void {
    if (this.model.claimOf(source.address, this.#world.now)[0] === 0n) return;
    this.#send(source, this.#contracts.escrowBuffer.requestReturn(this.id));
    this.model.requestReturn(source.address, this.#world.now);
  }

  donate(from: Account, amount: bigint): void {
    this.#approve(from, this.#world.protocol.escrowBuffer);
    this.#send(from, this.#contracts.escrowBuffer.donate(this.id, amount));
    this.model.donate(amount);
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
  async differences(sinks: readonly Signer[], sources: readonly Account[]): Promise<string[]> {
    return disagreements(await this.views(sinks, sources));
  }

  /** Everything that can be seen, as of the latest block. */
  async views(sinks: readonly Signer[], sources: readonly Account[]): Promise<Seen[]> {
    const views = [
      ...this.#poolViews(sinks),
      ...this.#escrowViews(),
      ...this.#evidenceViews(),
      ...sinks.flatMap((sink) => this.#sinkViews(sink).map((view) => ({ ...view, of: sink }))),
      ...sources.flatMap((source) => this.#sourceViews(source).map((view) => ({ ...view, of: source }))),
    ];
    const contracts = views.map(({ read }) => read);
    const seen = await this.#world.chain.client.multicall({
      contracts,
      allowFailure: false,
      deployless: true,
      batchSize: 0,
    });
    return views.map(({ read, of, predicted }: View, i) => ({
      call: read.functionName,
      of: of?.name,
      chain: seen[i],
      model: predicted,
    }));
  }

  #poolViews(sinks: readonly Signer[]): View[] {
    const { now } = this.#world;
    const { split } = this.model;
    const addresses = sinks.map(({ address }) => address);
    const income = split.income(now);
    const { backpressurePool: pool, capacityRegistry: registry } = this.#contracts;
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
      { read: registry.needsRebalance(this.id, addresses), predicted: this.model.needsRebalance(addresses, now) },
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
      { read: escrow.setAsideOf(this.id), predicted: this.model.book(now).setAside },
      { read: escrow.minDepositOf(this.id), predicted: this.model.minDeposit },
    ];
  }

  #evidenceViews(): View[] {
    const { evidence, split } = this.model;
    const { completionTracker: tracker } = this.#contracts;
    const paid = split.paid(this.#world.now);
    return [
      { read: tracker.totalsOf(this.id), predicted: [evidence.acknowledged, evidence.participating] },
      { read: tracker.verified(this.id), predicted: evidence.isVerified(paid) },
      { read: tracker.participationOf(this.id), predicted: evidence.participationDown(paid) },
    ];
  }

  #sinkViews({ address }: Signer): View[] {
    const { now } = this.#world;
    const { evidence, signals, split } = this.model;
    const { staked, unbonding, unbondedAt } = this.bondOf({ address });
    const { completionTracker: tracker, stakeManager } = this.#contracts;
    const units = split.pool.unitsOf(address);
    const { backpressurePool: pool, capacityRegistry: registry } = this.#contracts;
    const distribution = distributionPoolAt(this.#distributionPool);
    return [
      { read: pool.unitsOf(this.id, address), predicted: units },
      { read: registry.smoothedCapacity(this.id, address), predicted: signals.smoothed(address, now) },
      { read: registry.effectiveCapacity(this.id, address), predicted: signals.effective(address, now) },
      { read: stakeManager.bondOf(this.id, address), predicted: [staked, unbonding, unbondedAt] },
      { read: tracker.ledgerOf(this.id, address), predicted: inOrder(evidence.ledgerOf(address)) },
      { read: tracker.exitChargeOf(this.id, address), predicted: evidence.exitChargeOf(address) },
      { read: distribution.getMemberFlowRate(address), predicted: units * split.pool.rateOfUnit },
      { read: distribution.getTotalAmountReceivedByMember(address), predicted: split.pool.receivedBy(address, now) },
    ];
  }

  #sourceViews({ address }: Account): View[] {
    const { now } = this.#world;
    const { evidence, returns, split } = this.model;
    const { gdaV1, superToken } = this.#world.superfluid;
    const gda = gdaAt(gdaV1);
    const { completionTracker: tracker, escrowBuffer: escrow } = this.#contracts;
    return [
      {
        read: gda.getFlowRate(superToken, address, this.#distributionPool),
        predicted: split.pool.streamOf(address).rate,
      },
      { read: escrow.streamedOf(this.id, address), predicted: this.model.streamed(address, now) },
      { read: escrow.claimOf(this.id, address), predicted: this.model.claimOf(address, now) },
      { read: escrow.returnedOf(this.id, address), predicted: returns.returnedTo(address) },
      { read: escrow.spentOf(this.id, address), predicted: this.model.spent(address, now) },
      { read: tracker.acknowledgedBy(this.id, address), predicted: evidence.acknowledgedBy(address) },
    ];
  }

  // ----------------------------------------------------------------------------------------------- Private

  #register(sink: Signer): void {
    this.#send(sink, this.#contracts.capacityRegistry.registerSink(this.id, ""));
    this.signalledAt.set(sink.address, this.#world.now);
    this.model.register(sink.address, this.#world.now);
  }

  /** Takes up to `amount` wei from a bond, first what is about to leave; returns what was there. */
  #take(sink: Account, amount: bigint): bigint {
    const bond = this.bondOf(sink);
    const fromUnbonding = min(amount, bond.unbonding);
    const fromStake = min(amount - fromUnbonding, bond.staked);
    const [staked, unbonding] = [bond.staked - fromStake, bond.unbonding - fromUnbonding];
    this.#bonds.set(sink.address, { ...bond, staked, unbonding });
    return fromUnbonding + fromStake;
  }

  #send(from: Account, call: AnyCall): void {
    this.#world.chain.add(callFrom(from, call));
  }

  #approve(from: Account, spender: Address): void {
    const { superToken } = this.#world.superfluid;
    this.#send(from, superTokenAt(superToken).approve(spender, maxUint256));
  }

  async #signed(sink: Signer, { capacity, backlog, issuedAt }: Signal & { issuedAt: bigint }) {
    const message = { taskTypeId: this.id, sink: sink.address, capacity, backlog, issuedAt: Number(issuedAt) };
    const chainId = await this.#world.chain.client.getChainId();
    const typedData = attestationTypedData({ deployment: this.#world.protocol, chainId, attestation: message });
    const signature = await sink.key.signTypedData(typedData);
    return { ...message, signature };
  }

  async #receipt(source: Signer, sink: Signer, completed: bigint) {
    const message = { taskTypeId: this.id, source: source.address, sink: sink.address, completed };
    const chainId = await this.#world.chain.client.getChainId();
    const typedData = receiptTypedData({ deployment: this.#world.protocol, chainId, receipt: message });
    const [sourceSignature, sinkSignature] = await Promise.all([
      source.key.signTypedData(typedData),
      sink.key.signTypedData(typedData),
    ]);
    return { ...message, sourceSignature, sinkSignature };
  }
}

/** Where chain and model disagree. */
export const disagreements = (views: readonly Seen[]): string[] =>
  views.flatMap(({ call, of = "", chain, model }) =>
    text(chain) === text(model) ? [] : [`${call}(${of}): ${text(chain)} on the chain, ${text(model)} in the model`],
  );

/** The fields of a ledger in the order of the contract's. */
function inOrder(ledger: Ledger) {
  const { acknowledged, owed, acknowledgedMark, receivedMark, poolAcknowledgedMark, poolPaidMark } = ledger;
  const { poolParticipatingMark, earned, clearReceived, peakScaled, openedAt, strikes } = ledger;
  return {
    ...{ acknowledged, owed, acknowledgedMark, receivedMark, poolAcknowledgedMark, poolPaidMark },
    ...{ poolParticipatingMark, earned, clearReceived, peakScaled, openedAt, strikes },
  };
}

/** Small integers come from a chain as numbers, large ones as bigints. */
const text = (value: unknown): string =>
  JSON.stringify(value, (_, field) => (typeof field === "bigint" || typeof field === "number" ? `${field}` : field));
