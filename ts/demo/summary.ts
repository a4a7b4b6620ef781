import { InvariantError } from "../core/errors.ts";
import { NO_BREAK, wrap } from "../core/wrap.ts";
import type { Counterfactual } from "./counterfactual/counterfactual.ts";
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
  /** What would have become of the same requests without the protocol; null if that was not computed. */
  counterfactual: Counterfactual | null;
  /** Invariants that did not hold; empty if all is well. */
  violations: { invariant: string; reason: string }[];
};

/** Puts the summary together. */
export function summarise(result: EconomyResult, options: Options, counterfactual: Counterfactual | null): Summary {
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
    medianLatencySeconds: workshop.medianLatency,
    stages: STAGES.map((plan, index) => summariseStage(plan.name, index, result)),
    transactions: result.transactions,
    minutes: options.interactive ? Math.round((result.frames.at(-1)?.sample.at ?? 0) / 60) : options.minutes,
    seed: options.seed,
    trace: options.trace ?? null,
    report: options.report,
    counterfactual,
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

/**
 * Fails if anything that must always hold did not.
 * @throws {InvariantError} naming the first one.
 */
export function assertSound({ violations: [first] }: Summary): void {
  if (first) throw new InvariantError(first.invariant, first.reason);
}

/** Columns of what a line is about. */
const LABEL = 13;

/** The same for people, in lines that fit a screen. */
export function explain(
  summary: Summary,
  deadSink: EconomyResult["deadSink"],
  liar: Liar,
  timeline: Timeline,
): string[] {
  const about = (label: string, text: string): string => wrap(`  ${label.padEnd(LABEL)}${text}`, 2 + LABEL);
  return [
    about("requests", requestsOf(summary)),
    about("money", moneyOf(summary)),
    about("price", `no unit was ever paid more than ${formatShare(summary.maxFlowPerUnitOverQ)} of the cap (I2)`),
    ...(deadSink.shareBefore === 0
      ? []
      : [
          about(
            deadSink.name,
            `had ${formatShare(deadSink.shareBefore)} of its stage's pay when it died at ${formatTime(timeline.death)}, ` +
              `${formatShare(deadSink.shareAfter)} before it came back at ${formatTime(timeline.revival)}`,
          ),
        ]),
    about(
      liar.name,
      `declares ${formatThousands(liar.declares)}, delivers ${formatThousands(liar.rate)}, admits no backlog: paid ` +
        `${formatThousands(liar.paid)} in the last 10 min, ${formatShare(summary.liarRateOverTrueRate)} of its true rate`,
    ),
    about(DEAD.name, `delivers nothing and says it is fine: ${deadSlashesOf(summary)}`),
    about("slashing", slashingOf(summary, deadSink.name)),
    ...(summary.violations.length === 0
      ? [about("invariants", "I1, I2, I3 and I8 held in every block")]
      : summary.violations.map(({ invariant, reason }) => about("VIOLATED", `${invariant}: ${reason}`))),
  ];
}

function requestsOf(summary: Summary): string {
  const count = formatCount;
  return (
    `${count(summary.arrivedRequests)} arrived: ${count(summary.servedRequests)} became a report ` +
    `(half of them within ${summary.medianLatencySeconds} s), ${count(summary.turnedAwayRequests)} were refunded, ` +
    `${count(summary.waitingRequests)} wait`
  );
}

function moneyOf(summary: Summary): string {
  const part = (wei: string, what: string): string => `${money(wei)}${NO_BREAK}${what}`;
  const parts = [
    part(summary.receivedWei, `to${NO_BREAK}agents`),
    part(summary.escrowWei, `in${NO_BREAK}escrow`),
    part(summary.returnedWei, "returned"),
    part(summary.feeWei, "fee"),
  ];
  const equal = summary.conserved ? "equal to the last wei" : "NOT EQUAL";
  return [
    `${money(summary.streamedWei)} USDCx streamed, over all stages, + ${part(summary.slashedWei, "slashed")}`,
    `= ${parts.join(` +${NO_BREAK}`)}`,
    `${equal}, with ${formatCount(BigInt(summary.dustWei))} wei of dust that could not be split (I1)`,
  ].join(`\n${" ".repeat(2 + LABEL)}`);
}

function deadSlashesOf({ deadSinkSlashes: times, deadSinkSlashedWei }: Summary): string {
  if (times === 0) return "not slashed yet, that takes longer than this run";
  return `slashed ${times === 1 ? "once" : `${times} times`}, ${money(deadSinkSlashedWei)} USDCx of its bond`;
}

function slashingOf({ honestSlashes, dyingSinkSlashedWei }: Summary, dying: string): string {
  const honest =
    honestSlashes === 0 ? "no agent that delivers was ever slashed" : `${honestSlashes} SLASHES OF AGENTS THAT DELIVER`;
  return `${honest}; ${dying} lost ${money(dyingSinkSlashedWei)} USDCx while it was dead`;
}

function money(wei: string): string {
  return formatMoney(BigInt(wei));
}
