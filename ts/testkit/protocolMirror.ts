import { type Abi, type Address, encodeFunctionData, type Hex, maxUint256, toHex } from "viem";
import {
  backpressurePoolAbi,
  capacityRegistryAbi,
  completionTrackerAbi,
  escrowBufferAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidAbi,
  iSuperfluidPoolAbi,
  iSuperTokenAbi,
  pipelineAbi,
  stakeManagerAbi,
} from "../abi/generated.ts";
import { encodeCall } from "../localchain/localChain.ts";
import { max, min, unbondingPeriod } from "../model/exact.ts";
import { Protocol } from "../model/protocol.ts";
import type { Signal } from "../model/signals.ts";
import { attestationTypedData, receiptTypedData } from "../sdk/utils/typedData.ts";
import { type Account, PARAMETERS, type Signer, type World } from "./mirrorWorld.ts";

/** What a sink has at stake, wei, and when what is unbonding is free, Unix seconds. */
type Bond = { staked: bigint; unbonding: bigint; unbondedAt: bigint };

/** One view of the chain and what the model says of it. */
type View = { what: string; read: Read; predicted: unknown };
type Read = { address: Address; abi: Abi; functionName: string; args: readonly unknown[] };

const SALT = toHex(7, { size: 32 });

/**
 * One task type twice: on a chain and in the exact model. Each method does the same thing to both, at the time of the
 * next block; {@link differences} then compares everything that can be seen of it.
 */
export class Mirror {
  readonly model: Protocol<Address>;
  readonly id: Hex;
  readonly #world: World;
  readonly #distributionPool: Address;
  readonly #committed = new Map<Address, Signal & { block: number }>();
  readonly #bonds = new Map<Address, Bond>();
  readonly signalledAt = new Map<Address, bigint>();

