import type { Sample } from "./sample.ts";
import { DYING, STAGES, TERMS, type Timeline } from "./scenario.ts";

/** Something worth a line of its own. */
export type Event = {
  /** Seconds after the start. */
  at: number;
  text: string;
};

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
  add(
    crossed(timeline.revival),
    `${DYING.name} is back: it serves what it was paid for and signals again`,
    timeline.revival,
  );
  for (const [index, { name }] of STAGES.entries()) {
    const returned = now.stages[index]?.returned ?? 0;
    add(
      returned > 0 && (before?.stages[index]?.returned ?? 0) === 0,
      `the escrow of ${name} is full: what nobody can serve now goes back to the sources`,
    );
  }
  return events;
}
