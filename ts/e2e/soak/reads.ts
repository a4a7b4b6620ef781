import type { Address, Hex } from "viem";
import type { AnyCall } from "../../sdk/calls/callsOf.ts";
import { contractsOf, distributionPoolAt } from "../../sdk/calls/contracts.ts";
import { getTaskType } from "../../sdk/index.ts";
import type { TestChain } from "../../testkit/testChain.ts";
import { readAll } from "../holdings.ts";
import type { Seller } from "./seller.ts";
import type { Market, Stage } from "./stage.ts";

export type LedgerView = { openedAt: number; receivedMark: bigint; owed: bigint };

/** What the chain says of many at once, all of it at one block. */
export class Reads {
  constructor(
    readonly chain: TestChain,
    readonly market: Market,
  ) {}

  get stages(): Stage[] {
    return [this.market.first, this.market.second];
  }

  get sellers(): Seller[] {
    return this.stages.flatMap(({ sellers }) => sellers);
  }

  seller(name: string): Seller {
    const found = this.sellers.find(({ plan }) => plan.name === name);
    if (found === undefined) throw new RangeError(`nobody is called ${name}`);
    return found;
  }

  ledgers(sellers: readonly Seller[]): Promise<LedgerView[]> {
    const { completionTracker } = contractsOf(this.chain.deployment);
    return this.ofEach(sellers, (seller) => completionTracker.ledgerOf(seller.task.taskTypeId, seller.address));
  }

  sinks<stored>(sellers: readonly Seller[]): Promise<stored[]> {
    const { capacityRegistry } = contractsOf(this.chain.deployment);
    return this.ofEach(sellers, ({ address, task }) => capacityRegistry.sinkOf(task.taskTypeId, address));
  }

  async received(sellers: readonly Seller[]): Promise<bigint[]> {
    const pools = await this.pools();
    return this.ofEach(sellers, ({ address, task }) =>
      distributionPoolAt(pools.get(task.taskTypeId) as Address).getTotalAmountReceivedByMember(address),
    );
  }

  async ofEach<result>(sellers: readonly Seller[], view: (seller: Seller) => AnyCall): Promise<result[]> {
    return (await this.all(sellers.map(view))) as result[];
  }

  async all(views: readonly AnyCall[]): Promise<unknown[]> {
    const blockNumber = await this.chain.test.getBlockNumber({ cacheTime: 0 });
    return readAll(this.chain.client, views, blockNumber);
  }

  /** Distribution pools, by task type. */
  async pools(): Promise<Map<Hex, Address>> {
    const known = this.stages.map(async ({ task }) => {
      return [task.taskTypeId, (await getTaskType(this.chain.client, task)).distributionPool] as const;
    });
    return new Map(await Promise.all(known));
  }
}
