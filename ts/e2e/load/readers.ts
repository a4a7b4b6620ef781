import type { Address, Hex } from "viem";
import { getBlockNumber } from "viem/actions";
import {
  backpressurePoolAbi,
  capacityRegistryAbi,
  escrowBufferAbi,
  iSuperfluidPoolAbi,
  iSuperTokenAbi,
  stakeManagerAbi,
} from "../../abi/generated.ts";
import type { GetTaskTypeReturnType } from "../../sdk/index.ts";
import type { TestChain } from "../../testkit/testChain.ts";
import { readAll, type View } from "../holdings.ts";
import type { Member } from "./crowd.ts";

/** What the chain says of many members of a pool, as of the latest block, in their order. */
export class MemberViews {
  constructor(
    readonly chain: TestChain,
    readonly taskType: GetTaskTypeReturnType,
  ) {}

  /** Units in the pool. */
  units(members: readonly Member[]): Promise<bigint[]> {
    const { backpressurePool } = this.chain.deployment;
    return this.#read(members, (account) => this.#of(backpressurePool, backpressurePoolAbi, "unitsOf", account));
  }

  /** u, units. */
  capacities(members: readonly Member[]): Promise<bigint[]> {
    const { capacityRegistry } = this.chain.deployment;
    return this.#read(members, (account) =>
      this.#of(capacityRegistry, capacityRegistryAbi, "effectiveCapacity", account),
    );
  }

  commitments(members: readonly Member[], capacity: bigint, salt: Hex): Promise<Hex[]> {
    const { capacityRegistry } = this.chain.deployment;
    return this.#read(members, (account) =>
      this.#of(capacityRegistry, capacityRegistryAbi, "hashSignal", account, capacity, 0n, salt),
    );
  }

  /** What the pool has paid, wei. */
  received(members: readonly Member[]): Promise<bigint[]> {
    const functionName = "getTotalAmountReceivedByMember";
    const pool = { address: this.taskType.distributionPool, abi: iSuperfluidPoolAbi, functionName };
    return this.#read(members, (account) => ({ ...pool, args: [account] }));
  }

  /** What is left of the stakes, wei. */
  async stakes(members: readonly Member[]): Promise<bigint[]> {
    const { stakeManager } = this.chain.deployment;
    const bonds = await this.#read<[bigint, bigint, bigint]>(members, (account) =>
      this.#of(stakeManager, stakeManagerAbi, "bondOf", account),
    );
    return bonds.map(([stake]) => stake);
  }

  /** What sources have got back, wei. */
  returned(members: readonly Member[]): Promise<bigint[]> {
    const { escrowBuffer } = this.chain.deployment;
    return this.#read(members, (account) => this.#of(escrowBuffer, escrowBufferAbi, "returnedOf", account));
  }

  /** Wei. */
  balances(members: readonly Member[]): Promise<bigint[]> {
    const token = { address: this.taskType.superToken, abi: iSuperTokenAbi, functionName: "balanceOf" };
    return this.#read(members, (account) => ({ ...token, args: [account] }));
  }

  #of(address: Address, abi: View["abi"], functionName: string, account: Address, ...more: unknown[]): View {
    return { address, abi, functionName, args: [this.taskType.taskTypeId, account, ...more] };
  }

  async #read<result>(members: readonly Member[], view: (account: Address) => View): Promise<result[]> {
    const { client } = this.chain;
    const blockNumber = await getBlockNumber(client, { cacheTime: 0 });
    const views = members.map(({ address }) => view(address));
    return (await readAll(client, views, blockNumber)) as result[];
  }
}
