import { InvariantError } from "../errors.ts";
import type { EconomyResult } from "./economy.ts";
import { formatCount, formatMoney, formatShare, formatTime } from "./format.ts";
import { missing } from "./ledger.ts";
import type { Options } from "./options.ts";
import { STAGES, type Timeline } from "./scenario.ts";

/** One stage in the summary. Tokens are units times seconds. */
export type StageSummary = {
  name: string;
  /** Work that arrived, tokens. */
  demandedTokens: number;
  /** Work that was done, tokens. */
  servedTokens: number;
  streamedWei: string;
  receivedWei: string;
  escrowWei: string;
  returnedWei: string;
  feeWei: string;
};

/** What came out, for programs: the last line of `npm start -- --json`. Amounts are decimal strings of wei. */
export type Summary = {
  /** True if I1 holds to the wei: streamed = received + escrow + returned + fee + dust, read from the chain. */
  conserved: boolean;
  streamedWei: string;
  receivedWei: string;
  escrowWei: string;
  returnedWei: string;
  feeWei: string;
  /** What Superfluid could not split evenly and nobody has swept yet. */
  dustWei: string;
  /** Dust that was swept into the escrows before; it is part of `escrowWei`. */
  sweptWei: string;
  /** Highest flow per unit as a share of q, outside of unconfirmed windows; at most 1. */
  maxFlowPerUnitOverQ: number;
  /** The same inside of them: the sinks may be over-paid until money has confirmed a higher inflow. */
  maxFlowPerUnitOverQUnconfirmed: number;
  /** Share of its stage's pay that the dying sink had just before it died. */
  deadSinkShareBefore: number;
  /** The same just before it came back. */
  deadSinkShareAfter: number;
  arrivedRequests: number;
  servedRequests: number;
  /** Withdrawn by sources that got their money back. */
  turnedAwayRequests: number;
  waitingRequests: number;
  /** Seconds from a request to its report. */
  medianLatencySeconds: number;
  stages: StageSummary[];
  transactions: number;
  minutes: number;
  seed: number;
  trace: string | null;
  report: string;
  /** Invariants that did not hold; empty if all is well. */
  violations: { invariant: string; reason: string }[];
};

/** Puts the summary together. */
export function summarise(result: EconomyResult, options: Options): Summary {
  const { accounts, audit, deadSink, workshop } = result;
  return {
    conserved: missing(accounts) === 0n && !audit.violations.some(({ invariant }) => invariant === "I1"),
    streamedWei: String(accounts.streamed),
    receivedWei: String(accounts.received),
    escrowWei: String(accounts.escrow),
    returnedWei: String(accounts.returned),
    feeWei: String(accounts.fee),
    dustWei: String(accounts.dust),
    sweptWei: String(accounts.swept),
    maxFlowPerUnitOverQ: audit.highest.confirmed,
    maxFlowPerUnitOverQUnconfirmed: audit.highest.unconfirmed,
    deadSinkShareBefore: deadSink.shareBefore,
    deadSinkShareAfter: deadSink.shareAfter,
    arrivedRequests: workshop.counts.arrived,
    servedRequests: workshop.counts.served,
    turnedAwayRequests: workshop.counts.turnedAway,
    waitingRequests: workshop.counts.waiting,
    medianLatencySeconds: median(workshop.latencies),
    stages: STAGES.map((plan, index) => summariseStage(plan.name, index, result)),
    transactions: result.transactions,
    minutes: options.minutes,
    seed: options.seed,
    trace: options.trace ?? null,
    report: options.report,
    violations: audit.violations,
  };
}

function summariseStage(name: string, index: number, { accounts, workshop }: EconomyResult): StageSummary {
  const wei = accounts.stages[index];
  const served = workshop.stages[index]?.agents.reduce((sum, agent) => sum + agent.served, 0);
  return {
    name,
    demandedTokens: workshop.demanded[index] ?? 0,
    servedTokens: served ?? 0,
    streamedWei: String(wei?.streamed),
    receivedWei: String(wei?.received),
    escrowWei: String(wei?.escrow),
    returnedWei: String(wei?.returned),
    feeWei: String(wei?.fee),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}

/**
 * Fails if anything that must always hold did not.
 * @throws {InvariantError} naming the first one.
 */
export function assertSound({ violations: [first] }: Summary): void {
  if (first) throw new InvariantError(first.invariant, first.reason);
}

/** The same for people. */
export function explain(summary: Summary, deadSink: EconomyResult["deadSink"], timeline: Timeline): string[] {
  const money = (wei: string): string => formatMoney(BigInt(wei));
  const count = formatCount;
  const { conserved } = summary;
  return [
    `requests     ${count(summary.arrivedRequests)} arrived: ${count(summary.servedRequests)} became a report (half of them within ${summary.medianLatencySeconds} s), ` +
      `${count(summary.turnedAwayRequests)} were refunded, ${count(summary.waitingRequests)} wait`,
    `money        ${money(summary.streamedWei)} USDCx streamed, over all stages`,
    `             = ${money(summary.receivedWei)} to agents + ${money(summary.escrowWei)} in escrow + ${money(summary.returnedWei)} returned + ${money(summary.feeWei)} fee`,
    `             ${conserved ? "equal to the last wei" : "NOT EQUAL"}, with ${summary.dustWei} wei of dust that could not be split (I1)`,
    `price        no unit was ever paid more than ${formatShare(summary.maxFlowPerUnitOverQ, 4)} of the cap (I2)`,
    `${deadSink.name.padEnd(12)} had ${formatShare(summary.deadSinkShareBefore)} of its stage's pay when it died at ${formatTime(timeline.death)}, ` +
      `${formatShare(summary.deadSinkShareAfter)} before it came back at ${formatTime(timeline.revival)}`,
    ...(summary.violations.length === 0
      ? ["invariants   I1, I2, I3 and I8 held in every block"]
      : summary.violations.map(({ invariant, reason }) => `VIOLATED     ${invariant}: ${reason}`)),
  ];
}
