import {
  type Abi,
  type Address,
  encodeFunctionData,
  type Hex,
  hashTypedData,
  keccak256,
  stringToBytes,
  zeroHash,
} from "viem";
import { privateKeyToAddress, sign } from "viem/accounts";
import {
  backpressurePoolAbi,
  capacityRegistryAbi,
  completionTrackerAbi,
  escrowBufferAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidAbi,
  iSuperfluidPoolAbi,
  iSuperTokenAbi,
  stakeManagerAbi,
} from "../../abi/generated.ts";
import { type GetTaskTypeReturnType, type Receipt, stakeForCapacity } from "../../sdk/index.ts";
import { distributeFlowOperation, forwardCall } from "../../sdk/internal/superfluid.ts";
import { attestationTypedData, receiptTypedData } from "../../sdk/utils/typedData.ts";
import type { TestChain } from "../../testkit/testChain.ts";
import type { Operation } from "./blocks.ts";
import { MemberViews } from "./readers.ts";

/** Somebody with an address and the key to it. */
export type Member = { index: number; address: Address; key: Hex };

export type CrowdParameters = {
  chain: TestChain;
  name: string;
  taskType: GetTaskTypeReturnType;
  sinks: number;
  sources: number;
};

/** Items of one batch; the rest of a division is another operation. */
const BATCH = 5;

/** A pool with all its sinks and sources, and what they do: operations for `Blocks` to mine. */
export class Crowd {
  readonly name: string;
  readonly taskType: GetTaskTypeReturnType;
  readonly sinks: readonly Member[];
  readonly sources: readonly Member[];
  readonly views: MemberViews;
  readonly #chain: TestChain;

  constructor({ chain, name, taskType, sinks, sources }: CrowdParameters) {
    this.#chain = chain;
    this.name = name;
    this.taskType = taskType;
    this.sinks = members(`${name} sink`, sinks);
    this.views = new MemberViews(chain, taskType);
    this.sources = members(`${name} source`, sources);
  }

  /** Sinks that do nothing for their pay. */
  get dead(): Member[] {
    return [...this.ghosts, ...this.silent];
  }

  /** All the others: they deliver what they are paid for. */
  get honest(): Member[] {
    const dead = new Set(this.dead);
    return this.sinks.filter((sink) => !dead.has(sink));
  }

  /** Every fifth sink: it goes on signalling, and delivers nothing. */
  get ghosts(): Member[] {
    return this.sinks.filter(({ index }) => index % 5 === 1);
  }

  /** Every tenth sink: it dies, and does not signal any more. */
  get silent(): Member[] {
    return this.sinks.filter(({ index }) => index % 10 === 2);
  }

  /** Who is looked at one by one: some of the first, dead ones among them. */
  get probes(): Member[] {
    return this.sinks.filter(({ index }) => index < 10 && index !== 2);
  }

  /** Whom a sink works for. */
  sourceOf(sink: Member): Member {
    return this.sources[sink.index % this.sources.length] as Member;
  }

  // ------------------------------------------------------------------------------------------- Sinks

