import { parseAbi, parseAbiItem } from "viem";
import { getBlockNumber, getLogs, getTransactionCount } from "viem/actions";
import { min } from "../../core/bigints.ts";
import { LogRange } from "../../core/logRange.ts";
import { callsOf } from "../../sdk/calls/callsOf.ts";
import { read } from "../../sdk/internal/call.ts";
import { roundedDown, type Wrapper } from "../../sdk/internal/wrapping.ts";
import { wrap } from "../../sdk/source/wrap.ts";
import type { Deployment, WriteClient } from "../../sdk/types.ts";
import type { Table } from "../../sdk/work/orders.ts";

/** What was wrapped, wei of the super token, up to a block; and what had been taken in before the first look. */
export type Wrapped = { total: bigint; block: bigint; before: bigint };

export type TopUpParameters = {
  client: WriteClient;
  deployment: Pick<Deployment, "host">;
  wrapper: Wrapper;
  /** Wraps as soon as so much was taken in and is not wrapped, wei of the super token. */
  threshold: bigint;
  /** All that was ever taken in, wei of the super token. */
  income: () => bigint;
  table: Table<Wrapped>;
  /** Resolves once what was recorded is on disk. */
  durable: () => Promise<void>;
};

const upgraded = parseAbiItem("event TokenUpgraded(address indexed account, uint256 amount)");
const plainTokenAt = callsOf(parseAbi(["function balanceOf(address owner) view returns (uint256)"]));

/**
 * Wraps what payments in the plain token have brought, so that the stream lives on it: never more than was taken in since it
 * was first asked to, whatever else the account holds. What was wrapped is what the chain shows: a program that is killed
 * between sending and hearing of it finds it there, and a transaction that is still on its way is waited for first.
 */
export class TopUp {
  readonly #range = new LogRange(10_000n);
  /** Whether every transaction of the account is known to be in a block: of an earlier program's nobody says. */
  #isQuiet = false;
  /** By `performance.now`: what has failed, for want of gas for example, is not tried at every look. */
  #retryAt = 0;

  constructor(private readonly parameters: TopUpParameters) {}

  /** Wraps if it is time to; to be called whenever the chain was looked at. @returns What was wrapped, wei. */
  async look(): Promise<bigint> {
    const { table, income, threshold, durable } = this.parameters;
    if (table.get(KEY) === undefined) {
      table.set(KEY, { total: 0n, block: await this.#head(), before: income() });
      await durable();
    }
    if (this.#unwrapped() < threshold || performance.now() < this.#retryAt || !(await this.#settled())) return 0n;
    await this.#count();
    const amount = roundedDown(this.parameters.wrapper, min(this.#unwrapped(), await this.#owned())).amount;
    return amount < threshold ? 0n : this.#wrap(amount);
  }

  async #wrap(amount: bigint): Promise<bigint> {
    const { client, deployment, wrapper } = this.parameters;
    this.#isQuiet = false;
    this.#retryAt = performance.now() + RETRY;
    await wrap(client, { deployment, superToken: wrapper.superToken, amount });
    this.#isQuiet = true;
    this.#retryAt = 0;
    await this.#count();
    return amount;
  }

  /** Taken in and not wrapped, as far as the chain was looked at, wei. */
  #unwrapped(): bigint {
    const { total = 0n, before = 0n } = this.parameters.table.get(KEY) ?? {};
    return this.parameters.income() - before - total;
  }

  async #settled(): Promise<boolean> {
    const { client } = this.parameters;
    const sent = (blockTag: "pending" | "latest") =>
      getTransactionCount(client, { address: client.account.address, blockTag });
    this.#isQuiet ||= (await sent("pending")) === (await sent("latest"));
    return this.#isQuiet;
  }

  /** What the account has wrapped by hand counts too: it is rather too much than too little. */
  async #count(): Promise<void> {
    const { client, wrapper, table, durable } = this.parameters;
    const head = await this.#head();
    let known = table.get(KEY) as Wrapped;
    while (known.block < head) {
      const fromBlock = known.block + 1n;
      const { to, answer } = await this.#range.ask(fromBlock, head, (toBlock) =>
        getLogs(client, {
          ...{ address: wrapper.superToken, event: upgraded, args: { account: client.account.address } },
          ...{ fromBlock, toBlock, strict: true },
        }),
      );
      known = { ...known, block: to, total: answer.reduce((sum, { args }) => sum + args.amount, known.total) };
    }
    table.set(KEY, known);
    await durable();
  }

  /** Of the plain token, in wei of the super token. */
  async #owned(): Promise<bigint> {
    const { client, wrapper } = this.parameters;
    const balance = await read(client, plainTokenAt(wrapper.underlying).balanceOf(client.account.address));
    return (balance * 10n ** 18n) / 10n ** BigInt(wrapper.decimals);
  }

  #head(): Promise<bigint> {
    return getBlockNumber(this.parameters.client, { cacheTime: 0 });
  }
}

const KEY = "all";
/** Milliseconds. */
const RETRY = 60_000;
