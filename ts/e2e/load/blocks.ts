import { type Address, type Hex, hexToBigInt, toHex } from "viem";
import { LocalChain } from "../../localchain/localChain.ts";
import type { TestChain } from "../../testkit/testChain.ts";

/** A transaction of an unlocked account. */
export type Operation = {
  /** What it is called among the figures. */
  name: string;
  /** Which of several pools it concerns. */
  pool: string;
  from: Address;
  to: Address;
  data: Hex;
};

/** What a transaction cost, and how many events it emitted: those that emit as many did the same. */
export type Cost = { gas: number; events: number };

type RpcReceipt = { transactionHash: Hex; status: Hex; gasUsed: Hex; logs: unknown[] };

/** Most gas that one transaction may use: Base's cap. */
const GAS_LIMIT = toHex(16_777_216);

/** Transactions of one block, if nobody says otherwise. */
export const PER_BLOCK = 250;

/** Mines many transactions in few blocks, and keeps what each of them cost. */
export class Blocks {
  /** Of every transaction so far, by name and then by pool. */
  readonly costs = new Map<string, Map<string, Cost[]>>();
  transactions = 0;
  blocks = 0;
  readonly #nonces = new Map<Address, number>();

  constructor(readonly chain: TestChain) {}

  /**
   * @param perBlock Transactions of one block, at most.
   * @throws if one of them is refused.
   */
  async mine(operations: readonly Operation[], perBlock = PER_BLOCK): Promise<void> {
    const { test } = this.chain;
    await test.setAutomine(false);
    for (let first = 0; first < operations.length; first += perBlock) {
      await this.#mineBlock(operations.slice(first, first + perBlock));
    }
    await test.setAutomine(true);
  }

  async #mineBlock(operations: readonly Operation[]): Promise<void> {
    const { test, url } = this.chain;
    const batch = operations.map(({ from, to, data }, id) => {
      const params = [{ from, to, data, nonce: toHex(this.#nextNonce(from)), gas: GAS_LIMIT, gasPrice: "0x0" }];
      return { jsonrpc: "2.0", id, method: "eth_sendTransaction", params };
    });
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(batch) });
    const answers = (await response.json()) as { id: number; result: Hex; error?: { message: string } }[];
    const refused = answers.find(({ error }) => error !== undefined);
    if (refused !== undefined) throw new Error(`${operations[refused.id]?.name}: ${refused.error?.message}`);
    const sent = new Map(answers.map(({ id, result }) => [result, operations[id] as Operation]));
    await test.mine({ blocks: 1 });
    const receipts = (await test.request({
      method: "eth_getBlockReceipts",
      params: ["latest"],
    } as never)) as RpcReceipt[];
    if (receipts.length !== operations.length) throw new Error(`${receipts.length} of ${operations.length} were mined`);
    for (const { transactionHash, status, gasUsed, logs } of receipts) {
      const { name, pool } = sent.get(transactionHash) as Operation;
      if (status !== "0x1") {
        const { text } = await new LocalChain(url).reason(transactionHash);
        throw new Error(`${name} was refused: ${text}`);
      }
      this.#record(name, pool, { gas: Number(hexToBigInt(gasUsed)), events: logs.length });
    }
    this.transactions += operations.length;
    this.blocks += 1;
  }

  /** anvil gives all transactions of one account in a block the same nonce, if nobody says which. */
  #nextNonce(from: Address): number {
    const nonce = this.#nonces.get(from) ?? 0;
    this.#nonces.set(from, nonce + 1);
    return nonce;
  }

  #record(name: string, pool: string, cost: Cost): void {
    const pools = this.costs.get(name) ?? new Map<string, Cost[]>();
    this.costs.set(name, pools);
    const costs = pools.get(pool) ?? [];
    pools.set(pool, costs);
    costs.push(cost);
  }
}
