import { type Address, type Hex, hashTypedData } from "viem";
import { getChainId } from "viem/actions";
import { min } from "../../core/bigints.ts";
import type { SignedReceipt } from "../receipts/receiptBook.ts";
import { signReceipt } from "../receipts/signReceipt.ts";
import type { Deployment, WriteClient } from "../types.ts";
import { type IsSignedParameters, isSigned } from "../utils/isSigned.ts";
import { receiptTypedData } from "../utils/typedData.ts";
import type { Admission, Admitted } from "./admission.ts";
import type { OrderKey } from "./errors.ts";
import { orderId, type Table } from "./orders.ts";
import type { ReceiptCounters } from "./receiptCounters.ts";
import {
  type Acknowledgement,
  hashOrder,
  type Keccak,
  MalformedMessageError,
  type SignedOrder,
  type Statement,
  type WorkOrder,
} from "./wire.ts";

export type OrderDeskParameters = {
  deployment: Deployment;
  taskTypeId: Hex;
  admission: Admission;
  counters: ReceiptCounters;
  /** The latest receipt of each source, for `submitReceipts`. */
  receipts: Table<SignedReceipt>;
  /** The chain's time, Unix seconds: `CreditFeed.now`. */
  now: () => number;
  /** Resolves once all state is on disk; see `DurableMap.durable`. */
  durable: () => Promise<void>;
  /** Finds out faster whose key has signed; see `isSigned`. */
  recover?: IsSignedParameters["recover"];
  /** Hashes faster; viem's if not said. */
  keccak256?: Keccak | undefined;
};

/**
 * What a sink does with every order, however it came and whatever the work is: is it for me, and signed; does its source
 * acknowledge; is there credit; what did it cost; what does the account say.
 * @example
 * await desk.check(signed, requestHash);
 * await desk.take(signed.order.source, signed.acknowledged);
 * const admitted = await desk.admit(signed.order, parseEther("0.01"));
 * if (admitted.kind === "admitted") await desk.settle(signed.order, parseEther("0.007"), () => "done");
 */
export class OrderDesk {
  readonly #client: WriteClient;
  readonly #parameters: OrderDeskParameters;
  /** Each order in work: the most that it may cost, wei, and whether that counts. */
  readonly #working = new Map<string, { most: bigint; trial: boolean }>();
  #chainId: number | undefined;

