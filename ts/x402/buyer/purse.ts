import type { Address, Hex } from "viem";
import { max, min } from "../../core/bigints.ts";
import { InvalidParameterError } from "../../sdk/errors.ts";
import { type DepositTerms, getDepositTerms, getGovernance, streamDepositOf } from "../../sdk/internal/superfluid.ts";
import { getSource } from "../../sdk/read/getSource.ts";
import { type GetTaskTypeReturnType, getTaskType } from "../../sdk/read/getTaskType.ts";
import { changeStream } from "../../sdk/source/changeStream.ts";
import { closeStream } from "../../sdk/source/closeStream.ts";
import { openStream } from "../../sdk/source/openStream.ts";
import type { Deployment, WriteClient } from "../../sdk/types.ts";
import type { Table } from "../../sdk/work/orders.ts";
import { BudgetReachedError, ForeignStreamError } from "../errors.ts";

const [HOUR, DAY] = [3600n, 86_400n];

/** What may be spent at most, deposit included, wei. One of the two, or both. */
export type Budget = { perHour?: bigint | undefined; perDay?: bigint | undefined };

/** What a purse must not forget. */
export type PurseState = {
  /** Rates that this program has set or was about to set, wei per second. */
  rates: bigint[];
};

export type PurseParameters = {
  /** With an account of its own: what is in it is the most that can ever be lost. */
  client: WriteClient;
  deployment: Deployment;
  taskTypeId: Hex;
  budget: Budget;
  /** What to stream, wei per second; all that the budget allows if not said. A seller's terms never set it. */
  flowRate?: bigint | undefined;
  /** Where the purse's state is kept. */
  table: Table<PurseState>;
  /** Resolves once it is on disk. */
  durable: () => Promise<void>;
};

/**
 * The fastest stream that keeps a budget whatever happens, wei per second, rounded down. If this program dies, its stream
 * goes on until the account is empty, and then the deposit is lost too: so an hour may take an hour of the stream and the
 * deposit, and a day a day of it and the deposit.
 */
export function fastestRate({ perHour, perDay }: Budget, terms: DepositTerms): bigint {
  if (perHour === undefined && perDay === undefined) throw new InvalidParameterError("a budget has an hour or a day");
  const within = (wei: bigint | undefined, seconds: bigint): bigint | undefined => {
    if (wei === undefined) return undefined;
    if (wei <= 0n) throw new InvalidParameterError(`a budget is above 0 wei, not ${wei}`);
    const byPeriod = wei / (seconds + terms.liquidationPeriod);
    return streamDepositOf(byPeriod, terms) + byPeriod * seconds <= wei
      ? byPeriod
      : max(0n, wei - terms.minimumDeposit) / seconds;
  };
  const [hourly, daily] = [within(perHour, HOUR), within(perDay, DAY)];
  return hourly === undefined ? (daily as bigint) : daily === undefined ? hourly : min(hourly, daily);
}

/** What dies with the process, wei. */
export type Exposure = {
  /** All that the account holds, deposit included. */
  atMost: bigint;
  /** Of it what goes to whoever closes the stream of an empty account. */
  toLiquidator: bigint;
};

/**
 * The account that a buyer spends from. A budget is money, not a counter: nobody can close another's solvent stream, so a
 * purse opens none that would break the budget if nobody ever touched it again.
 */
export class Purse {
  #changing: Promise<unknown> = Promise.resolve();
  #aim: bigint;

  private constructor(
    readonly parameters: PurseParameters,
    readonly taskType: GetTaskTypeReturnType,
    /** Wei per second. */
    readonly fastest: bigint,
    private readonly terms: DepositTerms,
    private rate: bigint,
  ) {
    this.#aim = parameters.flowRate ?? fastest;
  }

