import { type Hex, isAddressEqual } from "viem";
import { max } from "../../core/bigints.ts";
import {
  type ContractCallError,
  type InsufficientFundsError,
  InvalidParameterError,
  type TaskTypeNotFoundError,
  type TransactionRevertedError,
} from "../errors.ts";
import { type GetPoolReturnType, getPool } from "../read/getPool.ts";
import { type GetSourceReturnType, getSource } from "../read/getSource.ts";
import type { Deployment, WriteClient } from "../types.ts";
import { type PoolReading, usualUnits } from "./judgePool.ts";
import { setStreams } from "./setStreams.ts";
import { restrainBudget, type SplitReason, splitBudget } from "./splitBudget.ts";
import { noteWork, noWork, silenceOf, type WorkCount, type WorkHistory } from "./workHistory.ts";

export type BudgetSplitterParameters = {
  deployment: Deployment;
  /** Equivalent task types of one super token. */
  taskTypeIds: readonly Hex[];
  /** What may be streamed to all of them together, wei per second. Asked at every visit. */
  budget: () => bigint;
  /** What was asked for and answered at a pool, `workIn(dispatcher.standings())`; without it silence goes unnoticed. */
  workOf?: ((taskTypeId: Hex) => WorkCount) | undefined;
  /** How long the balance must last beside the deposits, seconds; an hour if not said. */
  runway?: number | undefined;
  /** As `toJSON` gave it. */
  state?: BudgetSplitterState | undefined;
};

/** What the chain does not know, per task type. */
export type BudgetSplitterState = Record<Hex, PoolMemory>;

type PoolMemory = { usualUnits: bigint; seenAt: number; barredUntil: number; work: WorkHistory };

/** One pool after a visit; rates in wei per second, amounts in wei. */
export type SplitPoolReport = {
  taskTypeId: Hex;
  /** What was asked of Superfluid, and what really flows: it rounds down. */
  asked: bigint;
  flowRate: bigint;
  /** Unix seconds; 0 if it never was. */
  barredUntil: number;
  /** What Superfluid holds until the stream is closed. */
  streamDeposit: bigint;
  /** What waits in the escrow, comes back at the next synchronisation, and has paid for work until now. */
  owned: bigint;
  payable: bigint;
  spent: bigint;
};

/** What one visit of all pools has come to. */
export type SplitReport = {
  reason: SplitReason;
  /** When the pools were read, Unix seconds. */
  timestamp: number;
  /** The budget, less what is held back while money piles up in escrows, wei per second. */
  budget: bigint;
  /** What really flows to all pools, wei per second: at most the budget. */
  flowRate: bigint;
  pools: SplitPoolReport[];
  /** The transaction; undefined if nothing had to change. */
  hash: Hex | undefined;
};

export type BudgetSplitterErrorType =
  | InvalidParameterError
  | InsufficientFundsError
  | TaskTypeNotFoundError
  | ContractCallError
  | TransactionRevertedError;

type Seen = { taskTypeId: Hex; pool: GetPoolReturnType; source: GetSourceReturnType; reading: PoolReading };

/** A budget that differs from what flows by less than one in so many waits for the next change of the split. */
const RATE_BAND = 7n;

const DEFAULT_RUNWAY = 3600;

/**
 * Keeps the streams of one account split among pools that sell the same, as `splitBudget` says: `observe` every minute,
 * `apply` every ten. All changes of a visit are one transaction, each with the synchronisations that keep what the account
 * has in the escrow, lowered streams first: their deposits pay for the raised ones. A stream of another program to one of
 * these pools counts as one's own.
 *
 * Work that was sent stays where it is; what waits at a pool that is barred is to be asked for again elsewhere.
 * @example
 * const splitter = new BudgetSplitter(client, { deployment, taskTypeIds, budget: () => parseEther("0.001"), workOf });
 * const { pools, flowRate } = await splitter.apply();
 */
export class BudgetSplitter {
  readonly #client: WriteClient;
  readonly #parameters: BudgetSplitterParameters;
  #memory: BudgetSplitterState;

