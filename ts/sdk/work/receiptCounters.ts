import type { Address, Hex } from "viem";
import { max } from "../../core/bigints.ts";
import { InvalidParameterError } from "../errors.ts";
import { AccountInUseElsewhereError } from "./errors.ts";
import type { Table } from "./orders.ts";

/** A receipt as a peer presents it: what one has signed, as it says, at the latest. */
export type PresentedReceipt = { completed: bigint; signature: Hex };

export type ReceiptCountersParameters = {
  /** Whose receipts these are: a source's, or a sink's. */
  account: Address;
  /** Where they are kept: a `DurableMap`, for one writer. Await its `durable` before a receipt is signed or work starts. */
  table: Table<bigint>;
  /** What the chain has of the receipts with a peer, wei: `CompletionTracker.completedOf`. */
  completedOnChain: (peer: Address) => Promise<bigint>;
  /** Whether `account` signed it: `verifyReceipt`, which judges as the chain does. */
  isOwn: (peer: Address, receipt: PresentedReceipt) => Promise<boolean>;
};

/**
 * The value of all work, since the beginning, with each peer. Receipts are cumulative, so a counter that starts too low
 * acknowledges nothing new, and two programs that count for one account acknowledge each other's work. Therefore a counter
 * starts at the most that is on disk, on the chain, or presented by the peer under one's own signature; and once it has
 * started, a receipt that says more was signed by somebody else.
 * @example
 * const counters = new ReceiptCounters({ account: source, table, completedOnChain, isOwn });
 * await counters.meet(sink, presented);
 * const completed = counters.add(sink, cost);
 * await table.durable(); // then sign it
 */
export class ReceiptCounters {
  readonly #parameters: ReceiptCountersParameters;
  readonly #met = new Set<Address>();

  constructor(parameters: ReceiptCountersParameters) {
    this.#parameters = parameters;
  }

  /**
   * To be called with whatever a peer presents; the first time it starts the counter. What does not bear one's own signature
   * says nothing.
   * @throws {AccountInUseElsewhereError} if somebody else signs for the account: stop spending.
   */
  async meet(peer: Address, presented?: PresentedReceipt | undefined): Promise<void> {
    const { account, completedOnChain, isOwn, table } = this.#parameters;
    if (this.#met.has(peer)) {
      if (presented === undefined || presented.completed <= this.completed(peer)) return;
      if (!(await isOwn(peer, presented))) return;
      // Asked again: this program may have signed while the signature was checked.
      const known = this.completed(peer);
      if (presented.completed > known) throw new AccountInUseElsewhereError(account, presented.completed, known);
      return;
    }
    const signed = presented !== undefined && (await isOwn(peer, presented)) ? presented.completed : 0n;
    const onChain = await completedOnChain(peer);
    if (this.#met.has(peer)) return this.meet(peer, presented);
    const start = max(signed, onChain);
    // Strangers are free: what says nothing is not kept.
    if (start > this.completed(peer)) table.set(peer, start);
    this.#met.add(peer);
  }

  /** Holds what the chain has now against the counter; once an epoch is often enough. @throws {AccountInUseElsewhereError} */
  async checkChain(peer: Address): Promise<void> {
    const { account, completedOnChain } = this.#parameters;
    const onChain = await completedOnChain(peer);
    const known = this.completed(peer);
    if (this.#met.has(peer) && onChain > known) throw new AccountInUseElsewhereError(account, onChain, known);
  }

  /** Counts finished work, wei. @returns The new total: what the next receipt says. */
  add(peer: Address, value: bigint): bigint {
    if (value < 0n) throw new InvalidParameterError(`the value of a task cannot be negative: ${value}`);
    if (!this.#met.has(peer))
      throw new InvalidParameterError(`the counter with ${peer} has not started: call meet first`);
    const completed = this.completed(peer) + value;
    this.#parameters.table.set(peer, completed);
    return completed;
  }

  /** The value of all work with a peer, wei. */
  completed(peer: Address): bigint {
    return this.#parameters.table.get(peer) ?? 0n;
  }

  /** Everybody that there is a counter for. */
  peers(): Address[] {
    return [...this.#parameters.table.entries()].map(([peer]) => peer as Address);
  }
}