  /** @throws {ForeignStreamError} if a stream runs that this program did not set. */
  static async open(parameters: PurseParameters): Promise<Purse> {
    const { client, deployment, budget, flowRate, table } = parameters;
    const taskType = await getTaskType(client, parameters);
    const governance = await getGovernance(client, deployment);
    const terms = await getDepositTerms(client, deployment, governance, taskType.superToken);
    const fastest = fastestRate(budget, terms);
    if (flowRate !== undefined && flowRate > fastest) throw new BudgetReachedError(flowRate, fastest);
    const purse = new Purse(parameters, taskType, fastest, terms, 0n);
    const { flowRate: running } = await purse.#look();
    const isOwn = running === 0n || (table.get(KEY)?.rates ?? []).some((rate) => isSame(rate, running));
    if (!isOwn) throw new ForeignStreamError(purse.account, running);
    if (running > fastest) throw new BudgetReachedError(running, fastest, "close the stream, or raise the budget");
    purse.rate = running;
    return purse;
  }

  /** Whose money it is. */
  get account(): Address {
    return this.parameters.client.account.address;
  }

  /** What streams now, wei per second. */
  get flowRate(): bigint {
    return this.rate;
  }

  /**
   * Streams at least as much, from now on: opens the stream or raises it, and never lowers it.
   * @param minimum Wei per second.
   * @throws {BudgetReachedError} if the budget does not allow it @throws {InsufficientFundsError} of `openStream`.
   */
  async ensure(minimum: bigint): Promise<void> {
    if (this.#aim === 0n) throw new BudgetReachedError(minimum, 0n, "the stream waits for money to come in");
    const wanted = max(minimum, this.#aim);
    if (wanted > this.fastest) throw new BudgetReachedError(wanted, this.fastest);
    await this.#inTurn(async () => {
      if (this.rate > 0n && this.rate >= minimum) return;
      await this.#set(wanted);
    });
  }

  /**
   * What the next stream that is opened will be, wei per second; one that runs stays as it is. At 0 none is opened.
   * @throws {BudgetReachedError} if the budget does not allow it.
   */
  aimAt(flowRate: bigint): void {
    if (flowRate > this.fastest) throw new BudgetReachedError(flowRate, this.fastest);
    this.#aim = flowRate;
  }

  /**
   * Streams exactly so much from now on, more or less than before.
   * @param flowRate Wei per second, above 0.
   * @throws {BudgetReachedError} if the budget does not allow it @throws What `openStream` and `changeStream` throw.
   */
  async change(flowRate: bigint): Promise<void> {
    if (flowRate > this.fastest) throw new BudgetReachedError(flowRate, this.fastest);
    await this.#inTurn(() => this.#set(flowRate));
  }

  /** What would be lost at most if this program died now, for its owner to read before the stream is opened. */
  async exposure(): Promise<Exposure> {
    const { availableBalance, streamDeposit } = await this.#look();
    const rate = max(this.rate, this.#aim);
    const toLiquidator = max(streamDeposit, streamDepositOf(rate, this.terms));
    return { atMost: max(0n, availableBalance) + streamDeposit, toLiquidator };
  }

  /** How long the money lasts, seconds; undefined while nothing streams. */
  async runway(): Promise<number | undefined> {
    return (await this.#look()).runway;
  }

  /** Ends the stream, if there is one. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      const { client, deployment, taskTypeId, table, durable } = this.parameters;
      const { flowRate } = await this.#look();
      if (flowRate !== 0n) await closeStream(client, { deployment, taskTypeId });
      this.rate = 0n;
      table.delete(KEY);
      await durable();
    });
  }

  /** What is to be set is written down first: after a crash, whatever runs is recognised. */
  async #set(flowRate: bigint): Promise<void> {
    const { client, deployment, taskTypeId, table, durable } = this.parameters;
    table.set(KEY, { rates: [...new Set([this.rate, flowRate])] });
    await durable();
    const change = this.rate === 0n ? openStream : changeStream;
    const set = await change(client, { deployment, taskTypeId, flowRate });
    this.rate = set.flowRate;
    table.set(KEY, { rates: [set.flowRate] });
    await durable();
  }

  #look() {
    const { client, deployment, taskTypeId } = this.parameters;
    return getSource(client, { deployment, taskTypeId, source: this.account });
  }

  #inTurn<result>(action: () => Promise<result>): Promise<result> {
    const done = this.#changing.then(action);
    this.#changing = done.catch(() => {});
    return done;
  }
}

const KEY = "purse";

/** Superfluid rounds down what is asked for, by less than 1 %. */
const isSame = (asked: bigint, running: bigint): boolean => running <= asked && 100n * (asked - running) <= asked;
