/** What somebody should do something about, in words: for `inspect` and for whatever else shows a pool. */
import type { GetPoolReturnType } from "../../sdk/read/getPool.ts";
import type { GetSinkReturnType } from "../../sdk/read/getSink.ts";
import type { GetSourceReturnType } from "../../sdk/read/getSource.ts";
import type { GetTaskTypeReturnType } from "../../sdk/read/getTaskType.ts";
import { formatDuration } from "../../sdk/utils/format.ts";
import { shouldPropagate } from "../../services/keeper/decide/propagate.ts";
import { amount } from "./words.ts";

/** Below this, rounding to whole wei per second and unit costs more than a basis point. */
const SMALL_PRICE = 10_000n;

const DAY = 86_400;

/** What somebody should do about a pool. */
export function poolAttention(pool: GetPoolReturnType, symbol: string): string[] {
  const { escrow } = pool;
  const keeper = "npm run keeper does it";
  const attention: string[] = [];
  if (pool.units.sinks === 0n && pool.flowRate > 0n) {
    attention.push("no sink has units: what comes in waits in the escrow, and what is too much returns to the sources");
  }
  if (pool.flowRate > 0n && pool.evidence?.verified === false) {
    attention.push("too few sources give receipts to judge any sink: only declared backlog protects the money here");
  }
  if (pool.needsRebalance) attention.push(`the escrow has not followed the inflow yet: call rebalance (${keeper})`);
  if (pool.price > pool.priceCap) {
    attention.push("units are paid more than they may be: call rebalance now and 12 s later");
  }
  if (escrow.drainable > 0n) {
    attention.push(`${amount(escrow.drainable, symbol)} can be paid to the sinks: call drain (${keeper})`);
  }
  if (escrow.releasable > 0n) {
    attention.push(`${amount(escrow.releasable, symbol)} can return to the sources: call release (${keeper})`);
  }
  if (pool.flowRate > 0n && pool.price < SMALL_PRICE) {
    attention.push(
      `a unit is paid ${pool.price} wei per second, so rounding costs: streams are too small for this pool`,
    );
  }
  return attention;
}

/** What somebody should do about a pool of a pipeline: the limit that it obeys is that of the latest `propagate`. */
export function staleLimit(pool: GetPoolReturnType): string[] {
  const { unitRate } = pool.taskType;
  const stale = shouldPropagate({ ...pool, unitRate, sinkUnits: pool.units.sinks, minAmount: 0n });
  return stale ? ["its limit is out of date: call propagate (npm run keeper does it)"] : [];
}

/** What somebody should do about a sink. */
export function sinkAttention(state: GetSinkReturnType, taskType: GetTaskTypeReturnType, symbol: string): string[] {
  const { sink } = state;
  const attention: string[] = [];
  if (!state.registered) {
    attention.push(
      `${sink} is not registered: it stakes ${amount(taskType.minimumStake, symbol)} or more, then registerSink`,
    );
  } else {
    attention.push(...signalAttention(state));
  }
  if (state.registered && state.needsRebalance) {
    attention.push(`its units have not followed its capacity: call rebalance for it (npm run keeper does it)`);
  }
  if (state.claimable > 0n) {
    attention.push(`${amount(state.claimable, symbol)} wait for a claim: run connectPool once, or claim`);
  }
  if (state.ledger.strikes > 0) {
    const left = 3 - state.ledger.strikes;
    const when = left === 0 ? "anybody's assess slashes it" : `${left} more ${left === 1 ? "slashes" : "slash"} it`;
    attention.push(`it has ${state.ledger.strikes} of 3 strikes, ${when}: deliver, and submit receipts`);
  } else if (state.verifiedBacklog > state.declaredBacklog) {
    attention.push("more work is paid for than acknowledged, which costs units: submit receipts");
  }
  if (state.unbondedAt !== undefined && state.timestamp >= state.unbondedAt) {
    attention.push(`${amount(state.unbonding, symbol)} have finished unbonding: run withdraw`);
  }
  return attention;
}

function signalAttention({ sink, signal, capacityCap, declaredCapacity }: GetSinkReturnType): string[] {
  if (signal.signalledAt === undefined)
    return [`sink ${sink} has never signalled: run signalCapacity, or its pay stays 0`];
  const attention: string[] = [];
  if (!signal.alive) {
    const epochs = signal.epochsExpired === 1 ? "1 epoch" : `${signal.epochsExpired} epochs`;
    attention.push(`sink ${sink} expired ${epochs} ago: run signalCapacity, or its pay fades`);
  }
  if (declaredCapacity >= capacityCap && declaredCapacity > 0n) {
    attention.push(`its stake backs no more than the ${capacityCap} units it has declared: stake more to declare more`);
  }
  return attention;
}

/** What somebody should do about a source. */
export function sourceAttention(state: GetSourceReturnType, symbol: string): string[] {
  const { source, availableBalance, runway, returns } = state;
  const attention: string[] = [];
  if (availableBalance < 0n) {
    attention.push(`source ${source} is out of money: top up, or anybody may close its streams and take its deposits`);
  } else if (runway !== undefined && runway < DAY) {
    attention.push(`the balance of source ${source} lasts ${formatDuration(runway)}: top up`);
  }
  if (returns.payable > 0n) {
    attention.push(`${amount(returns.payable, symbol)} are set aside for it: anybody's syncSource pays them`);
  }
  return attention;
}
