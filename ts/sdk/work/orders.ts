import type { Hex } from "viem";
import { OrderConflictError, type OrderKey } from "./errors.ts";

/** What maps and durable maps have in common. */
export type Table<value> = {
  /** What is kept under a key; undefined for nothing. */
  get(key: string): value | undefined;
  /** Keeps a value under a key. */
  set(key: string, value: value): unknown;
  /** Forgets a key. */
  delete(key: string): unknown;
  /** All keys with their values. */
  entries(): Iterable<[string, value]>;
};

/** What became of an order. */
export type Order = {
  /** Of the whole request: method, authority, path, query, body and priced headers. */
  hash: Hex;
  /** Unix seconds. */
  validBefore: number;
  state: "working" | "interrupted" | "failed" | "answered";
  /** What was answered, if it was. */
  answer: string | undefined;
};

/** How long an order is remembered after it could last be sent, seconds: clocks differ. */
export const REMEMBERED = 60;

/** How far ahead an order may be valid, seconds. */
const LONGEST_LIFE = 3600;

/** What an order is kept under. */
export const orderId = ({ source, sink, taskTypeId, nonce }: OrderKey): string =>
  [source, sink, taskTypeId, nonce].join("/").toLowerCase();

/**
 * Which orders were taken, so that none is worked on twice. On a durable table it outlives the process: an order that was
 * being worked on when it ended is not begun again.
 * @example
 * const orders = new OrderBook(new Map());
 * const stored = orders.find(key, hash, validBefore, now); // undefined: a new order
 */
export class OrderBook {
  readonly #table: Table<Order>;

  constructor(table: Table<Order>) {
    this.#table = table;
    for (const [id, order] of [...table.entries()]) {
      if (order.state === "working") table.set(id, { ...order, state: "interrupted" });
    }
  }

  /**
   * The answer to an order that was taken before; undefined for a new one.
   * @throws {OrderConflictError} if it was taken for another request, is worked on, came to nothing, or is not valid now.
   */
  find(key: OrderKey, hash: Hex, validBefore: number, now: number): string | undefined {
    const known = this.#table.get(orderId(key));
    if (known === undefined) {
      if (validBefore <= now) throw new OrderConflictError("expired");
      if (validBefore > now + LONGEST_LIFE) throw new OrderConflictError("valid_too_long");
      return undefined;
    }
    if (known.hash !== hash) throw new OrderConflictError("other_request");
    if (known.state === "working") throw new OrderConflictError("in_progress");
    if (known.state !== "answered") throw new OrderConflictError(known.state);
    return known.answer ?? "";
  }

  /** The order is taken, and worked on. */
  begin(key: OrderKey, hash: Hex, validBefore: number): void {
    this.#table.set(orderId(key), { hash, validBefore, state: "working", answer: undefined });
  }

  /** The work has ended. @param answer What it has come to; undefined if it failed. */
  end(key: OrderKey, answer: string | undefined): void {
    const order = this.#table.get(orderId(key));
    if (order === undefined) return;
    this.#table.set(orderId(key), { ...order, state: answer === undefined ? "failed" : "answered", answer });
  }

  /** Forgets the orders that can no longer be sent. */
  prune(now: number): void {
    for (const [id, order] of [...this.#table.entries()]) {
      if (order.validBefore + REMEMBERED < now && order.state !== "working") this.#table.delete(id);
    }
  }
}
