import { castOfScenario } from "../live/pageData.ts";
import type { EconomyResult } from "../runEconomy.ts";
import type { Summary } from "../summary.ts";
import { csvOf, jsonOf, timeSeries } from "../timeSeries.ts";
import { bundlePage } from "./bundle.ts";
import { type Download, type Outcome, renderOutcome } from "./outcome.ts";
import { renderPage } from "./page.ts";

/** The report of a run: one HTML file that needs nothing else, and the part of it that a live page lacks. */
export async function renderReport(
  summary: Summary,
  { frames, deadSink, liar }: Pick<EconomyResult, "frames" | "deadSink" | "liar">,
): Promise<{ html: string; outcome: Outcome }> {
  const series = timeSeries(frames.map(({ sample }) => sample));
  const downloads: Download[] = [
    { name: "economy.csv", label: "Time series, CSV", type: "text/csv", text: csvOf(series) },
    { name: "economy.json", label: "Time series, JSON", type: "application/json", text: jsonOf(series) },
  ];
  const outcome = renderOutcome({ summary, deadSink, liar, downloads });
  const data = { cast: castOfScenario(), end: frames.at(-1)?.sample.at ?? 0, frames };
  return { html: renderPage({ data, script: await bundlePage(), outcome }), outcome };
}
