import type { Agent } from "./agent.ts";
import type { Drains } from "./drains.ts";
import type { Event } from "./events.ts";
import type { Market } from "./market.ts";
import { type Sample, sampleOf, tokens } from "./sample.ts";
import { EPOCH, SLOT } from "./scenario.ts";
import type { StageState, State } from "./state.ts";
import type { StreamLedger } from "./streamLedger.ts";
import type { RequestCounts, WorkStage, Workshop } from "./workshop.ts";

/** What an agent does: idle is one that signals and never delivers; a dead one does not even signal. */
export type Conduct = "honest" | "lies" | "idle" | "dead";

/** What moves in one stage at one moment. Rates in the tokens per second that they pay for at the full price. */
export type StageFrame = {
  /** What each of those who pay streams into the pool. */
  payers: readonly number[];
  /** What runs into the escrow, because nobody can absorb it. */
  toEscrow: number;
  /** What the escrow paid to the agents, and gave back to those who pay, on average over the last minute. */
  drained: number;
  returned: number;
  conduct: readonly Conduct[];
  /** Q by each agent's receipts, tokens: what it was paid for and has, so far, not shown to have done. */
  verifiedBacklog: readonly number[];
};

/** Everything that one step of the economy shows: what the page hears of it. */
export type Frame = {
  sample: Sample;
  stages: readonly StageFrame[];
  /** Demand over what was planned for the beginning: 2 once it has doubled. */
  demand: number;
  requests: RequestCounts;
  transactions: number;
  /** What has happened since the frame before. */
  events: readonly Event[];
};

/** The same, before somebody has said in words what has happened. */
export type Look = Omit<Frame, "events">;

export type LookParameters = {
  state: State;
  market: Market;
  ledger: StreamLedger;
  drains: Drains;
  workshop: Workshop;
  /** The looks until now. */
  before: readonly Look[];
  demand: number;
  transactions: number;
};

/** Takes down what the page needs. All rates come from the chain: from its events, or read from its contracts. */
export function lookAt({
  state,
  market,
  ledger,
  drains,
  workshop,
  before,
  demand,
  transactions,
}: LookParameters): Look {
  const sample = sampleOf(state, workshop);
  const minuteAgo = before.at(-EPOCH / SLOT)?.sample;
  const stages = market.stages.map(({ distributionPool, sources }, index): StageFrame => {
    const stage = state.stages[index] as StageState;
    const { agents } = workshop.stages[index] as WorkStage;
    const returned = (of: Sample | undefined): number => of?.stages[index]?.returned ?? 0;
    return {
      payers: sources.map(({ address }) => tokens(ledger.rateOf(distributionPool, address))),
      toEscrow: tokens(stage.escrowUnits * stage.price),
      drained: tokens(drains.since(index, state.timestamp - EPOCH)) / EPOCH,
      returned: (returned(sample) - returned(minuteAgo)) / EPOCH,
      conduct: agents.map(conductOf),
      verifiedBacklog: stage.sinks.map(({ verifiedBacklog }) => Number(verifiedBacklog)),
    };
  });
  return { sample, stages, demand, requests: { ...workshop.counts }, transactions };
}

function conductOf({ alive, lies, plan }: Agent): Conduct {
  if (!alive) return "dead";
  if (plan.rate === 0) return "idle";
  return lies ? "lies" : "honest";
}
