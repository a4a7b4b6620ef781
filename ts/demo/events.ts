import type { Sample } from "./sample.ts";
import { STAGES } from "./scenario.ts";

/** Something worth a line of its own. */
export type Event = {
  /** Seconds after the start. */
  at: number;
  text: string;
  /** What charts call it, if it comes from outside: "Atlas dies". */
  mark?: string;
  /** Only for who looks closely: the page tells it, the terminal does not. */
  detail?: boolean;
};

/** A slash as people read it. */
type SampledSlash = { at: number; stage: number; name: string; tokens: number };

/** Who was slashed between two samples. */
export function slashesBetween(before: Sample | undefined, now: Sample): SampledSlash[] {
  return STAGES.flatMap(({ agents }, stage) =>
    agents.map(({ name }, agent) => {
      const slashed = (sample: Sample | undefined): number => sample?.stages[stage]?.slashed[agent] ?? 0;
      return { at: now.at, stage, name, tokens: slashed(now) - slashed(before) };
    }),
  ).filter(({ tokens }) => tokens > 0);
}
