import { LIAR, STAGES, UNIT_RATE, type Units } from "./scenario.ts";
import type { State } from "./state.ts";
import type { Workshop } from "./workshop.ts";

/** What came of the sink that declares more than it serves. Rates in tokens per second. */
export type Liar = {
  name: string;
  stage: string;
  declares: Units;
  /** What it really served in that time: it never lacks work. */
  rate: Units;
  /** What it was paid over the last `LIAR_WINDOW` seconds, drained escrow included. */
  paid: number;
};

/** The liar's pay is averaged over this long, seconds: units move in steps of at least a twentieth. */
export const LIAR_WINDOW = 600;

/** What was known of it at one time: what it had received, and what it had done. */
export type LiarLook = { timestamp: number; received: bigint; served: number };

export function lookAtLiar({ timestamp, stages }: State, workshop: Pick<Workshop, "stages">): LiarLook {
  const received = stages[LIAR.stage]?.sinks[LIAR.agent]?.received ?? 0n;
  return { timestamp, received, served: workshop.stages[LIAR.stage]?.agents[LIAR.agent]?.served ?? 0 };
}

/** What the liar was paid and did between two looks. */
export function judgeLiar(before: LiarLook, after: LiarLook): Liar {
  const { name, agents } = STAGES[LIAR.stage];
  const { declares } = agents[LIAR.agent] as (typeof agents)[number];
  const tokens = Number((after.received - before.received) / UNIT_RATE);
  const seconds = after.timestamp - before.timestamp;
  const rate = (after.served - before.served) / seconds;
  return { name: LIAR.name, stage: name, declares, rate, paid: tokens / seconds };
}
