import type { Request } from "../demand.ts";
import type { FinalTotals } from "../finalTotals.ts";
import { type Timeline, UNIT_RATE } from "../scenario.ts";
import type { RequestCounts, Workshop } from "../workshop.ts";
import { replay } from "./replay.ts";
import { RULES, type Rule } from "./rules.ts";
import type { StageTotals } from "./stagePool.ts";

/** What one rule comes to. Amounts over all stages, decimal strings of wei. */
export type Outcome = Rule & {
  /** Requests that became a report; that were withdrawn because their money returned; that wait. */
  served: number;
  turnedAway: number;
  waiting: number;
  /** Seconds from a request to its report. */
  medianLatencySeconds: number;
  streamedWei: string;
  receivedWei: string;
  /** What agents were paid, less the price of all the work that they delivered until the end. */
  inVainWei: string;
  /** What was taken from bonds. */
  slashedWei: string;
  escrowWei: string;
  returnedWei: string;
  dustWei: string;
};

/** The same requests and agents under other rules. The first outcome is the protocol's. */
export type Counterfactual = {
  /** Whether the model, replaying what happened, came to what the chain said: each sum of each stage, and all requests. */
  equalsChain: boolean;
  outcomes: readonly Outcome[];
};

/** What a replay is held against. */
export type Happened = { totals: FinalTotals; workshop: Workshop };

/** Everything that a replay comes to, stage by stage. */
export type Replayed = { outcome: Outcome; stages: readonly StageTotals[] };

/** Replays everything under all rules. It takes some seconds each. */
export function replayAll(parameters: { requests: readonly Request[]; timeline: Timeline; seed: number }): Replayed[] {
  return RULES.map((rule) => {
    const { workshop, totals } = replay({ ...parameters, rule });
    return { outcome: outcomeOf(rule, workshop, totals), stages: totals };
  });
}

/** Holds the replay of what happened against what happened. */
export function compare(replayed: readonly Replayed[], happened: Happened): Counterfactual {
  const [protocol] = replayed;
  const equalsChain = protocol !== undefined && differences(protocol, happened).length === 0;
  return { equalsChain, outcomes: replayed.map(({ outcome }) => outcome) };
}

/** Where the two differ, in words. */
export function differences({ outcome, stages }: Replayed, { totals, workshop }: Happened): string[] {
  const found: string[] = [];
  const hold = (what: string, model: bigint | number, chain: bigint | number | undefined): void => {
    if (model !== chain) found.push(`${what} is ${model} in the model, was ${chain}`);
  };
  stages.forEach((model, index) => {
    const chain = totals.stages[index];
    for (const sum of ["streamed", "slashed", "received", "escrow", "returned"] as const) {
      hold(`${sum} of stage ${index}`, model[sum], chain?.[sum]);
    }
  });
  hold("dust", BigInt(outcome.dustWei), totals.dust);
  const counts = countsOf(workshop);
  for (const count of ["served", "turnedAway", "waiting", "medianLatencySeconds"] as const) {
    hold(count, outcome[count], counts[count]);
  }
  return found;
}

function outcomeOf(rule: Rule, workshop: Workshop, stages: readonly StageTotals[]): Outcome {
  const sum = (pick: keyof StageTotals): bigint => stages.reduce((total, stage) => total + stage[pick], 0n);
  return {
    ...rule,
    ...countsOf(workshop),
    streamedWei: String(sum("streamed")),
    receivedWei: String(sum("received")),
    inVainWei: String(sum("received") - deliveredBy(workshop)),
    slashedWei: String(sum("slashed")),
    escrowWei: String(sum("escrow")),
    returnedWei: String(sum("returned")),
    dustWei: String(sum("dust")),
  };
}

type Counts = Omit<RequestCounts, "arrived"> & { medianLatencySeconds: number };

function countsOf({ counts, medianLatency }: Workshop): Counts {
  const { served, turnedAway, waiting } = counts;
  return { served, turnedAway, waiting, medianLatencySeconds: medianLatency };
}

/** The price of all the work that was delivered, wei. */
function deliveredBy({ stages }: Workshop): bigint {
  const tokens = stages.flatMap(({ agents }) => agents).reduce((sum, { served }) => sum + served, 0);
  return BigInt(tokens) * UNIT_RATE;
}
