import type { Address } from "viem";
import type { GetPoolReturnType } from "../../sdk/read/getPool.ts";
import type { Deployment } from "../../sdk/types.ts";
import type { ServiceClient } from "../runtime/client.ts";
import type { Looked } from "./agenda.ts";
import type { Calls, DueSink, Work } from "./calls.ts";
import { shouldComeBack } from "./decide/comeBack.ts";
import { noteSink, poolWork, type SinksToDo } from "./decide/poolWork.ts";
import { readAgainAt } from "./decide/readAgain.ts";
import { type SinkUnits, sinksToAskFor, sinksToRebalance } from "./decide/rebalance.ts";
import { shouldRelease } from "./decide/release.ts";
import { isSyncDue, type SyncDueView, shouldSyncSource, sourceAgainAt } from "./decide/syncSource.ts";
import { blockOf, type SourceEntry, type TaskTypeEntry } from "./directory.ts";
import { type ReadContext, readNeedsRebalance, readSource, readStandings, readTimeOf, readUnits } from "./read.ts";
import { DAY } from "./worth.ts";

export type SurveyParameters = {
  client: ServiceClient;
  deployment: Deployment;
  calls: Calls;
  /** Wei; what is worth less is left. */
  minAmount: bigint;
  interrupted: AbortSignal;
};

/** What is to be done about a task type, most urgent first. */
export type Survey = {
  work: Work[];
  /** Passed to the next survey once everything of this one is done. */
  seen: SinksSeen;
} & Looked;

/** When all sinks of a task type were last looked at. Their capacity changes from epoch to epoch and not in between. */
export type SinksSeen = {
  epoch: number;
  /** Whether there was money then: without any it does not matter how it is split. */
  withMoney: boolean;
};

/** Sinks that are read at once; bounds memory, whatever the number of sinks. */
const SLICE = 1_000;

/**
 * Looks at a task type and decides. Sends nothing.
 * @param pool As it is now.
 */
export async function survey(
  parameters: SurveyParameters,
  entry: TaskTypeEntry,
  pool: GetPoolReturnType,
  seen: SinksSeen | undefined,
): Promise<Survey> {
  const { client, deployment, calls, minAmount } = parameters;
  const { taskTypeId } = entry;
  const context: ReadContext = { client, deployment, taskType: pool.taskType };
  const now = sinksSeenNow(pool, minAmount);
  const sinksDue = seen === undefined || seen.epoch !== now.epoch || (now.withMoney && !seen.withMoney);
  const sinks = sinksDue ? await surveySinks(parameters, context, entry, pool, now) : NO_SINKS;
  const { price, units } = pool;
  const flows = { sinkUnits: units.sinks, escrowFlow: price * units.escrow };
  const hasReleased = entry.releasedIn === now.epoch;
  const view = { ...pool.taskType, ...pool.escrow, ...pool, ...flows, hasReleased, minAmount };

  const work = poolWork(calls, taskTypeId, view, sinks, countedSources(entry));
  // A release synchronises the sources as well; one that fails has time until the next epoch.
  if (shouldRelease(view)) entry.releasedIn = now.epoch;
  else work.push(...(await surveySources(parameters, context, entry, pool)));
  const atStake = pool.flowRate * DAY + pool.escrow.overflow + pool.escrow.deposits;
  return { work, seen: sinksDue ? now : seen, atStake, pending: shouldComeBack(pool) };
}

const NO_SINKS: SinksToDo = { rebalance: [], assess: [], settle: [] };

function sinksSeenNow({ taskType, timestamp, flowRate, escrow }: GetPoolReturnType, minAmount: bigint): SinksSeen {
  const epoch = Math.floor(timestamp / taskType.epochLength);
  return { epoch, withMoney: flowRate > 0n || escrow.overflow + escrow.deposits >= minAmount };
}

