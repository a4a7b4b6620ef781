import { type Abi, type Address, encodeFunctionData, type Hex, maxUint256, toHex } from "viem";
import type { LocalAccount } from "viem/accounts";
import {
  backpressurePoolAbi,
  capacityRegistryAbi,
  escrowBufferAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidAbi,
  iSuperfluidPoolAbi,
  iSuperTokenAbi,
  pipelineAbi,
  stakeManagerAbi,
} from "../abi/generated.ts";
import { encodeCall } from "../localchain/localChain.ts";
import { Protocol } from "../model/protocol.ts";
import type { Signal } from "../model/signals.ts";
import { attestationTypedData } from "../sdk/utils/typedData.ts";
import { type Account, PARAMETERS, type World } from "./mirrorWorld.ts";

/** A sink that can sign. */
export type Sink = Account & { key: LocalAccount };

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
  /** Wei, of those who are registered. */
  readonly stakes = new Map<Address, bigint>();
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

  register(sink: Sink, stake: bigint): void {
    this.#approve(sink, this.#world.protocol.stakeManager);
    this.#send(sink, "stakeManager", stakeManagerAbi, "stake", [this.id, stake]);
    this.#send(sink, "capacityRegistry", capacityRegistryAbi, "registerSink", [this.id]);
    this.stakes.set(sink.address, stake);
    this.signalledAt.set(sink.address, this.#world.now);
    this.model.register(sink.address, stake);
  }

  /** Raises the stake, or unbonds some of it. */
  changeStake(sink: Sink, stake: bigint): void {
    const before = this.stakes.get(sink.address) ?? 0n;
    if (stake === before) return;
    const [name, amount] = stake > before ? ["stake", stake - before] : ["requestUnstake", before - stake];
    this.#send(sink, "stakeManager", stakeManagerAbi, name as string, [this.id, amount]);
    this.stakes.set(sink.address, stake);
    this.model.changeStake(sink.address, stake, this.#world.now);
  }

  /** The verifier takes `amount` wei, at most the stake. */
  slash(sink: Sink, amount: bigint): void {
    const stake = (this.stakes.get(sink.address) ?? 0n) - amount;
    this.#send(this.#world.keeper, "stakeManager", stakeManagerAbi, "slash", [this.id, sink.address, amount]);
    this.stakes.set(sink.address, stake);
    this.model.slash(sink.address, amount, stake, this.#world.now);
  }

  verifyBacklog(sink: Sink, backlog: bigint): void {
    const args = [this.id, sink.address, backlog];
    this.#send(this.#world.keeper, "capacityRegistry", capacityRegistryAbi, "setVerifiedBacklog", args);
    this.model.verifyBacklog(sink.address, backlog, this.#world.now);
  }

  async commit(sink: Sink, signal: Signal): Promise<void> {
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
  revealable(sink: Sink): Signal | undefined {
    const committed = this.#committed.get(sink.address);
    const age = this.#world.blocks - (committed?.block ?? 0);
    return age >= 1 && age <= 20 ? committed : undefined;
  }

  reveal(sink: Sink, signal: Signal): void {
    const args = [this.id, signal.capacity, signal.backlog, SALT];
    this.#send(sink, "capacityRegistry", capacityRegistryAbi, "revealCapacity", args);
    this.#committed.delete(sink.address);
    this.signalledAt.set(sink.address, this.#world.now);
    this.model.signal([[sink.address, signal]], this.#world.now);
  }

  async attest(signals: readonly (readonly [Sink, Signal & { issuedAt: bigint }])[]): Promise<void> {
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

  rebalance(sinks: readonly Sink[]): void {
    const addresses = sinks.map(({ address }) => address);
    this.#send(this.#world.keeper, "backpressurePool", backpressurePoolAbi, "rebalance", [this.id, addresses]);
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

  /** @param sharing The other task types of this token. */
  sweep(sharing: readonly Mirror[]): void {
    const { backpressurePool } = this.#world.protocol;
    this.#send(this.#world.keeper, "backpressurePool", backpressurePoolAbi, "sweep", [this.id]);
    this.model.sweep(
      backpressurePool,
      this.#world.now,
      sharing.map(({ model }) => model),
    );
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
    return views.flatMap(({ what, predicted }, i) =>
      `${seen[i]}` === `${predicted}` ? [] : [`${what}: ${seen[i]} on the chain, ${predicted} in the model`],
    );
  }

  #poolViews(sinks: readonly Sink[]): View[] {
    const { now } = this.#world;
    const { split } = this.model;
    const addresses = sinks.map(({ address }) => address);
    const income = split.income(now);
    const pool = this.#reader("backpressurePool", backpressurePoolAbi);
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
      pool("emptySince", [this.id], split.emptySince ?? 0n),
      pool("needsRebalance", [this.id, addresses], split.needsRebalance(addresses, now)),
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
      escrow("setAsideOf", [this.id], this.model.returns.book.setAside),
    ];
  }

  #sinkViews({ address }: Sink): View[] {
    const { now } = this.#world;
    const { signals, split } = this.model;
    const units = split.pool.unitsOf(address);
    const registry = this.#reader("capacityRegistry", capacityRegistryAbi);
    const distribution = this.#reader(this.#distributionPool, iSuperfluidPoolAbi);
    return [
      this.#reader("backpressurePool", backpressurePoolAbi)("unitsOf", [this.id, address], units),
      registry("smoothedCapacity", [this.id, address], signals.smoothed(address, now)),
      registry("effectiveCapacity", [this.id, address], signals.effective(address, now)),
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
    ];
  }

  // ----------------------------------------------------------------------------------------------- Private

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

  async #signed(sink: Sink, { capacity, backlog, issuedAt }: Signal & { issuedAt: bigint }) {
    const message = { taskTypeId: this.id, sink: sink.address, capacity, backlog, issuedAt: Number(issuedAt) };
    const chainId = await this.#world.chain.client.getChainId();
    const typedData = attestationTypedData({ deployment: this.#world.protocol, chainId, attestation: message });
    const signature = await sink.key.signTypedData(typedData);
    return { ...message, signature };
  }
}
