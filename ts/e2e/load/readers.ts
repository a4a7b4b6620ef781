import type { Address, Hex } from "viem";
import { getBlockNumber } from "viem/actions";
import type { AnyCall } from "../../sdk/calls/callsOf.ts";
import { type Contracts, contractsOf, distributionPoolAt, superTokenAt } from "../../sdk/calls/contracts.ts";
import type { GetTaskTypeReturnType } from "../../sdk/index.ts";
import type { TestChain } from "../../testkit/testChain.ts";
import { readAll } from "../holdings.ts";

/** Somebody with an address and the key to it. */
export type Member = { index: number; address: Address; key: Hex };

/** What the chain says of many members of a pool, as of the latest block, in their order. */
export class MemberViews {
  readonly #contracts: Contracts;

  constructor(
    readonly chain: TestChain,
    readonly taskType: GetTaskTypeReturnType,
  ) {
    this.#contracts = contractsOf(chain.deployment);
  }

  /** Units in the pool. */
  units(members: readonly Member[]): Promise<bigint[]> {
    const { backpressurePool } = this.#contracts;
    return this.#read(members, (account) => backpressurePool.unitsOf(this.taskType.taskTypeId, account));
  }

  /** u, units. */
  capacities(members: readonly Member[]): Promise<bigint[]> {
    const { capacityRegistry } = this.#contracts;
    return this.#read(members, (account) => capacityRegistry.effectiveCapacity(this.taskType.taskTypeId, account));
  }

  commitments(members: readonly Member[], capacity: bigint, salt: Hex): Promise<Hex[]> {
    const { capacityRegistry } = this.#contracts;
    return this.#read(members, (account) =>
      capacityRegistry.hashSignal(this.taskType.taskTypeId, account, capacity, 0n, salt),
    );
  }

  /** What the pool has paid, wei. */
  received(members: readonly Member[]): Promise<bigint[]> {
    const pool = distributionPoolAt(this.taskType.distributionPool);
    return this.#read(members, (account) => pool.getTotalAmountReceivedByMember(account));
  }

  /** What is left of the stakes, wei. */
  async stakes(members: readonly Member[]): Promise<bigint[]> {
    const { stakeManager } = this.#contracts;
    const bonds = await this.#read<[bigint, bigint, bigint]>(members, (account) =>
      stakeManager.bondOf(this.taskType.taskTypeId, account),
    );
    return bonds.map(([stake]) => stake);
  }

  /** What sources have got back, wei. */
  returned(members: readonly Member[]): Promise<bigint[]> {
    const { escrowBuffer } = this.#contracts;
    return this.#read(members, (account) => escrowBuffer.returnedOf(this.taskType.taskTypeId, account));
  }

  /** Wei. */
  balances(members: readonly Member[]): Promise<bigint[]> {
    const token = superTokenAt(this.taskType.superToken);
    return this.#read(members, (account) => token.balanceOf(account));
  }

  async #read<result>(members: readonly Member[], view: (account: Address) => AnyCall): Promise<result[]> {
    const { client } = this.chain;
    const blockNumber = await getBlockNumber(client, { cacheTime: 0 });
    const views = members.map(({ address }) => view(address));
    return (await readAll(client, views, blockNumber)) as result[];
  }
}