async function surveySinks(
  parameters: SurveyParameters,
  context: ReadContext,
  { sinks, left, readAgain }: TaskTypeEntry,
  pool: GetPoolReturnType,
  { epoch, withMoney }: SinksSeen,
): Promise<SinksToDo> {
  const { interrupted, minAmount } = parameters;
  const { taskType, timestamp } = pool;
  const terms = { ...taskType, receiptInterval: taskType.receiptEpochs * taskType.epochLength, epoch, timestamp };
  const todo: SinksToDo = { rebalance: [], assess: [], settle: [] };
  const all = [...sinks, ...left];
  for (let first = 0; first < all.length; first += SLICE) {
    interrupted.throwIfAborted();
    const slice = all.slice(first, first + SLICE);
    const due = slice.filter((sink) => timestamp >= (readAgain.get(sink) ?? 0));
    const [units, standings] = await Promise.all([
      readUnits(context, withMoney ? slice : due),
      readStandings(context, due),
    ]);
    if (withMoney) todo.rebalance.push(...(await moved(context, pool, units, minAmount)));
    const capacities = new Map(units.map(({ sink, effectiveCapacity }) => [sink, effectiveCapacity]));
    for (const { sink, ledger, ...standing } of standings) {
      const { registered, liable } = standing;
      readAgain.delete(sink);
      // Who has left and has nothing to lose is forgotten.
      if (!registered && !liable) left.delete(sink);
      if (ledger === undefined || !(registered || liable)) continue;
      const view = { ...terms, ...standing, effectiveCapacity: capacities.get(sink) ?? 0n, ledger, minAmount };
      if (!noteSink(todo, sink, view)) readAgain.set(sink, readAgainAt(view));
    }
  }
  return todo;
}

async function moved(
  context: ReadContext,
  pool: GetPoolReturnType,
  sinks: readonly SinkUnits[],
  minAmount: bigint,
): Promise<DueSink[]> {
  // While the escrow is due the contract says yes to any sink, so refreshes wait until it has moved.
  const asked = pool.needsRebalance ? [] : sinksToAskFor({ sinks });
  const overdue = await readNeedsRebalance(context, asked);
  return sinksToRebalance({ sinks, overdue, price: pool.priceCap, minAmount });
}

/** All but those that were found too small to be worth a transaction. */
function countedSources({ sources }: TaskTypeEntry): Address[] {
  return [...sources].filter(([, { changed, dismissed }]) => dismissed !== changed).map(([source]) => source);
}

async function surveySources(
  { client, calls, minAmount, interrupted }: SurveyParameters,
  context: ReadContext,
  { taskTypeId, sources }: TaskTypeEntry,
  { taskType: { epochLength, horizon }, timestamp: now, units }: GetPoolReturnType,
): Promise<Work[]> {
  const times = blockTimes(client);
  const viewOf = async (entry: SourceEntry): Promise<SyncDueView> => {
    if (entry.synced > 0) entry.syncedAt ??= await times(entry.synced);
    if (entry.changed > 0 && entry.flowRate === 0n) entry.changedAt ??= await times(entry.changed);
    return { ...entry, now, epochLength, horizon, units, minAmount };
  };
  const due: Address[] = [];
  const all = [...sources];
  for (let first = 0; first < all.length; first += SLICE) {
    interrupted.throwIfAborted();
    const slice = all.slice(first, first + SLICE).map(async ([source, entry]) => {
      const view = await viewOf(entry);
      if (!isSyncDue(view)) return [];
      const reading = await readSource(context, source);
      entry.readAgainAt = sourceAgainAt(now, reading.runway);
      if (shouldSyncSource({ ...view, ...reading })) return [source];
      dismiss(entry, now);
      return [];
    });
    due.push(...(await Promise.all(slice)).flat());
  }
  return due.length === 0 ? [] : [calls.syncSource(taskTypeId, due)];
}

/** When events were, Unix seconds; each block is asked for once. */
function blockTimes(client: ServiceClient): (position: number) => Promise<number> {
  const known = new Map<bigint, Promise<number>>();
  return (position) => {
    const block = blockOf(position);
    const time = known.get(block) ?? readTimeOf(client, block);
    known.set(block, time);
    return time;
  };
}

/** What was found too small is not read again: a stream until it changes, what was asked for until more is. */
function dismiss(entry: SourceEntry, now: number): void {
  if (entry.changed > entry.synced || entry.flowRate === 0n) entry.dismissed = entry.changed;
  else if (entry.returnsAt !== undefined && now >= entry.returnsAt) entry.returnsAt = undefined;
}
