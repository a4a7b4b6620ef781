import { join } from "node:path";
import type { Address, Hex } from "viem";
import { UsageError } from "../../core/errors.ts";
import { getSource } from "../../sdk/read/getSource.ts";
import type { Deployment, WriteClient } from "../../sdk/types.ts";
import { formatAmount } from "../../sdk/utils/format.ts";
import { type PayingFetch, payingFetch } from "../../x402/buyer/payingFetch.ts";
import type { Budget } from "../../x402/buyer/purse.ts";
import { hasForeignKey } from "../buy/guard.ts";
import { perHour } from "./shown.ts";

export type WalletParameters = {
  client: WriteClient;
  deployment: Deployment;
  fromBlock: bigint;
  /** Of all pools together; each has an equal part of it. */
  budget: Budget;
  /** The only pools that are paid. */
  pools: readonly Hex[];
  sinks: readonly Address[] | undefined;
  oneTask: bigint;
  folder: string;
  allowPrivate: boolean;
  refreshEvery: number;
  onWarning: (warning: unknown) => void;
};

/** What a model may spend: fixed before it says its first word, by who runs it. */
export class Wallet {
  readonly #paying: Map<Hex, PayingFetch>;

  constructor(private readonly parameters: WalletParameters) {
    const { pools, budget, folder, ...shared } = parameters;
    const count = BigInt(pools.length);
    const part = (wei: bigint | undefined) => (wei === undefined ? undefined : wei / count);
    const each = { perHour: part(budget.perHour), perDay: part(budget.perDay) };
    const payTo = (taskTypeId: Hex) =>
      payingFetch({ ...shared, taskTypeId, budget: each, folder: join(folder, taskTypeId), idle: 3600 });
    this.#paying = new Map(pools.map((pool) => [pool.toLowerCase() as Hex, payTo(pool)]));
  }

  async streams() {
    const { client, deployment, pools } = this.parameters;
    const source = client.account.address;
    const read = pools.map((taskTypeId) => getSource(client, { deployment, taskTypeId, source }));
    const found = await Promise.all(read);
    return {
      account: source,
      available: formatAmount(found[0]?.availableBalance ?? 0n),
      streams: found.map(({ flowRate, streamDeposit }, index) => {
        return { pool: pools[index], stream: perHour(flowRate), refundableDeposit: formatAmount(streamDeposit) };
      }),
    };
  }

  /** @param flowRate Wei per second. @throws {UsageError} for a pool that may not be paid @throws {BudgetReachedError} */
  async change(pool: Hex, flowRate: bigint) {
    const { account } = await this.#of(pool).client();
    await account.purse.change(flowRate);
    return { stream: perHour(account.purse.flowRate) };
  }

  async close(pool: Hex) {
    const { account } = await this.#of(pool).client();
    await account.purse.close();
    return { stream: perHour(0n) };
  }

  async buy(pool: Hex, path: string, init: RequestInit): Promise<Response> {
    if (hasForeignKey(`${path}\n${init.body ?? ""}`))
      throw new UsageError("the request has what looks like a key in it, and agents are strangers: it went nowhere");
    return this.#of(pool)(path, init);
  }

  /** Acknowledges, and ends all streams. */
  async end(): Promise<void> {
    await Promise.all([...this.#paying.values()].map((paying) => paying.close()));
  }

  #of(pool: Hex): PayingFetch {
    const paying = this.#paying.get(pool.toLowerCase() as Hex);
    if (paying === undefined)
      throw new UsageError(`${pool} is none of the pools that may be paid: its owner names them with --pools`);
    return paying;
  }
}