  constructor(client: WriteClient, parameters: BudgetSplitterParameters) {
    const { taskTypeIds, state = {} } = parameters;
    if (new Set(taskTypeIds).size !== taskTypeIds.length || taskTypeIds.length === 0) {
      throw new InvalidParameterError(`a budget is split among different task types, not ${taskTypeIds.join(", ")}`);
    }
    [this.#client, this.#parameters, this.#memory] = [client, parameters, { ...state }];
  }

  /** What the chain does not know, for `state`. */
  toJSON(): BudgetSplitterState {
    return this.#memory;
  }

  /** Counts what was answered since; reads nothing of the chain. @param now By the chain's clock, Unix seconds. */
  observe(now: number): void {
    const { workOf } = this.#parameters;
    if (workOf === undefined) return;
    for (const [taskTypeId, memory] of Object.entries(this.#memory) as [Hex, PoolMemory][]) {
      this.#memory[taskTypeId] = { ...memory, work: noteWork(memory.work, now, workOf(taskTypeId)) };
    }
  }

  /**
   * Reads all pools, decides, and changes what has to change.
   * @throws {InsufficientFundsError} if more is to be streamed than the account can pay for; nothing was changed.
   */
  async apply(): Promise<SplitReport> {
    const seen = await this.#look();
    const now = Math.max(...seen.map(({ pool }) => pool.timestamp));
    const budget = this.#affordable(seen, now);
    const { rates, barredUntil, reason } = splitBudget({ budget, pools: seen.map(({ reading }) => reading), now });
    seen.forEach(({ taskTypeId, pool }, i) => {
      this.#bar(taskTypeId, barredUntil[i] as number, pool);
    });
    return this.#set(seen, rates, { reason, budget, timestamp: now });
  }

  /** Closes all streams in one transaction. What is in the escrows is payable a horizon later: `apply`, or `syncSource`. */
  async close(): Promise<SplitReport> {
    const seen = await this.#look();
    const timestamp = Math.max(...seen.map(({ pool }) => pool.timestamp));
    return this.#set(
      seen,
      seen.map(() => 0n),
      { reason: "stopped", budget: 0n, timestamp },
    );
  }

  async #look(): Promise<Seen[]> {
    const { deployment, taskTypeIds, workOf } = this.#parameters;
    const account = this.#client.account.address;
    const seen = await Promise.all(
      taskTypeIds.map(async (taskTypeId) => {
        const task = { deployment, taskTypeId };
        const [pool, source] = await Promise.all([
          getPool(this.#client, task),
          getSource(this.#client, { ...task, source: account }),
        ]);
        return { taskTypeId, pool, source };
      }),
    );
    const [first] = seen as [(typeof seen)[0], ...typeof seen];
    for (const { taskTypeId, pool } of seen) {
      if (!isAddressEqual(pool.taskType.superToken, first.pool.taskType.superToken)) {
        throw new InvalidParameterError(`task types of one super token, not ${taskTypeId} and ${first.taskTypeId}`);
      }
      this.#remember(taskTypeId, pool, workOf?.(taskTypeId));
    }
    return seen.map((one) => ({ ...one, reading: this.#reading(one) }));
  }

  #remember(taskTypeId: Hex, { taskType, timestamp, units }: GetPoolReturnType, work: WorkCount | undefined): void {
    const { horizon, acknowledgementGrace: grace } = taskType;
    const fresh = { usualUnits: 0n, seenAt: timestamp, barredUntil: 0, work: noWork(horizon, grace) };
    const before = this.#memory[taskTypeId] ?? fresh;
    this.#memory[taskTypeId] = {
      ...before,
      usualUnits: usualUnits(before.usualUnits, units.sinks, timestamp - before.seenAt),
      seenAt: timestamp,
      work: work === undefined ? before.work : noteWork(before.work, timestamp, work),
    };
  }

  #reading({ taskTypeId, pool, source }: Omit<Seen, "reading">): PoolReading {
    const { usualUnits, barredUntil, work } = this.#memory[taskTypeId] as PoolMemory;
    const { unitRate, horizon, acknowledgementGrace: grace } = pool.taskType;
    return {
      ...{ unitRate, horizon, grace, units: pool.units.sinks, usualUnits, barredUntil },
      ...{ inflow: pool.flowRate, overflow: pool.escrow.overflow, rate: source.flowRate },
      ...silenceOf(work),
    };
  }

  /** What to spend now; what flows already if that is nearly it, and not more than it may be. */
  #affordable(seen: readonly Seen[], now: number): bigint {
    const allowed = this.#parameters.budget();
    const paid = seen.filter(({ reading }) => reading.rate > 0n && reading.barredUntil <= now);
    const owned = paid.reduce((sum, { source }) => sum + source.returns.owned, 0n);
    const horizon = Math.min(...seen.map(({ reading }) => reading.horizon));
    const budget = restrainBudget({ budget: allowed, owned, horizon });
    const flowing = seen.reduce((sum, { reading }) => sum + reading.rate, 0n);
    const difference = budget > flowing ? budget - flowing : flowing - budget;
    return flowing <= allowed && difference * RATE_BAND <= flowing ? flowing : budget;
  }

  /** A pool that is barred is watched anew when it comes back. */
  #bar(taskTypeId: Hex, barredUntil: number, { taskType: { horizon, acknowledgementGrace } }: GetPoolReturnType): void {
    const before = this.#memory[taskTypeId] as PoolMemory;
    const work = barredUntil > before.barredUntil ? noWork(horizon, acknowledgementGrace) : before.work;
    this.#memory[taskTypeId] = { ...before, work, barredUntil };
  }

  async #set(
    seen: readonly Seen[],
    rates: readonly bigint[],
    report: Pick<SplitReport, "reason" | "budget" | "timestamp">,
  ): Promise<SplitReport> {
    const { deployment, runway = DEFAULT_RUNWAY } = this.#parameters;
    const goals = seen.map(({ pool, source }, i) => {
      const asked = rates[i] as bigint;
      // Less than a wei per second and unit is nothing to Superfluid, and a transaction all the same.
      return { pool, source, flowRate: asked < pool.totalUnits ? 0n : asked };
    });
    const hash = await setStreams(this.#client, { deployment, goals, runway });
    const pools = await Promise.all(
      seen.map(async ({ taskTypeId, source: before }, i) => {
        const task = { deployment, taskTypeId, source: before.source };
        const source = hash === undefined ? before : await getSource(this.#client, task);
        const { owned, payable, returned } = source.returns;
        return {
          ...{ taskTypeId, asked: rates[i] as bigint, flowRate: source.flowRate },
          barredUntil: (this.#memory[taskTypeId] as PoolMemory).barredUntil,
          ...{ streamDeposit: source.streamDeposit, owned, payable },
          spent: max(0n, source.streamed - owned - payable - returned),
        };
      }),
    );
    return { ...report, hash, pools, flowRate: pools.reduce((sum, { flowRate }) => sum + flowRate, 0n) };
  }
}
