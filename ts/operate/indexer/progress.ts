import { setTimeout as pause } from "node:timers/promises";

/** Milliseconds between two looks. */
const INTERVAL = 100;

/** Says where to ask, and, once everything that was there already is indexed, how fast that went. */
export async function tellProgress(url: string, out: (text: string) => void): Promise<void> {
  const get = (path: string) => fetch(url + path).catch(() => undefined);
  while (!(await get("/health"))?.ok) await pause(INTERVAL);
  out(`GraphQL ${url}/graphql, SQL ${url}/sql\n`);
  const before = process.cpuUsage();
  while (!(await get("/ready"))?.ok) await pause(INTERVAL);
  const metrics = (await (await get("/metrics"))?.text()) ?? "";
  const events = sumOf(metrics, "ponder_indexing_completed_events");
  // Of fetching and of indexing, which take turns; Ponder's own beginning and end are rounded to seconds.
  const seconds = Math.max(sumOf(metrics, "ponder_historical_concurrency_group_duration") / 1000, 0.001);
  const { user, system } = process.cpuUsage(before);
  const processor = ((user + system) / 1e6).toFixed(1);
  const speed = `${Math.round(events / seconds)} a second; ${processor} s of processor time`;
  out(`indexed ${events} events in ${seconds.toFixed(1)} s, ${speed}. Now it follows the chain\n`);
}

/** The sum of all series of a metric in Prometheus's text form. */
export function sumOf(metrics: string, name: string): number {
  const lines = metrics.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}
