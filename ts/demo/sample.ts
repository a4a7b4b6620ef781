import { START, UNIT_RATE, WAD } from "./scenario.ts";
import type { StageState, State } from "./state.ts";
import type { WorkStage, Workshop } from "./workshop.ts";

/** What one stage looks like at one moment. Money is counted in the tokens that it pays for at the full price. */
export type StageSample = {
  /** What streams into the pool, tokens per second. */
  inflow: number;
  /** What each sink is paid, tokens per second. */
  sinks: readonly number[];
  /** U: what the sinks can be paid together, tokens per second. */
  capacity: number;
  /** Flow per unit as a share of q. */
  price: number;
  /** In the escrow, tokens. */
  escrow: number;
  /** Returned to the sources so far, tokens. */
  returned: number;
  /** What was taken from the bond of each sink so far, tokens. */
  slashed: readonly number[];
  /** Work that was paid for, was ordered, and is not done, tokens. */
  backlog: number;
};

/** What everything looks like at one moment. */
export type Sample = {
  /** Seconds after the start. */
  at: number;
  stages: readonly StageSample[];
};

/** Takes down what charts and tables need. */
export function sampleOf(state: State, workshop: Workshop): Sample {
  const stages = state.stages.map((stage, index) => sampleStage(stage, workshop.stages[index] as WorkStage));
  return { at: state.timestamp - START, stages };
}

function sampleStage(state: StageState, { agents }: WorkStage): StageSample {
  return {
    inflow: tokens(state.flow),
    sinks: state.sinks.map(({ flow }) => tokens(flow)),
    capacity: Number(state.sinkUnits),
    price: tokens(state.price),
    escrow: tokens(state.level),
    returned: tokens(state.returned.reduce((sum, wei) => sum + wei, 0n)),
    slashed: agents.map(({ slashed }) => tokens(slashed)),
    backlog: agents.reduce((sum, { backlog }) => sum + backlog, 0),
  };
}

/** USDCx that an amount of tokens costs at the full price. */
export function usdcOf(tokens: number): number {
  return (tokens * Number(UNIT_RATE)) / Number(WAD);
}

/** Tokens that an amount of wei pays for, to six digits after the point. */
export function tokens(wei: bigint): number {
  return Number((wei * 1_000_000n) / UNIT_RATE) / 1e6;
}