  private constructor(world: World, opened: Awaited<ReturnType<World["registerTaskType"]>>) {
    this.#world = world;
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
    this.#send(sink, "capacityRegistry", capacityRegistryAbi, "deregisterSink", [this.id]);
    this.model.deregister(sink.address, this.#world.now);
    if (this.bondOf(sink).staked >= PARAMETERS.minimumStake) this.#register(sink);
  }

  /** Whether the sink may signal. */
  isRegistered(sink: Signer): boolean {
    return this.model.signals.has(sink.address);
  }

  bondOf({ address }: Account): Bond {
    return this.#bonds.get(address) ?? { staked: 0n, unbonding: 0n, unbondedAt: 0n };
  }

  /** Raises the stake, or unbonds some of it. */
  changeStake(sink: Signer, stake: bigint): void {
    const { now } = this.#world;
    const bond = this.bondOf(sink);
    if (stake === bond.staked) return;
    const freed = max(bond.staked - stake, 0n);
    const [name, amount] = freed > 0n ? ["requestUnstake", freed] : ["stake", stake - bond.staked];
    this.#send(sink, "stakeManager", stakeManagerAbi, name as string, [this.id, amount]);
    const unbondedAt = freed > 0n ? now + unbondingPeriod(PARAMETERS) : bond.unbondedAt;
    this.#bonds.set(sink.address, { staked: stake, unbonding: bond.unbonding + freed, unbondedAt });
    this.model.changeStake(sink.address, stake, now);
  }

  /** Takes out what has finished unbonding, less what leaving costs. */
  withdraw(sink: Signer): void {
    const { now } = this.#world;
    const before = this.bondOf(sink);
    if (before.unbonding === 0n || now < before.unbondedAt) return;
    this.#send(sink, "stakeManager", stakeManagerAbi, "withdraw", [this.id]);
    const taken = this.#take(sink, this.model.judgeLeaver(sink.address, now));
    if (taken > 0n) this.model.donate(taken);
    const { staked } = this.bondOf(sink);
    if (staked !== before.staked) this.model.changeStake(sink.address, staked, now);
    this.#bonds.set(sink.address, { staked, unbonding: 0n, unbondedAt: 0n });
  }

  /** Slashes the sink if it has enough strikes; returns whether it had. */
  assess(sink: Signer): boolean {
    const { now } = this.#world;
    this.#send(this.#world.keeper, "stakeManager", stakeManagerAbi, "assess", [this.id, sink.address]);
    const amount = this.model.assess(sink.address, now);
    if (amount === 0n) return false;
    this.model.slash(sink.address, this.#take(sink, amount), this.bondOf(sink).staked, now);
    return true;
  }

  settle(sinks: readonly Signer[]): void {
    const addresses = sinks.map(({ address }) => address);
    this.#send(this.#world.keeper, "capacityRegistry", capacityRegistryAbi, "settle", [this.id, addresses]);
    this.model.settle(addresses, this.#world.now);
  }

  /** Carries receipts that both have signed; amounts in wei, cumulative. */
  async acknowledge(receipts: readonly (readonly [source: Signer, sink: Signer, completed: bigint])[]): Promise<void> {
    const signed = await Promise.all(receipts.map((receipt) => this.#receipt(...receipt)));
    const args = [this.id, signed];
    this.#send(this.#world.keeper, "completionTracker", completionTrackerAbi, "acknowledge", args);
    for (const [source, sink, completed] of receipts) {
      this.model.acknowledge(source.address, sink.address, completed, this.#world.now);
    }
  }

  async commit(sink: Signer, signal: Signal): Promise<void> {
    const commitment = await this.#world.chain.client.readContract({
      address: this.#world.protocol.capacityRegistry,
      abi: capacityRegistryAbi,
      functionName: "hashSignal",
      args: [this.id, sink.address, signal.capacity, signal.backlog, SALT],
    });
    this.#send(sink, "capacityRegistry", capacityRegistryAbi, "commitCapacity", [this.id, commitment]);
    this.#committed.set(sink.address, { ...signal, block: this.#world.blocks });
  }

  /** What a sink has committed to, if it can be revealed in the next block. */
  revealable(sink: Signer): Signal | undefined {
    const committed = this.#committed.get(sink.address);
    const age = this.#world.blocks - (committed?.block ?? 0);
    return age >= 1 && age <= 20 ? committed : undefined;
  }

  reveal(sink: Signer, signal: Signal): void {
    const args = [this.id, signal.capacity, signal.backlog, SALT];
    this.#send(sink, "capacityRegistry", capacityRegistryAbi, "revealCapacity", args);
    this.#committed.delete(sink.address);
    this.signalledAt.set(sink.address, this.#world.now);
    this.model.signal([[sink.address, signal]], this.#world.now);
  }

  async attest(signals: readonly (readonly [Signer, Signal & { issuedAt: bigint }])[]): Promise<void> {
    const attestations = await Promise.all(signals.map(([sink, signal]) => this.#signed(sink, signal)));
    const args = [this.id, attestations];
    this.#send(this.#world.keeper, "capacityRegistry", capacityRegistryAbi, "submitAttestations", args);
    for (const [sink, { issuedAt }] of signals) this.signalledAt.set(sink.address, issuedAt);
    this.model.signal(
      signals.map(([sink, signal]) => [sink.address, signal]),
      this.#world.now,
    );
  }

  // ----------------------------------------------------------------------------------------------- Sources, keepers

  setStream(source: Account, rate: bigint): void {
    const { gdaV1, host, superToken } = this.#world.superfluid;
    const data = encodeFunctionData({
      abi: iGeneralDistributionAgreementV1Abi,
      functionName: "distributeFlow",
      args: [superToken, source.address, this.#distributionPool, rate, "0x"],
    });
    this.#world.chain.add(encodeCall(source, host, iSuperfluidAbi, "callAgreement", [gdaV1, data, "0x"]));
    this.model.setStream(source.address, rate, this.#world.now);
  }

  rebalance(sinks: readonly Signer[]): void {
    const addresses = sinks.map(({ address }) => address);
    this.#send(this.#world.keeper, "capacityRegistry", capacityRegistryAbi, "rebalance", [this.id, addresses]);
    this.model.rebalance(addresses, this.#world.now);
  }

  syncSource(source: Account): void {
    this.#send(source, "escrowBuffer", escrowBufferAbi, "syncSource", [this.id, source.address]);
    this.model.syncSource(source.address, this.#world.now);
  }

  drain(): void {
    this.#send(this.#world.keeper, "escrowBuffer", escrowBufferAbi, "drain", [this.id]);
    this.model.drain(this.#world.now);
  }

  release(): void {
    this.#send(this.#world.keeper, "escrowBuffer", escrowBufferAbi, "release", [this.id]);
    this.model.release(this.#world.now);
  }

  requestReturn(source: Account): void {
    if (this.model.claimOf(source.address, this.#world.now)[0] === 0n) return;
    this.#send(source, "escrowBuffer", escrowBufferAbi, "requestReturn", [this.id]);
    this.model.requestReturn(source.address, this.#world.now);
  }

  donate(from: Account, amount: bigint): void {
    this.#approve(from, this.#world.protocol.escrowBuffer);
    this.#send(from, "escrowBuffer", escrowBufferAbi, "donate", [this.id, amount]);
    this.model.donate(amount);
  }

  deposit(source: Account, amount: bigint): void {
    this.#approve(source, this.#world.protocol.escrowBuffer);
    this.#send(source, "escrowBuffer", escrowBufferAbi, "deposit", [this.id, amount]);
    this.model.deposits.push(source.address, amount);
  }

  setDownstream(downstream: Mirror, ratio: bigint): void {
    this.#send(this.#world.keeper, "pipeline", pipelineAbi, "setDownstream", [this.id, downstream.id, ratio]);
    this.model.propagate(downstream.model, ratio, this.#world.now);
  }

  propagate(downstream: Mirror, ratio: bigint): void {
    this.#send(this.#world.keeper, "pipeline", pipelineAbi, "propagate", [this.id]);
    this.model.propagate(downstream.model, ratio, this.#world.now);
  }

  // ----------------------------------------------------------------------------------------------- Comparison

  /** Where the chain, as of its latest block, and the model disagree. */
  async differences(sinks: readonly Signer[], sources: readonly Account[]): Promise<string[]> {
    const views = [
      ...this.#poolViews(sinks),
      ...this.#escrowViews(),
      ...this.#evidenceViews(),
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
    return views.flatMap(({ what, predicted }, i) =>
      `${seen[i]}` === `${predicted}` ? [] : [`${what}: ${seen[i]} on the chain, ${predicted} in the model`],
    );
  }

  #poolViews(sinks: readonly Signer[]): View[] {
    const { now } = this.#world;
    const { split } = this.model;
    const addresses = sinks.map(({ address }) => address);
    const income = split.income(now);
    const pool = this.#reader("backpressurePool", backpressurePoolAbi);
    const registry = this.#reader("capacityRegistry", capacityRegistryAbi);
    const distribution = this.#reader(this.#distributionPool, iSuperfluidPoolAbi);
    const gda = this.#reader(this.#world.superfluid.gdaV1, iGeneralDistributionAgreementV1Abi);
    return [
      pool("unitsOfPool", [this.id], [split.sinkUnits, split.escrowUnits, split.feeUnits]),
      pool("spotPrice", [this.id], split.pool.rateOfUnit),
      pool("priceCap", [this.id], split.priceCap),
      pool("totalUnits", [this.id], split.pool.totalUnits),
      pool("intakeOf", [this.id], split.intake),
      pool("inflowOf", [this.id], split.inflow(now)),
      pool("paidOf", [this.id], split.paid(now)),
      pool("spareOf", [this.id], split.spare(now)),
      pool("incomeOf", [this.id], [income.escrow, income.fee]),
      pool("overflowTimeOf", [this.id], split.overflowTime(now)),
      registry("needsRebalance", [this.id, addresses], this.model.needsRebalance(addresses, now)),
      distribution("getTotalFlowRate", [], split.pool.flowRate),
      gda("getPoolAdjustmentFlowRate", [this.#distributionPool], split.pool.adjustmentRate),
    ];
  }

  #escrowViews(): View[] {
    const { now } = this.#world;
    const escrow = this.#reader("escrowBuffer", escrowBufferAbi);
    const overflow = this.model.overflow(now);
    return [
      escrow("overflowOf", [this.id], overflow),
      escrow("level", [this.id], overflow + this.model.deposits.total),
      escrow("drainable", [this.id], this.model.drainable(now)),
      escrow("releasable", [this.id], this.model.releasable(now)),
      escrow("setAsideOf", [this.id], this.model.book(now).setAside),
      escrow("minDepositOf", [this.id], this.model.minDeposit),
    ];
  }

  #evidenceViews(): View[] {
    const { evidence, split } = this.model;
    const paid = split.paid(this.#world.now);
    const tracker = this.#reader("completionTracker", completionTrackerAbi);
    return [
      tracker("totalsOf", [this.id], [evidence.acknowledged, evidence.participating]),
      tracker("verified", [this.id], evidence.isVerified(paid)),
      tracker("participationOf", [this.id], evidence.participationDown(paid)),
    ];
  }

  #sinkViews({ address }: Signer): View[] {
    const { now } = this.#world;
    const { evidence, signals, split } = this.model;
    const { staked, unbonding, unbondedAt } = this.bondOf({ name: "", address });
    const tracker = this.#reader("completionTracker", completionTrackerAbi);
    const units = split.pool.unitsOf(address);
    const registry = this.#reader("capacityRegistry", capacityRegistryAbi);
    const distribution = this.#reader(this.#distributionPool, iSuperfluidPoolAbi);
    return [
      this.#reader("backpressurePool", backpressurePoolAbi)("unitsOf", [this.id, address], units),
      registry("smoothedCapacity", [this.id, address], signals.smoothed(address, now)),
      registry("effectiveCapacity", [this.id, address], signals.effective(address, now)),
      this.#reader("stakeManager", stakeManagerAbi)("bondOf", [this.id, address], [staked, unbonding, unbondedAt]),
      tracker("exitChargeOf", [this.id, address], evidence.exitChargeOf(address)),
      distribution("getMemberFlowRate", [address], units * split.pool.rateOfUnit),
      distribution("getTotalAmountReceivedByMember", [address], split.pool.receivedBy(address, now)),
    ];
  }

  #sourceViews({ address }: Account): View[] {
    const { now } = this.#world;
    const { returns, split } = this.model;
    const { gdaV1, superToken } = this.#world.superfluid;
    const gda = this.#reader(gdaV1, iGeneralDistributionAgreementV1Abi);
    const escrow = this.#reader("escrowBuffer", escrowBufferAbi);
    return [
      gda("getFlowRate", [superToken, address, this.#distributionPool], split.pool.streamOf(address).rate),
      escrow("streamedOf", [this.id, address], this.model.streamed(address, now)),
      escrow("claimOf", [this.id, address], this.model.claimOf(address, now)),
      escrow("returnedOf", [this.id, address], returns.returnedTo(address)),
      escrow("spentOf", [this.id, address], this.model.spent(address, now)),
      this.#reader("completionTracker", completionTrackerAbi)(
        "acknowledgedBy",
        [this.id, address],
        this.model.evidence.acknowledgedBy(address),
      ),
    ];
  }

  // ----------------------------------------------------------------------------------------------- Private

  #register(sink: Signer): void {
    this.#send(sink, "capacityRegistry", capacityRegistryAbi, "registerSink", [this.id, ""]);
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

  #reader(contract: Address | keyof World["protocol"], abi: Abi) {
    const address = contract.startsWith("0x")
      ? (contract as Address)
      : this.#address(contract as keyof World["protocol"]);
    return (functionName: string, args: readonly unknown[], predicted: unknown): View => ({
      what: `${functionName}(${args.slice(args[0] === this.id ? 1 : 0)})`,
      read: { address, abi, functionName, args },
      predicted,
    });
  }

  #send(from: Account, contract: keyof World["protocol"], abi: Abi, name: string, args: readonly unknown[]): void {
    this.#world.chain.add(encodeCall(from, this.#address(contract), abi, name, args));
  }

  #approve(from: Account, spender: Address): void {
    const { superToken } = this.#world.superfluid;
    this.#world.chain.add(encodeCall(from, superToken, iSuperTokenAbi, "approve", [spender, maxUint256]));
  }

  #address(contract: keyof World["protocol"]): Address {
    return this.#world.protocol[contract];
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
    const [sourceSignature, sinkSignature] = await Promise.all(
      [source, sink].map(({ key }) => key.signTypedData(typedData)),
    );
    return { ...message, sourceSignature, sinkSignature };
  }
}
