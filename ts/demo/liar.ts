import { LIAR, STAGES, UNIT_RATE, type Units } from "./scenario.ts";
import type { State } from "./state.ts";

/** What came of the sink that declares more than it serves. Rates in tokens per second. */
export type Liar = {
  name: string;
  stage: string;
  declares: Units;
  /** What it really serves when it has work, on average. */
  rate: Units;
  /** What it was paid over the last `LIAR_WINDOW` seconds, drained escrow included. */
  paid: number;
};

/** The liar's pay is averaged over this long, seconds: units move in steps of at least a twentieth. */
export const LIAR_WINDOW = 600;

/** What the liar was paid between two looks at the chain. */
export function judgeLiar(before: State, after: State): Liar {
  const { name, agents } = STAGES[LIAR.stage];
  const { declares, rate } = agents[LIAR.agent] as (typeof agents)[number];
  const received = ({ stages }: State): bigint => stages[LIAR.stage]?.sinks[LIAR.agent]?.received ?? 0n;
  const tokens = Number((received(after) - received(before)) / UNIT_RATE);
  return { name: LIAR.name, stage: name, declares, rate, paid: tokens / (after.timestamp - before.timestamp) };
}
