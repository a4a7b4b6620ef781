import {
  type Hex,
  hexToBigInt,
  type LocalAccount,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from "viem";
import { getBlock, getTransactionCount, getTransactionReceipt } from "viem/actions";
import { pause } from "../../sdk/internal/waitForBlock.ts";
import { formatDuration } from "../../sdk/utils/format.ts";
import type { ServiceChain } from "./client.ts";
import { backOff } from "./failures.ts";
import { bumpFees, type Fees, quoteFees } from "./fees.ts";
import { findTransaction } from "./findTransaction.ts";
import { l1FeeOf } from "./l1Fee.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";
import type { SendOutcome, Transaction } from "./transaction.ts";

export type TrackingOptions = {
  /** Blocks, its own included, until a transaction counts. */
  confirmations: number;
  /** Wei per gas, the most that is ever offered. */
  maxFee: bigint;
  /** After this time without being mined it is sent again with higher fees, milliseconds. */
  stuckAfter: number;
  /** Between two looks, milliseconds. */
  pollingInterval: number;
};

export type SentTransactionParameters = {
  chain: ServiceChain;
  account: LocalAccount;
  log: Logger;
  metrics: Metrics;
  options: TrackingOptions;
  transaction: Transaction;
  gas: bigint;
  /** Fires when nobody waits for the outcome any longer. */
  abandoned: AbortSignal;
};

/** Looks at which the nonce was seen used and no receipt was found, before the chain is searched for what has used it. */
const PATIENCE = 5;

/** As many of those searches find nothing before it counts as dropped: receipts come late where backends differ. */
const SEARCHES = 5;

/** One nonce of the account, from its first broadcast until its transaction is confirmed, whatever happens to it. */
export class SentTransaction {
  readonly #parameters: SentTransactionParameters;
  /** Of every version that was broadcast, the latest last. */
  readonly #hashes: Hex[] = [];
  #raw: Hex = "0x";
  #fees: Fees | undefined;
  #nonce = -1;
  /** The latest block when it was first sent. */
  #headAtFirst = 0n;
  #sentAt = 0;
  #broadcastAt = 0;
  #receipt: TransactionReceipt | undefined;
  /** The latest quote was above the limit. */
  #tooDear = false;
  #resolveMined: () => void = () => {};
  /** Resolves once it is in a block, or never will be. */
  readonly mined = new Promise<void>((resolve) => {
    this.#resolveMined = resolve;
  });

  constructor(parameters: SentTransactionParameters) {
    this.#parameters = parameters;
  }

  get nonce(): number {
    return this.#nonce;
  }

  /** When it was sent, milliseconds; undefined while it is in a block. */
  get waitsSince(): number | undefined {
    return this.#receipt === undefined ? this.#sentAt : undefined;
  }

  /** One line if it waits for too long. */
  problem(): string | undefined {
    const { options, transaction } = this.#parameters;
    const waits = this.waitsSince === undefined ? 0 : Date.now() - this.waitsSince;
    if (waits < 4 * options.stuckAfter) return undefined;
    const why = this.#tooDear ? ": gas costs more than --max-fee allows" : "";
    return `${transaction.action} has waited for ${formatDuration(Math.round(waits / 1000))}, ${this.#latest}${why}`;
  }

  /** @returns What it will cost by today's prices; undefined if gas costs more than may be offered. */
  async price(estimate: bigint): Promise<bigint | undefined> {
    const { chain, gas, transaction } = this.#parameters;
    this.#fees = await this.#quote();
    if (this.#fees === undefined) return undefined;
    const { maxFeePerGas, maxPriorityFeePerGas: tip } = this.#fees;
    const l1Fee = await l1FeeOf(chain.client, transaction, gas, this.#fees);
    // The quote has twice the base fee.
    return estimate * ((maxFeePerGas - tip) / 2n + tip) + l1Fee;
  }

  /**
   * Signs and sends, at the fees of `price`.
   * @throws {BroadcastError}
   */
  async broadcast(nonce: number): Promise<void> {
    this.#nonce = nonce;
    this.#headAtFirst = this.#parameters.chain.endpoints.head?.number ?? 0n;
    await this.#sign();
    this.#hashes.push(await this.#parameters.chain.endpoints.broadcast(this.#raw));
    this.#sentAt = this.#broadcastAt = Date.now();
    this.#log("debug", "sent");
  }

  /** Offers a quarter more at the next broadcast, up to the limit. */
  raiseFees(): void {
    const { maxFee } = this.#parameters.options;
    if (this.#fees !== undefined) this.#fees = bumpFees(this.#fees, undefined, maxFee) ?? this.#fees;
  }

  /** Looks after it until it is confirmed, lost, or abandoned. */
  async follow(): Promise<SendOutcome> {
    const { abandoned, options } = this.#parameters;
    try {
      for (let used = 0, failures = 0; !abandoned.aborted; ) {
        try {
          const step = await this.#step();
          if (typeof step === "object") return step;
          used = step === "nonce used" ? used + 1 : 0;
          failures = 0;
          const searched = used > 0 && used % PATIENCE === 0 ? await this.#findTaker() : undefined;
          if (typeof searched === "object") return searched;
          // It is in a block, and its receipt will come.
          if (searched === "this one") used = 0;
          if (used >= PATIENCE * SEARCHES) return { status: "dropped", hash: this.#latest };
        } catch (error) {
          // An endpoint that fails now may work at the next look.
          failures += 1;
          this.#log("debug", "could not look", { error });
        }
        await pause(backOff(options.pollingInterval, Math.min(failures, 3)), abandoned).catch(() => {});
      }
      return { status: "pending", hash: this.#latest };
    } finally {
      this.#resolveMined();
    }
  }

  async #step(): Promise<SendOutcome | "nonce used" | undefined> {
    const { chain, options } = this.#parameters;
    const receipt = await this.#findReceipt();
    if (receipt !== undefined) {
      if (this.#receipt === undefined) this.#log("debug", "mined", { block: receipt.blockNumber });
      this.#receipt = receipt;
      this.#resolveMined();
      const head = await chain.endpoints.refresh();
      if (head === undefined || head.number + 1n < receipt.blockNumber + BigInt(options.confirmations))
        return undefined;
      const status = receipt.status === "success" ? "confirmed" : "reverted";
      return { status, hash: receipt.transactionHash, receipt };
    }
    if (this.#receipt !== undefined) return this.#returnAfterReorganisation();
    if (await this.#isNonceUsed()) return "nonce used";
    if (Date.now() - this.#broadcastAt >= options.stuckAfter) await this.#replace();
    return undefined;
  }

  /** Searches the chain for what has used the nonce; undefined if nobody can say. */
  async #findTaker(): Promise<SendOutcome | "this one" | undefined> {
    const { account, chain } = this.#parameters;
    const by = await findTransaction(chain.client, account.address, this.#nonce, this.#headAtFirst);
    if (by === undefined) return undefined;
    if (this.#hashes.includes(by)) return "this one";
    return { status: "replaced", hash: this.#latest, nonce: this.#nonce, by };
  }

  /** The block is gone; the transaction may be too. */
  async #returnAfterReorganisation(): Promise<undefined> {
    const { chain, metrics } = this.#parameters;
    this.#log("warn", "a reorganisation has dropped it: sending it again", { block: this.#receipt?.blockNumber });
    metrics.reorganisations.inc();
    this.#receipt = undefined;
    this.#broadcastAt = Date.now();
    await chain.endpoints.broadcast(this.#raw);
  }

  /** Sends it again, with higher fees if those are allowed: a node may have forgotten it, too. */
  async #replace(): Promise<void> {
    const { chain, metrics, options } = this.#parameters;
    this.#broadcastAt = Date.now();
    const quote = await this.#quote();
    const fees = this.#fees && bumpFees(this.#fees, quote, options.maxFee);
    if (fees === undefined && !this.#tooDear) this.#log("warn", "stuck: --max-fee allows no higher fee", this.#fees);
    this.#tooDear = fees === undefined;
    if (fees !== undefined) {
      this.#fees = fees;
      await this.#sign();
    }
    const hash = await chain.endpoints.broadcast(this.#raw);
    if (hash === this.#latest) return;
    metrics.replacements.inc();
    this.#log("info", "stuck: replaced with higher fees", { by: hash, ...fees });
    this.#hashes.push(hash);
  }

  get #latest(): Hex {
    return this.#hashes.at(-1) ?? "0x";
  }

  async #sign(): Promise<void> {
    const { account, chain, gas, transaction } = this.#parameters;
    this.#raw = await account.signTransaction({
      type: "eip1559",
      chainId: chain.client.chain.id,
      nonce: this.#nonce,
      gas,
      to: transaction.to,
      data: transaction.data,
      ...this.#fees,
    });
  }

  async #quote(): Promise<Fees | undefined> {
    const { chain, options } = this.#parameters;
    const [{ baseFeePerGas }, tip] = await Promise.all([
      getBlock(chain.client),
      chain.client.request({ method: "eth_maxPriorityFeePerGas" }),
    ]);
    return quoteFees(baseFeePerGas ?? 0n, hexToBigInt(tip), options.maxFee);
  }

  /** Of whichever version was mined. */
  async #findReceipt(): Promise<TransactionReceipt | undefined> {
    const { client } = this.#parameters.chain;
    for (const hash of this.#hashes.toReversed()) {
      try {
        return await getTransactionReceipt(client, { hash });
      } catch (error) {
        if (!(error instanceof TransactionReceiptNotFoundError)) throw error;
      }
    }
    return undefined;
  }

  async #isNonceUsed(): Promise<boolean> {
    const { account, chain } = this.#parameters;
    const count = await getTransactionCount(chain.client, { address: account.address, blockTag: "latest" });
    return count > this.#nonce;
  }

  #log(level: "debug" | "info" | "warn", message: string, fields: Record<string, unknown> = {}): void {
    const { log, transaction } = this.#parameters;
    const { action, about } = transaction;
    log[level]({ action, ...about, hash: this.#latest, nonce: this.#nonce, ...fields }, message);
  }
}
