import {
  type Abi,
  type Address,
  createPublicClient,
  decodeErrorResult,
  type Hex,
  http,
  type Log,
  numberToHex,
  type PublicClient,
  type RpcTransactionReceipt,
} from "viem";
import { testTokenAbi } from "../abi/generated.ts";
import { describeError, LocalChainError, TransactionError } from "../core/errors.ts";
import { type AnyCall, type EncodedCall, encodeCall } from "../sdk/calls/callsOf.ts";
import { allErrorsAbi } from "../sdk/internal/abis.ts";

/** A transaction that somebody wants to send. */
export type LocalCall = EncodedCall & {
  from: Address;
  /** What it is, for error messages: `Atlas: revealCapacity`. */
  what: string;
  /** Custom errors with which it may be refused without harm, because somebody else was faster. */
  mayFailWith?: readonly string[];
};

/** A block that was just mined. */
export type MinedBlock = {
  /** Unix seconds. */
  timestamp: number;
  logs: Pick<Log, "address" | "topics" | "data">[];
  /** Number of transactions in it. */
  transactions: number;
};

/** A call, to be sent by somebody. */
export function callFrom(who: { name: string; address: Address }, call: AnyCall): LocalCall {
  return { from: who.address, ...encodeCall(call), what: `${who.name}: ${call.functionName}` };
}

/** Everything that a call may be refused with. */
const ERRORS: Abi = [...allErrorsAbi, ...testTokenAbi];

/** Most gas that one transaction may use: Base's cap. */
const GAS_LIMIT = numberToHex(16_777_216);

/**
 * An anvil under exact control: transactions wait until a block is mined at a given time, and run in the order in which
 * they were added. So a run is the same every time, and signing costs nothing because every account is unlocked.
 */
export class LocalChain {
  readonly client: PublicClient;
  readonly #waiting: LocalCall[] = [];

  constructor(readonly url: string) {
    // What is read at once is one call, so all of it is of one block.
    const batch = { multicall: { deployless: true, batchSize: 1_000_000 } };
    this.client = createPublicClient({ batch, transport: http(url, { timeout: 60_000, retryCount: 0 }) });
  }

  /** From now on a block is mined only by `mine`. */
  async takeControl(): Promise<void> {
    await this.#request("evm_setAutomine", [false]);
  }

  /** Queues transactions for the next block. */
  add(...calls: LocalCall[]): void {
    this.#waiting.push(...calls);
  }

  /** Number of transactions that wait for the next block. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Mines one block with everything that waits.
   * @param timestamp Unix seconds; later than the block before.
   * @throws {TransactionError} if a transaction was refused.
   */
  async mine(timestamp: number): Promise<MinedBlock> {
    const calls = this.#waiting.splice(0);
    for (const { from, to, data } of calls) {
      await this.#request("eth_sendTransaction", [{ from, to, data, gas: GAS_LIMIT, gasPrice: "0x0" }]);
    }
    await this.#request("evm_setNextBlockTimestamp", [numberToHex(timestamp)]);
    await this.#request("evm_mine", []);
    if (calls.length === 0) return { timestamp, logs: [], transactions: 0 };
    const receipts = await this.#request<RpcTransactionReceipt[]>("eth_getBlockReceipts", ["latest"]);
    if (receipts.length !== calls.length) {
      throw new LocalChainError(`a block took ${receipts.length} of ${calls.length} transactions`);
    }
    for (const [index, { status, transactionHash }] of receipts.entries()) {
      if (status === "0x1") continue;
      const { what, mayFailWith } = calls[index] as LocalCall;
      const reason = await this.reason(transactionHash);
      if (!mayFailWith?.includes(reason.errorName)) throw new TransactionError(`${what} was refused: ${reason.text}`);
    }
    const logs = receipts.flatMap((receipt) => receipt.logs) as unknown as MinedBlock["logs"];
    return { timestamp, logs, transactions: calls.length };
  }

  /** Why a transaction was refused: its receipt does not say. */
  async reason(hash: Hex): Promise<{ errorName: string; text: string }> {
    const trace = await this.#request<{ output?: Hex; error?: string }>("debug_traceTransaction", [
      hash,
      { tracer: "callTracer" },
    ]);
    try {
      const { errorName, args } = decodeErrorResult({ abi: ERRORS, data: trace.output ?? "0x" });
      return { errorName, text: `${errorName}(${(args ?? []).join(", ")})` };
    } catch {
      return { errorName: "", text: trace.output ?? trace.error ?? "no reason given" };
    }
  }

  async #request<result>(method: string, params: unknown[]): Promise<result> {
    try {
      return (await this.client.request({ method, params } as never)) as result;
    } catch (cause) {
      throw new LocalChainError(`the local chain refused ${method}: ${describeError(cause)}`, { cause });
    }
  }
}
