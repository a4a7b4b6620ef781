/** The indexer's rows as of now: what flowed since their last event is exact. */
import { paidTo, settle } from "../../indexer/src/lib/distribution.ts";
import type { SinkRow, SourceRow, TaskTypeRow } from "./indexer.ts";

/** A pool at `now`, when nothing has happened since its last event. */
export const poolAt = (row: TaskTypeRow, now: bigint): TaskTypeRow =>
  settle(row, now > row.updatedAtTimestamp ? now : row.updatedAtTimestamp);

/** What a sink has been paid by the time of a pool. */
export const paidBy = (sink: SinkRow, pool: TaskTypeRow): bigint => paidTo(sink, pool.perUnitSettledValue);

/** What a sink is paid now, wei per second. */
export const payOf = (sink: SinkRow, pool: TaskTypeRow): bigint => sink.units * pool.perUnitFlowRate;

/** What a source has streamed by `now`. */
export function streamedBy({ streamed, flowRate, flowUpdatedAtTimestamp }: SourceRow, now: bigint): bigint {
  return now > flowUpdatedAtTimestamp ? streamed + flowRate * (now - flowUpdatedAtTimestamp) : streamed;
}

/** A share of a whole as a number for a drawing; of nothing it is nothing. */
export const share = (part: bigint, whole: bigint): number =>
  whole === 0n ? 0 : Number((part * 10_000n) / whole) / 10_000;
