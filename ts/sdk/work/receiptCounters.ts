import type { Address, Hex } from "viem";
import { max } from "../../core/bigints.ts";
import { InvalidParameterError } from "../errors.ts";
import { AccountInUseElsewhereError } from "./errors.ts";
import type { Table } from "./orders.ts";

/** A receipt as a peer presents it: what one has signed, as it says, at the latest. */
export type PresentedReceipt = { completed: bigint; signature: Hex };

/** What a peer says of the account. */
export type Meeting = {
  presented?: PresentedReceipt | undefined;
  /** What it has counted in all, wei; 0 if not said. */
  stated?: bigint | undefined;
};

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
 * is always the most that is on disk, on the chain, or presented by the peer under one's own signature. A receipt that a
 * peer has kept back from before this program met it is taken over; one of more than the peer had stated by then was signed
 * by somebody else.
 * @example
 * const counters = new ReceiptCounters({ account: source, table, completedOnChain, isOwn });
 * await counters.meet(sink, { presented, stated });
 * const completed = counters.add(sink, cost);
 * await store.durable(); // then sign it
 */
export class ReceiptCounters {
  readonly #parameters: ReceiptCountersParameters;
  /** What each peer had stated when this program met it, wei: no earlier receipt can say more. */
  readonly #met = new Map<Address, bigint>();

  constructor(parameters: ReceiptCountersParameters) {
    this.#parameters = parameters;
  }

  /**
   * To be called with whatever a peer presents; the first time it starts the counter. What does not bear one's own signature
   * says nothing.
   * @throws {AccountInUseElsewhereError} if somebody else signs for the account: stop spending. The counter is raised all
   * the same, so a peer can say so only once for every receipt that it has.
   */
  async meet(peer: Address, { presented, stated = 0n }: Meeting = {}): Promise<void> {
    const { completedOnChain, isOwn } = this.#parameters;
    const isMet = this.#met.has(peer);
    if (isMet && (presented === undefined || presented.completed <= this.completed(peer))) return;
    const signed = presented !== undefined && (await isOwn(peer, presented)) ? presented.completed : 0n;
    if (isMet) return this.#raise(peer, signed);
    const onChain = await completedOnChain(peer);
    if (this.#met.has(peer)) return this.#raise(peer, signed);
    this.#met.set(peer, max(stated, max(signed, onChain)));
    this.#raise(peer, max(signed, onChain));
  }

  /** Holds what the chain has now against the counter; once an epoch is often enough. @throws {AccountInUseElsewhereError} */
  async checkChain(peer: Address): Promise<void> {
    const onChain = await this.#parameters.completedOnChain(peer);
    if (this.#met.has(peer)) this.#raise(peer, onChain);
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

  #raise(peer: Address, signed: bigint): void {
    const known = this.completed(peer);
    // Strangers are free: what says nothing is not kept.
    if (signed <= known) return;
    this.#parameters.table.set(peer, signed);
    const isOld = signed <= (this.#met.get(peer) ?? 0n);
    if (!isOld) throw new AccountInUseElsewhereError(this.#parameters.account, signed, known);
  }

  /** Everybody that there is a counter for. */
  peers(): Address[] {
    return [...this.#parameters.table.entries()].map(([peer]) => peer as Address);
  }
}
