import { formatTokensAsMoney } from "./format.ts";
import type { Sample } from "./sample.ts";
import { DYING, STAGES, TERMS, type Timeline } from "./scenario.ts";

/** Something worth a line of its own. */
export type Event = {
  /** Seconds after the start. */
  at: number;
  text: string;
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

/** What has happened between two samples, in words. */
export function eventsBetween(before: Sample | undefined, now: Sample, timeline: Timeline): Event[] {
  const since = before?.at ?? -1;
  const crossed = (at: number): boolean => since < at && at <= now.at;
  const events: Event[] = [];
  const add = (happened: boolean, text: string, at = now.at): void => {
    if (happened) events.push({ at, text });
  };

  add(crossed(timeline.death), `${DYING.name}, the largest summariser, dies silently: nobody is told`, timeline.death);
  const dead = now.at > timeline.death && now.at < timeline.revival;
  const expired = timeline.death + TERMS.signalTimeToLive;
  add(
    dead && crossed(expired),
    `${DYING.name}'s last signal has expired: its capacity now shrinks by 30 % a minute`,
    expired,
  );
  const payOf = (sample: Sample | undefined): number => sample?.stages[DYING.stage]?.sinks[DYING.agent] ?? 0;
  add(dead && payOf(before) > 0 && payOf(now) === 0, `${DYING.name} is paid nothing any more`);
  add(crossed(timeline.doubling), "demand doubles", timeline.doubling);
  add(crossed(timeline.revival), `${DYING.name} is back: it serves and signals again`, timeline.revival);
  for (const [index, { name }] of STAGES.entries()) {
    const returned = now.stages[index]?.returned ?? 0;
    add(
      returned > 0 && (before?.stages[index]?.returned ?? 0) === 0,
      `the escrow of ${name} is full: what nobody can serve now goes back to the sources`,
    );
  }
  for (const { name, tokens } of slashesBetween(before, now)) {
    const lost = formatTokensAsMoney(tokens);
    add(true, `${name} is slashed: ${lost} USDCx of its bond, its unearned pay and 10 %, go to the escrow`);
  }
  return events;
}