  approve(capacity: bigint): Operation[] {
    const { superToken } = this.taskType;
    const args = [this.#chain.deployment.stakeManager, this.stakeFor(capacity)] as const;
    return this.#each(this.sinks, superToken, iSuperTokenAbi, "approve", () => args);
  }

  stake(capacity: bigint): Operation[] {
    const args = [this.taskType.taskTypeId, this.stakeFor(capacity)] as const;
    return this.#each(this.sinks, this.#chain.deployment.stakeManager, stakeManagerAbi, "stake", () => args);
  }

  stakeFor(capacity: bigint): bigint {
    return stakeForCapacity({ taskType: this.taskType, capacity });
  }

  register(): Operation[] {
    return this.#each(this.sinks, this.#chain.deployment.capacityRegistry, capacityRegistryAbi, "registerSink", () => [
      this.taskType.taskTypeId,
    ]);
  }

  /** Every other sink is paid to the second, the others claim. */
  connect(): Operation[] {
    const { host, gdaV1 } = this.#chain.superfluid;
    const data = encodeFunctionData({
      abi: iGeneralDistributionAgreementV1Abi,
      functionName: "connectPool",
      args: [this.taskType.distributionPool, "0x"],
    });
    const connecting = this.sinks.filter(({ index }) => index % 2 === 0);
    const operations = this.#each(connecting, host, iSuperfluidAbi, "callAgreement", () => [gdaV1, data, "0x"]);
    return operations.map((operation) => ({ ...operation, name: "connectPool" }));
  }

  async attest(sinks: readonly Member[], capacity: bigint, issuedAt: number): Promise<Operation[]> {
    const { deployment } = this.#chain;
    const { taskTypeId } = this.taskType;
    const operations: Operation[] = [];
    for (const some of chunks(sinks)) {
      const signed = some.map(async ({ address: sink, key }) => {
        const attestation = { taskTypeId, sink, capacity, backlog: 0n, issuedAt };
        const typed = attestationTypedData({ deployment, chainId: CHAIN_ID, attestation });
        return { ...attestation, signature: await sign({ hash: hashTypedData(typed), privateKey: key, to: "hex" }) };
      });
      const args = [taskTypeId, await Promise.all(signed)] as const;
      const data = encodeFunctionData({ abi: capacityRegistryAbi, functionName: "submitAttestations", args });
      operations.push(this.#carried(`submitAttestations of ${some.length}`, deployment.capacityRegistry, data));
    }
    return operations;
  }

  commit(sinks: readonly Member[], commitments: readonly Hex[]): Operation[] {
    const { capacityRegistry } = this.#chain.deployment;
    return this.#each(sinks, capacityRegistry, capacityRegistryAbi, "commitCapacity", (_, index) => [
      this.taskType.taskTypeId,
      commitments[index] ?? zeroHash,
    ]);
  }

  reveal(sinks: readonly Member[], capacity: bigint, salt: Hex): Operation[] {
    const { capacityRegistry } = this.#chain.deployment;
    const args = [this.taskType.taskTypeId, capacity, 0n, salt] as const;
    return this.#each(sinks, capacityRegistry, capacityRegistryAbi, "revealCapacity", () => args);
  }

  claim(sinks: readonly Member[]): Operation[] {
    const { distributionPool } = this.taskType;
    return this.#each(sinks, distributionPool, iSuperfluidPoolAbi, "claimAll", ({ address }) => [address]);
  }

  deregister(): Operation[] {
    const { capacityRegistry } = this.#chain.deployment;
    const args = [this.taskType.taskTypeId] as const;
    return this.#each(this.sinks, capacityRegistry, capacityRegistryAbi, "deregisterSink", () => args);
  }

  requestUnstake(stakes: readonly bigint[]): Operation[] {
    const { stakeManager } = this.#chain.deployment;
    return this.#each(this.sinks, stakeManager, stakeManagerAbi, "requestUnstake", (_, index) => [
      this.taskType.taskTypeId,
      stakes[index] ?? 0n,
    ]);
  }

  withdraw(): Operation[] {
    const args = [this.taskType.taskTypeId] as const;
    return this.#each(this.sinks, this.#chain.deployment.stakeManager, stakeManagerAbi, "withdraw", () => args);
  }

  // ------------------------------------------------------------------------------------------- Sources

  /** As the SDK does it: synchronise, change, synchronise, and let the pool look. */
  stream(name: string, flowRate: bigint): Operation[] {
    const { deployment, superfluid } = this.#chain;
    const { superToken, distributionPool: pool } = this.taskType;
    const rebalance = forwardCall(deployment.backpressurePool, this.#rebalanceData([]));
    const operations = this.#each(this.sources, deployment.host, iSuperfluidAbi, "batchCall", ({ address: source }) => {
      const sync = forwardCall(deployment.escrowBuffer, this.#syncData(source));
      const change = distributeFlowOperation({ gda: superfluid.gdaV1, superToken, source, pool, flowRate });
      return [[sync, change, sync, rebalance]];
    });
    return operations.map((operation) => ({ ...operation, name }));
  }

  // ------------------------------------------------------------------------------------------- Anybody

  rebalance(name: string, sinks: readonly Member[]): Operation[] {
    const { backpressurePool } = this.#chain.deployment;
    return sinks.map(({ address }) => this.#carried(name, backpressurePool, this.#rebalanceData([address])));
  }

  /** The escrow alone follows the inflow. */
  rebalanceEscrow(): Operation[] {
    return [this.#carried("rebalance, escrow", this.#chain.deployment.backpressurePool, this.#rebalanceData([]))];
  }

  ofEscrow(functionName: "drain" | "release", name: string = functionName): Operation[] {
    const data = encodeFunctionData({ abi: escrowBufferAbi, functionName, args: [this.taskType.taskTypeId] });
    return [this.#carried(name, this.#chain.deployment.escrowBuffer, data)];
  }

  syncSources(): Operation[] {
    const { escrowBuffer } = this.#chain.deployment;
    return this.sources.map(({ address }) => this.#carried("syncSource", escrowBuffer, this.#syncData(address)));
  }

  /** @param completed Of each honest sink, wei, in their order. */
  async acknowledge(what: string, completed: readonly bigint[]): Promise<Operation[]> {
    const { completionTracker } = this.#chain.deployment;
    const { taskTypeId } = this.taskType;
    const { length } = this.sources;
    const operations: Operation[] = [];
    for (const [first, some] of chunks(this.honest).entries()) {
      const receipts = some.map((sink, index) => this.#receipt(sink, completed[first * BATCH + index] ?? 0n));
      const args = [taskTypeId, await Promise.all(receipts)] as const;
      const data = encodeFunctionData({ abi: completionTrackerAbi, functionName: "acknowledge", args });
      // The first receipt of a source fills empty storage.
      const whose = some.every(({ index }) => index < length) ? `${what} of ${some.length} sources` : what;
      operations.push(this.#carried(`acknowledge, ${whose}`, completionTracker, data));
    }
    return operations;
  }

  assess(name: string, sinks: readonly Member[]): Operation[] {
    const { completionTracker } = this.#chain.deployment;
    return sinks.map(({ address }) => {
      const args = [this.taskType.taskTypeId, address] as const;
      const data = encodeFunctionData({ abi: completionTrackerAbi, functionName: "assess", args });
      return this.#carried(name, completionTracker, data);
    });
  }

  async #receipt(sink: Member, completed: bigint) {
    const source = this.sourceOf(sink);
    const { deployment } = this.#chain;
    const { taskTypeId } = this.taskType;
    const receipt: Receipt = { taskTypeId, source: source.address, sink: sink.address, completed };
    const hash = hashTypedData(receiptTypedData({ deployment, chainId: CHAIN_ID, receipt }));
    const [sourceSignature, sinkSignature] = await Promise.all(
      [source, sink].map(({ key }) => sign({ hash, privateKey: key, to: "hex" })),
    );
    return { ...receipt, sourceSignature: sourceSignature ?? "0x", sinkSignature: sinkSignature ?? "0x" } as const;
  }

  #rebalanceData(sinks: readonly Address[]): Hex {
    const args = [this.taskType.taskTypeId, sinks] as const;
    return encodeFunctionData({ abi: backpressurePoolAbi, functionName: "rebalance", args });
  }

  #syncData(source: Address): Hex {
    const args = [this.taskType.taskTypeId, source] as const;
    return encodeFunctionData({ abi: escrowBufferAbi, functionName: "syncSource", args });
  }

  /** A call that anybody may make, made by one account for all. */
  #carried(name: string, to: Address, data: Hex): Operation {
    return { name, pool: this.name, from: CARRIER, to, data };
  }

  #each(
    who: readonly Member[],
    to: Address,
    abi: Abi,
    functionName: string,
    argsOf: (member: Member, index: number) => readonly unknown[],
  ): Operation[] {
    return who.map((member, index) => {
      const data = encodeFunctionData({ abi, functionName, args: argsOf(member, index) });
      return { name: functionName, pool: this.name, from: member.address, to, data };
    });
  }
}

const CHAIN_ID = 31_337;

const [{ address: CARRIER }] = members("carrier", 1) as [Member];

function members(name: string, count: number): Member[] {
  return Array.from({ length: count }, (_, index) => {
    const key = keccak256(stringToBytes(`${name} ${index}`));
    return { index, key, address: privateKeyToAddress(key) };
  });
}

function chunks<item>(items: readonly item[]): item[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) => {
    return items.slice(index * BATCH, (index + 1) * BATCH);
  });
}
