import { InvariantError } from "../core/errors.ts";
import { formatCount, formatMoney, formatShare, formatThousands, formatTime } from "./format.ts";
import type { Liar } from "./liar.ts";
import type { Options } from "./options.ts";
import type { EconomyResult } from "./runEconomy.ts";
import { DEAD, DYING, STAGES, type Timeline, timelineOf } from "./scenario.ts";
import { hitsHonest, hitsHonestVisited } from "./slashes.ts";
import { missing } from "./streamLedger.ts";

/** One stage in the summary. Tokens are units times seconds. */
export type StageSummary = {
  name: string;
  /** Work that arrived, tokens. */
  demandedTokens: number;
  /** Work that was done, tokens. */
  servedTokens: number;
  streamedWei: string;
  /** Taken from bonds, into the escrow. */
  slashedWei: string;
  receivedWei: string;
  escrowWei: string;
  returnedWei: string;
  feeWei: string;
};

/** What came out, for programs: the last line of `npm start -- --json`. Amounts are decimal strings of wei. */
export type Summary = {
  /** True if I1 holds to the wei: streamed + slashed = received + escrow + returned + fee + dust, read from the chain. */
  conserved: boolean;
  streamedWei: string;
  /** Taken from the bonds of all sinks, into the escrows. */
  slashedWei: string;
  receivedWei: string;
  escrowWei: string;
  returnedWei: string;
  feeWei: string;
  /** What Superfluid could not split evenly: nobody's. */
  dustWei: string;
  /** Highest flow per unit as a share of q, outside of unconfirmed windows; at most 1. */
  maxFlowPerUnitOverQ: number;
  /** The same inside of them: the sinks may be over-paid until money has confirmed a higher inflow. */
  maxFlowPerUnitOverQUnconfirmed: number;
  /** Share of its stage's pay that the dying sink had just before it died; 0 where a visitor decides who dies. */
  deadSinkShareBefore: number;
  /** The same just before it came back. */
  deadSinkShareAfter: number;
  /** What was taken from the dying sink's bond while it was dead: it was paid and delivered nothing. */
  dyingSinkSlashedWei: string;
  /**
   * What the lying sink was paid over the last ten minutes (wei received by the chain's count, drained escrow included,
   * per second) over q times its true service rate; 1 means that declaring twice as much has brought it nothing, and 1.11
   * is what the rule of evidence leaves to chance where all work is acknowledged.
   */
  liarRateOverTrueRate: number;
  /** What was taken from the bond of the sink that is dead from the beginning and goes on signalling. */
  deadSinkSlashedWei: string;
  /** How often it was slashed. */
  deadSinkSlashes: number;
  /** Slashes of all sinks but the lying, the dead, and the dying one while it is dead. */
  honestSlashes: number;
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
  const { totals, audit, deadSink, liar, slashes, workshop } = result;
  const slashesOf = (who: { stage: number; agent: number }) =>
    slashes.filter(({ stage, agent }) => stage === who.stage && agent === who.agent);
  const sumOf = (some: EconomyResult["slashes"]): string => String(some.reduce((sum, { wei }) => sum + wei, 0n));
  return {
    conserved: missing(totals) === 0n && !audit.violations.some(({ invariant }) => invariant === "I1"),
    streamedWei: String(totals.streamed),
    slashedWei: String(totals.slashed),
    receivedWei: String(totals.received),
    escrowWei: String(totals.escrow),
    returnedWei: String(totals.returned),
    feeWei: String(totals.fee),
    dustWei: String(totals.dust),
    maxFlowPerUnitOverQ: audit.highest.confirmed,
    maxFlowPerUnitOverQUnconfirmed: audit.highest.unconfirmed,
    deadSinkShareBefore: deadSink.shareBefore,
    deadSinkShareAfter: deadSink.shareAfter,
    dyingSinkSlashedWei: sumOf(slashesOf(DYING)),
    liarRateOverTrueRate: Math.round((liar.paid / liar.rate) * 1e6) / 1e6,
    deadSinkSlashedWei: sumOf(slashesOf(DEAD)),
    deadSinkSlashes: slashesOf(DEAD).length,
    honestSlashes: slashes.filter((slash) =>
      options.interactive ? hitsHonestVisited(slash, result.frames) : hitsHonest(slash, timelineOf(options.minutes)),
    ).length,
    arrivedRequests: workshop.counts.arrived,
    servedRequests: workshop.counts.served,
    turnedAwayRequests: workshop.counts.turnedAway,
    waitingRequests: workshop.counts.waiting,
    medianLatencySeconds: median(workshop.latencies),
    stages: STAGES.map((plan, index) => summariseStage(plan.name, index, result)),
    transactions: result.transactions,
    minutes: options.interactive ? Math.round((result.frames.at(-1)?.sample.at ?? 0) / 60) : options.minutes,
    seed: options.seed,
    trace: options.trace ?? null,
    report: options.report,
    violations: audit.violations,
  };
}

