import { type Address, bytesToHex, type Hex } from "viem";
import { getBlock } from "viem/actions";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import { read } from "../../sdk/internal/call.ts";
import { countersOf } from "../../sdk/work/countersOf.ts";
import type { ReceiptCounters } from "../../sdk/work/receiptCounters.ts";
import { Tab } from "../../sdk/work/tab.ts";
import { TermsRefusedError } from "../errors.ts";
import { Store } from "../store.ts";
import { checkTerms, type ParsedTerms } from "../terms.ts";
import { Purse, type PurseParameters } from "./purse.ts";

export type BuyerAccountParameters = Omit<PurseParameters, "table" | "durable"> & {
  /** The most that one task may cost, wei. */
  maxWork: bigint;
  /** Where stream and receipts are remembered; in memory if not said: a stream that runs then needs its folder. */
  folder?: string | undefined;
};

/** What a source is for the sinks of one pool: money, and signatures. */
export class BuyerAccount {
  readonly tab: Tab;
  readonly #sinks = new Set<Address>();
  #clock = { time: 0, seenAt: 0 };

  private constructor(
    readonly parameters: BuyerAccountParameters,
    readonly purse: Purse,
    readonly counters: ReceiptCounters,
    readonly store: Store,
  ) {
    const { client, deployment, taskTypeId } = parameters;
    const nonce = (): Hex => bytesToHex(crypto.getRandomValues(new Uint8Array(32)));
    this.tab = new Tab(client, { deployment, taskTypeId, counters, now: this.now, nonce });
  }

  /** @throws {StoreInUseError} @throws {ForeignStreamError} @throws {BudgetReachedError} */
  static async open(parameters: BuyerAccountParameters): Promise<BuyerAccount> {
    const { client, deployment, taskTypeId, folder } = parameters;
    const owner = `source ${client.chain.id} ${taskTypeId} ${client.account.address}`;
    const store = await Store.open(folder, owner);
    try {
      const durable = () => store.durable();
      const purse = await Purse.open({ ...parameters, table: store.table("purse"), durable });
      const counters = countersOf(client, { deployment, taskTypeId, side: "source", table: store.table("counters") });
      const account = new BuyerAccount(parameters, purse, counters, store);
      await account.lookAtClock();
      return account;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** The chain's time, Unix seconds: the latest block's that was looked at, and what has passed here since. */
  readonly now = (): number => this.#clock.time + (performance.now() - this.#clock.seenAt) / 1000;

  /** Asks the chain what time it is: `now` goes on from there. @throws {RpcUnavailableError} */
  async lookAtClock(): Promise<void> {
    const { timestamp } = await getBlock(this.parameters.client);
    this.#clock = { time: Number(timestamp), seenAt: performance.now() };
  }

  /**
   * Holds a seller's terms against the registry: its pool, its token, a sink of it, a price within the budget.
   * @throws {TermsRefusedError}
   */
  async check(terms: ParsedTerms): Promise<void> {
    const { client, deployment, taskTypeId } = this.parameters;
    const { purse } = this;
    const chainId = client.chain.id;
    checkTerms(terms, { deployment, chainId, taskType: purse.taskType, maxAmount: purse.fastest });
    if (this.#sinks.has(terms.sink)) return;
    const { capacityRegistry } = contractsOf(deployment);
    const { registered } = await read(client, capacityRegistry.sinkOf(taskTypeId, terms.sink));
    if (!registered) throw new TermsRefusedError("unknown_sink", terms.sink);
    this.#sinks.add(terms.sink);
  }

  /** Counts what an answer has cost, wei, and resolves once that is on disk. */
  async count(sink: Address, cost: bigint): Promise<void> {
    this.tab.count(sink, cost);
    await this.store.durable();
  }

  /** Ends the stream, and lets another program have the account. */
  async close(): Promise<void> {
    try {
      await this.purse.close();
    } finally {
      await this.store.close();
    }
  }
}
