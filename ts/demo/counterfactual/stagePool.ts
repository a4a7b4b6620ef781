import type { Address } from "viem";
import type { Report } from "../agent.ts";
import type { StageMoney } from "../credits.ts";

/** What has become of the money of a stage, wei. */
export type StageTotals = {
  streamed: bigint;
  slashed: bigint;
  received: bigint;
  escrow: bigint;
  returned: bigint;
  /** What could not be split evenly. */
  dust: bigint;
};

/** The pool of one stage without a chain. All times in Unix seconds, never going back; all amounts in wei. */
export interface StagePool {
  /** Sets a source's stream, wei per second. */
  setStream(source: Address, rate: bigint, now: bigint): void;
  /** What a source streams now, wei per second. */
  rateOf(source: Address): bigint;
  /** All that a source has streamed. */
  streamedBy(source: Address, now: bigint): bigint;
  /** Takes what a sink signals. */
  signal(sink: Address, report: Report, now: bigint): void;
  /** Takes a receipt for all that a source has received from a sink. */
  acknowledge(source: Address, sink: Address, completed: bigint, now: bigint): void;
  /** Pays a source what is set aside for it. */
  syncSource(source: Address, now: bigint): void;
  /** What a sink's bond has lost so far. */
  slashedOf(sink: Address): bigint;
  money(now: bigint): StageMoney;
  totals(now: bigint): StageTotals;
}