function summariseStage(name: string, index: number, { totals, workshop }: EconomyResult): StageSummary {
  const wei = totals.stages[index];
  const { agents = [], payers = [] } = workshop.stages[index] ?? {};
  return {
    name,
    demandedTokens: payers.reduce((sum, { asked }) => sum + asked, 0),
    servedTokens: agents.reduce((sum, { served }) => sum + served, 0),
    streamedWei: String(wei?.streamed),
    slashedWei: String(wei?.slashed),
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
export function explain(
  summary: Summary,
  deadSink: EconomyResult["deadSink"],
  liar: Liar,
  timeline: Timeline,
): string[] {
  const money = (wei: string): string => formatMoney(BigInt(wei));
  const count = formatCount;
  const { conserved, deadSinkSlashes: times } = summary;
  const slashed =
    times === 0
      ? "not slashed yet, that takes longer than this run"
      : `slashed ${times === 1 ? "once" : `${times} times`}, ${money(summary.deadSinkSlashedWei)} USDCx of its bond`;
  return [
    `requests     ${count(summary.arrivedRequests)} arrived: ${count(summary.servedRequests)} became a report (half of them within ${summary.medianLatencySeconds} s), ` +
      `${count(summary.turnedAwayRequests)} were refunded, ${count(summary.waitingRequests)} wait`,
    `money        ${money(summary.streamedWei)} USDCx streamed, over all stages, + ${money(summary.slashedWei)} slashed`,
    `             = ${money(summary.receivedWei)} to agents + ${money(summary.escrowWei)} in escrow + ${money(summary.returnedWei)} returned + ${money(summary.feeWei)} fee`,
    `             ${conserved ? "equal to the last wei" : "NOT EQUAL"}, with ${summary.dustWei} wei of dust that could not be split (I1)`,
    `price        no unit was ever paid more than ${formatShare(summary.maxFlowPerUnitOverQ, 4)} of the cap (I2)`,
    ...(deadSink.shareBefore === 0
      ? []
      : [
          `${deadSink.name.padEnd(12)} had ${formatShare(summary.deadSinkShareBefore)} of its stage's pay when it died at ${formatTime(timeline.death)}, ` +
            `${formatShare(summary.deadSinkShareAfter)} before it came back at ${formatTime(timeline.revival)}`,
        ]),
    `${liar.name.padEnd(12)} declares ${formatThousands(liar.declares)}, delivers ${formatThousands(liar.rate)}, admits no backlog: paid ${formatThousands(liar.paid)} in the last 10 min, ${formatShare(summary.liarRateOverTrueRate)} of its true rate`,
    `${DEAD.name.padEnd(12)} delivers nothing and says it is fine: ${slashed}`,
    `slashing     ${summary.honestSlashes === 0 ? "no agent that delivers was ever slashed" : `${summary.honestSlashes} SLASHES OF AGENTS THAT DELIVER`}; ${deadSink.name} lost ${money(summary.dyingSinkSlashedWei)} USDCx while it was dead`,
    ...(summary.violations.length === 0
      ? ["invariants   I1, I2, I3 and I8 held in every block"]
      : summary.violations.map(({ invariant, reason }) => `VIOLATED     ${invariant}: ${reason}`)),
  ];
}
