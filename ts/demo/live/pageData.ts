import type { Frame } from "../frame.ts";
import { SOURCES, STAGES } from "../scenario.ts";

/** Who takes part, as the page draws it. */
export type Cast = {
  sources: readonly string[];
  stages: readonly { name: string; agents: readonly { name: string; rate: number; declares: number }[] }[];
};

/** What is in the page when it is opened. */
export type PageData = {
  cast: Cast;
  /** Length of the run, seconds; of an interactive one, the most. */
  end: number;
  /** The whole run, in a report; a live page hears of it. */
  frames: readonly Frame[];
  /** A live page listens; with a token, it also lets its visitor do something. */
  live?: { token?: string | undefined };
};

export function castOfScenario(): Cast {
  const stages = STAGES.map(({ name, agents }) => {
    return { name, agents: agents.map((agent) => ({ name: agent.name, rate: agent.rate, declares: agent.declares })) };
  });
  return { sources: SOURCES.map(({ name }) => name), stages };
}
