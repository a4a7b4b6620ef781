import type { Address, Hex } from "viem";
import { signTypedData } from "viem/actions";
import { max } from "../../core/bigints.ts";
import { signReceipt } from "../receipts/signReceipt.ts";
import type { Deployment, WriteClient } from "../types.ts";
import type { ReceiptCounters } from "./receiptCounters.ts";
import { type Acknowledgement, orderTypedData, type SignedOrder, type Statement, type WorkOrder } from "./wire.ts";

export type TabParameters = {
  deployment: Deployment;
  taskTypeId: Hex;
  counters: ReceiptCounters;
  /** The chain's time, Unix seconds: `CreditFeed.now`. */
  now: () => number;
  /** 32 bytes that were never used before. */
  nonce: () => Hex;
};

/** How long an order is valid, seconds. */
const VALIDITY = 120;

/**
 * What a source keeps with the sinks that it orders from: it signs orders, counts what came of them, and signs for it
 * with the next.
 * @example
 * const signed = await tab.sign(tab.draft(sink, { maxWork: parseEther("0.01"), requestHash }));
 * await tab.saw(sink, statement); // what came back with the answer
 * tab.count(sink, statement.cost);
 */
export class Tab {
  readonly #client: WriteClient;
  readonly #parameters: TabParameters;
  readonly #met = new Set<Address>();
  /** What each sink said last that it has delivered in all, wei. */
  readonly #stated = new Map<Address, bigint>();

  constructor(client: WriteClient, parameters: TabParameters) {
    [this.#client, this.#parameters] = [client, parameters];
  }

  /** Who buys. */
  get source(): Address {
    return this.#client.account.address;
  }

  /** Whether a statement of the sink was ever seen: before that, ask it for one, and the counter starts where it was. */
  knows(sink: Address): boolean {
    return this.#met.has(sink);
  }

  /** What is to be signed, for those who keep it before anybody hears of it. @param maxWork Wei. */
  draft(sink: Address, { maxWork, requestHash }: { maxWork: bigint; requestHash: Hex }): WorkOrder {
    const { now, nonce, taskTypeId } = this.#parameters;
    const validBefore = Math.floor(now()) + VALIDITY;
    return { source: this.source, sink, taskTypeId, nonce: nonce(), validBefore, maxWork, requestHash };
  }

  /** Signs an order, and a receipt of everything that was counted before it. */
  async sign(order: WorkOrder): Promise<SignedOrder> {
    const { counters, deployment } = this.#parameters;
    const { account, chain } = this.#client;
    const typedData = orderTypedData({ deployment, chainId: chain.id, order });
    const signature = await signTypedData(this.#client, { account, ...typedData });
    const { sink } = order;
    const acknowledged = counters.completed(sink) > 0n ? await this.acknowledgement(sink) : undefined;
    return { order, signature, acknowledged };
  }

  /** Takes a sink's statement. @throws {AccountInUseElsewhereError} if somebody else signs for this account. */
  async saw(sink: Address, { acknowledged: presented, completed: stated }: Statement): Promise<void> {
    await this.#parameters.counters.meet(sink, { presented, stated });
    this.#stated.set(sink, stated);
    this.#met.add(sink);
  }

  /** Counts an answer that was received and accepted, wei; make the counters durable before anything is signed. */
  count(sink: Address, cost: bigint): void {
    this.#parameters.counters.add(sink, cost);
  }

  /** A receipt of everything that was counted. */
  async acknowledgement(sink: Address): Promise<Acknowledgement> {
    const { counters, deployment, taskTypeId } = this.#parameters;
    const completed = counters.completed(sink);
    const receipt = { taskTypeId, source: this.source, sink, completed };
    const stated = max(completed, this.#stated.get(sink) ?? 0n);
    return { completed, stated, signature: await signReceipt(this.#client, { deployment, receipt }) };
  }

  /** Whom there is something to sign for: everybody with whom anything was counted. */
  creditors(): Address[] {
    const { counters } = this.#parameters;
    return counters.peers().filter((sink) => counters.completed(sink) > 0n);
  }
}