  constructor(client: WriteClient, parameters: OrderDeskParameters) {
    [this.#client, this.#parameters, this.#chainId] = [client, parameters, client.chain?.id];
  }

  /** Whose desk it is. */
  get sink(): Address {
    return this.#client.account.address;
  }

  /** Of the client's chain; asked once. */
  async chainId(): Promise<number> {
    this.#chainId ??= await getChainId(this.#client);
    return this.#chainId;
  }

  /**
   * The order is for this sink, this request, and signed by its source.
   * @param requestHash Of the request that came; left out where somebody else has compared it.
   * @throws {MalformedMessageError}
   */
  async check({ order, signature }: SignedOrder, requestHash = order.requestHash): Promise<void> {
    const { deployment, taskTypeId, keccak256 } = this.#parameters;
    const key = { ...order, sink: this.sink, taskTypeId };
    if (orderId(order) !== orderId(key)) throw new MalformedMessageError("the order is for another sink or task type");
    if (order.requestHash !== requestHash) throw new MalformedMessageError("the order is for another request");
    const digest = hashOrder({ deployment, chainId: await this.chainId(), order }, keccak256);
    if (!(await this.#isSigned(order.source, digest, signature)))
      throw new MalformedMessageError(`${order.source} has not signed this order`);
  }

  /**
   * Takes a receipt from its source, if it is one and acknowledges more than the latest; signs it for the sink.
   * @throws {MalformedMessageError}
   */
  async take(source: Address, acknowledged: Acknowledgement | undefined): Promise<void> {
    const { admission, counters, deployment, receipts, taskTypeId } = this.#parameters;
    await counters.meet(source);
    if (acknowledged === undefined || acknowledged.completed <= (receipts.get(source)?.completed ?? 0n)) return;
    const { completed, signature: sourceSignature } = acknowledged;
    const delivered = counters.completed(source);
    if (completed > delivered) throw new MalformedMessageError(`${completed} of ${delivered} wei are acknowledged`);
    const receipt = { taskTypeId, source, sink: this.sink, completed };
    const digest = hashTypedData(receiptTypedData({ deployment, chainId: await this.chainId(), receipt }));
    if (!(await this.#isSigned(source, digest, sourceSignature)))
      throw new MalformedMessageError(`${source} has not signed this receipt`);
    const sinkSignature = await signReceipt(this.#client, { deployment, receipt });
    // A later one may have come in meanwhile.
    if (completed <= (receipts.get(source)?.completed ?? 0n)) return;
    receipts.set(source, { ...receipt, sourceSignature, sinkSignature });
    // Accounts begin with what was known when the counter started.
    const { used, disputed } = admission.account(source);
    const base = counters.completed(source) - used;
    const stated = min(acknowledged.stated, this.#stated(source)) + disputed;
    admission.acknowledged(source, completed - base, stated - base);
  }

  /**
   * Reserves what the work may cost, before anything is awaited, and resolves once that is on disk.
   * @param maximum The most that it may cost, wei; the order may say less.
   * @throws {OrderRefusedError} in one of its kinds, see `Admission.admit`.
   */
  async admit(order: WorkOrder, maximum: bigint): Promise<Admitted> {
    const { admission, durable, now } = this.#parameters;
    const { validBefore, requestHash: hash } = order;
    const reserved = min(maximum, order.maxWork);
    const admitted = admission.admit({ key: order, hash, maximum: reserved, validBefore, now: now() });
    if (admitted.kind === "admitted") this.#working.set(orderId(order), { most: reserved, trial: admitted.trial });
    await durable();
    return admitted;
  }

  /**
   * The work is done.
   * @param cost Wei; at most what was reserved counts, and of a free trial nothing.
   * @param answerOf What the same order is answered from now on, given what it has cost.
   * @returns What it has cost, wei, once that is on disk.
   */
  async settle(order: WorkOrder, cost: bigint, answerOf: (cost: bigint) => string): Promise<bigint> {
    const { admission, counters, durable } = this.#parameters;
    const { most, trial } = this.#working.get(orderId(order)) ?? { most: 0n, trial: true };
    const counted = trial ? 0n : min(cost, most);
    this.#working.delete(orderId(order));
    admission.settle({ key: order, cost: counted, answer: answerOf(counted) });
    counters.add(order.source, counted);
    await durable();
    return counted;
  }

  /** The most that an order in work may cost, wei; undefined if it is not worked on. */
  reserved(order: OrderKey): bigint | undefined {
    return this.#working.get(orderId(order))?.most;
  }

  /** The work came to nothing before its first byte, and costs nothing. */
  async fail(order: WorkOrder): Promise<void> {
    this.#working.delete(orderId(order));
    this.#parameters.admission.fail(order);
    await this.#parameters.durable();
  }

  /** How the account stands. @param cost What this order has cost, wei. */
  statement(source: Address, cost = 0n): Statement {
    const { admission, now, receipts } = this.#parameters;
    const latest = receipts.get(source);
    const acknowledged = latest && {
      completed: latest.completed,
      signature: latest.sourceSignature,
      stated: latest.completed,
    };
    return { cost, completed: this.#stated(source), available: admission.available(source, now()), acknowledged };
  }

  #isSigned(signer: Address, digest: Hex, signature: Hex): Promise<boolean> {
    const { recover } = this.#parameters;
    return isSigned(this.#client, { signer, digest, signature, ...(recover && { recover }) });
  }

  #stated(source: Address): bigint {
    const { admission, counters } = this.#parameters;
    return counters.completed(source) - admission.account(source).disputed;
  }
}
