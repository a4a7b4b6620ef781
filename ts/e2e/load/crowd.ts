import { type Address, type Hex, hashTypedData, keccak256, stringToBytes, zeroHash } from "viem";
import { privateKeyToAddress, sign } from "viem/accounts";
import { type AnyCall, encodeCall } from "../../sdk/calls/callsOf.ts";
import { type Contracts, contractsOf, distributionPoolAt, superTokenAt } from "../../sdk/calls/contracts.ts";
import { changeStreamCall, connectPoolCall } from "../../sdk/calls/superfluid.ts";
import { type GetTaskTypeReturnType, type Receipt, stakeForCapacity } from "../../sdk/index.ts";
import { attestationTypedData, receiptTypedData } from "../../sdk/utils/typedData.ts";
import type { TestChain } from "../../testkit/testChain.ts";
import type { Operation } from "./blocks.ts";
import { type Member, MemberViews } from "./readers.ts";

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
  readonly #contracts: Contracts;

  constructor({ chain, name, taskType, sinks, sources }: CrowdParameters) {
    this.#chain = chain;
    this.#contracts = contractsOf(chain.deployment);
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

  // ------------------------------------------------------------------------------------------- Sinks

  approve(capacity: bigint): Operation[] {
    const token = superTokenAt(this.taskType.superToken);
    const call = token.approve(this.#chain.deployment.stakeManager, this.stakeFor(capacity));
    return this.#each(this.sinks, () => call);
  }

  stake(capacity: bigint): Operation[] {
    const call = this.#contracts.stakeManager.stake(this.taskType.taskTypeId, this.stakeFor(capacity));
    return this.#each(this.sinks, () => call);
  }

  stakeFor(capacity: bigint): bigint {
    return stakeForCapacity({ taskType: this.taskType, capacity });
  }

  register(): Operation[] {
    const call = this.#contracts.capacityRegistry.registerSink(this.taskType.taskTypeId, "");
    return this.#each(this.sinks, () => call);
  }

  /** Every other sink is paid to the second, the others claim. */
  connect(): Operation[] {
    const { host, gdaV1: gda } = this.#chain.superfluid;
    const call = connectPoolCall(host, { gda, distributionPool: this.taskType.distributionPool });
    const connecting = this.sinks.filter(({ index }) => index % 2 === 0);
    return this.#each(connecting, () => call, "connectPool");
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
      const call = this.#contracts.capacityRegistry.submitAttestations(taskTypeId, await Promise.all(signed));
      operations.push(this.#carried(`submitAttestations of ${some.length}`, call));
    }
    return operations;
  }

  commit(sinks: readonly Member[], commitments: readonly Hex[]): Operation[] {
    const { capacityRegistry } = this.#contracts;
    return this.#each(sinks, (_, index) =>
      capacityRegistry.commitCapacity(this.taskType.taskTypeId, commitments[index] ?? zeroHash),
    );
  }

  reveal(sinks: readonly Member[], capacity: bigint, salt: Hex): Operation[] {
    const call = this.#contracts.capacityRegistry.revealCapacity(this.taskType.taskTypeId, capacity, 0n, salt);
    return this.#each(sinks, () => call);
  }

  claim(sinks: readonly Member[]): Operation[] {
    const pool = distributionPoolAt(this.taskType.distributionPool);
    return this.#each(sinks, ({ address }) => pool.claimAll(address));
  }

  deregister(): Operation[] {
    const call = this.#contracts.capacityRegistry.deregisterSink(this.taskType.taskTypeId);
    return this.#each(this.sinks, () => call);
  }

  requestUnstake(stakes: readonly bigint[]): Operation[] {
    const { stakeManager } = this.#contracts;
    return this.#each(this.sinks, (_, index) =>
      stakeManager.requestUnstake(this.taskType.taskTypeId, stakes[index] ?? 0n),
    );
  }

  withdraw(): Operation[] {
    const call = this.#contracts.stakeManager.withdraw(this.taskType.taskTypeId);
    return this.#each(this.sinks, () => call);
  }

  // ------------------------------------------------------------------------------------------- Sources

  /** As the SDK does it. */
  stream(name: string, flowRate: bigint): Operation[] {
    const { deployment, superfluid } = this.#chain;
    const { superToken, distributionPool, taskTypeId } = this.taskType;
    const stream = { gda: superfluid.gdaV1, superToken, distributionPool, taskTypeId, flowRate };
    return this.#each(this.sources, ({ address: source }) => changeStreamCall(deployment, { ...stream, source }), name);
  }

  // ------------------------------------------------------------------------------------------- Anybody

  rebalance(name: string, sinks: readonly Member[]): Operation[] {
    return sinks.map(({ address }) => this.#carried(name, this.#rebalance([address])));
  }

  /** The escrow alone follows the inflow. */
  rebalanceEscrow(): Operation[] {
    return [this.#carried("rebalance, escrow", this.#rebalance([]))];
  }

  drain(name = "drain"): Operation[] {
    return [this.#carried(name, this.#contracts.escrowBuffer.drain(this.taskType.taskTypeId))];
  }

  release(name = "release"): Operation[] {
    return [this.#carried(name, this.#contracts.escrowBuffer.release(this.taskType.taskTypeId))];
  }

  syncSources(): Operation[] {
    const { escrowBuffer } = this.#contracts;
    return this.sources.map(({ address }) =>
      this.#carried("syncSource", escrowBuffer.syncSource(this.taskType.taskTypeId, address)),
    );
  }

  /**
   * All sources pay the dead as well, so all of them have as many honest sinks to acknowledge.
   * @param completed Of each honest sink, wei, in their order.
   */
  async acknowledge(what: string, completed: readonly bigint[]): Promise<Operation[]> {
    const { completionTracker } = this.#contracts;
    const { taskTypeId } = this.taskType;
    const { length } = this.sources;
    const operations: Operation[] = [];
    for (const [first, some] of chunks(this.honest).entries()) {
      const receipts = some.map((sink, index) => {
        const place = first * BATCH + index;
        return this.#receipt(sink, this.sources[place % length] as Member, completed[place] ?? 0n);
      });
      const call = completionTracker.acknowledge(taskTypeId, await Promise.all(receipts));
      // The first receipt of a source fills empty storage.
      const whose = first * BATCH + some.length <= length ? `${what} of ${some.length} sources` : what;
      operations.push(this.#carried(`acknowledge, ${whose}`, call));
    }
    return operations;
  }

  /** Windows that can close do. */
  settle(sinks: readonly Member[]): Operation[] {
    const { capacityRegistry } = this.#contracts;
    return chunks(sinks).map((some) => {
      const addresses = some.map(({ address }) => address);
      return this.#carried(`settle of ${some.length}`, capacityRegistry.settle(this.taskType.taskTypeId, addresses));
    });
  }

  assess(name: string, sinks: readonly Member[]): Operation[] {
    const { stakeManager } = this.#contracts;
    return sinks.map(({ address }) => this.#carried(name, stakeManager.assess(this.taskType.taskTypeId, address)));
  }

  async #receipt(sink: Member, source: Member, completed: bigint) {
    const { deployment } = this.#chain;
    const { taskTypeId } = this.taskType;
    const receipt: Receipt = { taskTypeId, source: source.address, sink: sink.address, completed };
    const hash = hashTypedData(receiptTypedData({ deployment, chainId: CHAIN_ID, receipt }));
    const [sourceSignature, sinkSignature] = await Promise.all(
      [source, sink].map(({ key }) => sign({ hash, privateKey: key, to: "hex" })),
    );
    return { ...receipt, sourceSignature: sourceSignature ?? "0x", sinkSignature: sinkSignature ?? "0x" } as const;
  }

  #rebalance(sinks: readonly Address[]): AnyCall {
    return this.#contracts.capacityRegistry.rebalance(this.taskType.taskTypeId, sinks);
  }

  /** A call that anybody may make, made by one account for all. */
  #carried(name: string, call: AnyCall): Operation {
    return { name, pool: this.name, from: CARRIER, ...encodeCall(call) };
  }

  #each(who: readonly Member[], callOf: (member: Member, index: number) => AnyCall, name?: string): Operation[] {
    return who.map((member, index) => {
      const call = callOf(member, index);
      return { name: name ?? call.functionName, pool: this.name, from: member.address, ...encodeCall(call) };
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
