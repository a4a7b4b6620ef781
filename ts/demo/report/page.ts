import type { DeadSink } from "../deadSink.ts";
import { formatCount, formatMoney, formatShare, formatThousands, formatTime } from "../format.ts";
import type { Liar } from "../liar.ts";
import type { Sample } from "../sample.ts";
import { DEAD, LIAR, STAGES, type Timeline } from "../scenario.ts";
import type { Summary } from "../summary.ts";
import {
  ALERT,
  backlogChart,
  type Chart,
  DASHES,
  escrowChart,
  INK,
  payChart,
  priceChart,
  SERIES,
  SLASH,
  shockNames,
  shockTimes,
  truthChart,
} from "./charts.ts";
import { STYLE } from "./style.ts";

export type ReportParameters = {
  summary: Summary;
  samples: readonly Sample[];
  timeline: Timeline;
  deadSink: DeadSink;
  liar: Liar;
};

/** Something that is explained beside its picture. */
type Panel = { title: string; chart: Chart; legend: Key[]; text: string[] };
type Key = { label: string; color: string; line?: string; sign?: string };

/** Writes the report as one HTML file that needs nothing else. */
export function renderReport(parameters: ReportParameters): string {
  const { summary, samples, timeline } = parameters;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backpressure Economics: ${summary.minutes} minutes of an economy of AI agents</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${intro(parameters)}
${tiles(parameters)}
<h2>Who is paid what</h2>
${STAGES.map((_, stage) => renderPanel(payPanel(samples, stage, timeline))).join("\n")}
<p class="note">${windowNote(summary)}</p>
<h2>Who tells the truth</h2>
${renderPanel(truthPanel(parameters))}
<h2>What waits</h2>
${renderPanel(escrowPanel(samples, timeline))}
${renderPanel(backlogPanel(samples, timeline))}
<h2>What it costs</h2>
${renderPanel(pricePanel(samples, timeline))}
<h2>Where the money went</h2>
${moneyTable(summary)}
${origin(summary)}
</main>
</body>
</html>
`;
}

function intro({ summary, timeline }: ReportParameters): string {
  const shocks = shockTimes(timeline).map((time, index) => `<strong>${time}</strong> ${shockNames()[index]}`);
  return `<h1>Who gets paid when not everybody can deliver?</h1>
<p class="lead">Two sources pay for reports by the second. Ten AI agents make them in three stages:
${STAGES.map(({ name, work }) => `<em>${name}</em> (${work})`).join(", ")}. Each agent says what it can serve and how far
behind it is; the protocol splits the stream accordingly, holds back what nobody can absorb, and returns what is too
much. These are ${summary.minutes} minutes of it, on a local chain with the real Superfluid contracts.</p>
<p>Three things happen: ${shocks.join(", ")}. And two of the agents do not do what they say: <strong>${LIAR.name}</strong>
declares twice what it can serve, and <strong>${DEAD.name}</strong> serves nothing at all.</p>`;
}

function tiles({ summary, deadSink, liar }: ReportParameters): string {
  const share = `${formatShare(deadSink.shareBefore, 0)} → ${formatShare(deadSink.shareAfter)}`;
  const items = [
    tile(formatCount(summary.servedRequests), `reports made of ${formatCount(summary.arrivedRequests)} requests`),
    tile(
      summary.conserved ? "to the wei" : "not conserved",
      `${formatMoney(BigInt(summary.streamedWei), 2)} USDCx streamed, all of it accounted for on chain`,
      summary.conserved ? "good" : "bad",
    ),
    tile(share, `of ${deadSink.stage}'s pay went to ${deadSink.name}: when it died, and before it came back`),
    tile(
      formatShare(summary.liarRateOverTrueRate),
      `of what it really serves is what ${liar.name} is paid for in the end, though it declares twice as much`,
    ),
    tile(
      `${formatMoney(BigInt(summary.deadSinkSlashedWei), 2)} USDCx`,
      `of its bond has ${DEAD.name} lost, who was paid and did nothing; agents that deliver lost ${summary.honestSlashes === 0 ? "nothing" : `theirs ${summary.honestSlashes} times`}`,
      summary.honestSlashes === 0 ? "" : "bad",
    ),
    tile(
      formatShare(Math.floor(summary.maxFlowPerUnitOverQ * 1e4) / 1e4, 2),
      "of the price cap was the most that any unit was paid",
      summary.maxFlowPerUnitOverQ <= 1 ? "good" : "bad",
    ),
  ];
  return `<div class="tiles">${items.join("")}</div>`;
}

function tile(value: string, text: string, kind = ""): string {
  return `<div class="tile ${kind}"><strong>${value}</strong><span>${text}</span></div>`;
}

const PAY_TEXTS = [
  [
    "The areas are what each agent is paid; the solid line is what streams in. Where the line is above the areas, the rest goes into the escrow.",
    "At first, capacity (dashed) ramps up: a newcomer has to show for some minutes that it is there. Later the line leaves the areas although capacity is there: the next stage cannot take more, and paying for work that would only pile up there helps nobody.",
    "Tempo believes that it can do 30 % more than it can, until it has measured: then it declares, and is paid, what it really does. Ghost, on top, does nothing for its pay, and loses it.",
  ],
  [
    "When Atlas dies nobody is told. It goes on being paid until its last signal is three minutes old; then its capacity, and its pay with it, shrinks by 30 % a minute. A keeper's public call is all it takes. If it stays away, what it was paid meanwhile is taken from its bond.",
    "The others are paid more where they have capacity to spare, and never beyond it: the areas stay below the dashed line.",
    "Back again, Atlas has to show for some minutes that it is there, like a newcomer.",
  ],
  [
    "The last stage sees the shocks through the one before: when fewer summaries are made, fewer reports are paid for.",
    "Folio could serve 900 tokens per second, but its bond backs only 750, so it is paid for 750 at most.",
  ],
] as const;

function payPanel(samples: readonly Sample[], stage: number, timeline: Timeline): Panel {
  const { name, agents } = STAGES[stage] as (typeof STAGES)[number];
  return {
    title: `${stage + 1}. ${name}`,
    chart: payChart(samples, stage, timeline),
    legend: [
      ...agents.map((agent, index) => ({ label: agent.name, color: SERIES[index] as string })),
      { label: "inflow", color: INK, line: "none" },
      { label: "capacity", color: INK, line: "6,4" },
      ...(stage === STAGES.length - 1 ? [] : [SLASH_KEY]),
    ],
    text: [...(PAY_TEXTS[stage] ?? [])],
  };
}

const SLASH_KEY: Key = { label: "slashed", color: ALERT, sign: SLASH };

function truthPanel({ samples, timeline, liar }: ReportParameters): Panel {
  const paid = formatThousands(liar.paid);
  return {
    title: "Pay follows delivered work, not words",
    chart: truthChart(samples, timeline),
    legend: [
      { label: `pay of ${LIAR.name}`, color: SERIES[LIAR.agent], line: "none" },
      { label: `pay of ${DEAD.name}`, color: SERIES[DEAD.agent], line: "none" },
      { label: `what ${LIAR.name} declares`, color: INK, line: "1,4" },
      { label: `what ${LIAR.name} really serves`, color: INK, line: "6,4" },
      SLASH_KEY,
    ],
    text: [
      `${LIAR.name} declares ${formatThousands(liar.declares)} thousand tokens per second, has the bond for it, can serve ${formatThousands(liar.rate)}, and admits no backlog. ${DEAD.name} serves nothing and signals that all is well.`,
      "Once a minute, payers and agents sign receipts for what was delivered. What an agent was paid for and, compared with the others, has no receipts for is its backlog, whatever it says: it loses units.",
      `${LIAR.name} is over-paid when its pool is full, until what it owes has cost it the units that it should never have had: over the last ten minutes it was paid ${paid}. A tenth less than what the others deliver for their pay is left to chance, and it takes that.`,
      `${DEAD.name} loses its units and, after three windows of receipts in a row that close beyond the horizon, a part of its bond: what it was paid for nothing and 10 %. The escrow passes it on to those who deliver.`,
    ],
  };
}

function escrowPanel(samples: readonly Sample[], timeline: Timeline): Panel {
  return {
    title: "Money that nobody can earn yet",
    chart: escrowChart(samples, timeline),
    legend: [...stageKeys(), { label: "returned to the sources so far", color: INK, line: "6,4" }],
    text: [
      "What the agents cannot absorb is neither dropped nor paid out: it waits in the escrow buffer, and drains to them as soon as they have capacity to spare.",
      "When it holds five minutes of the stage's full pay, the rest goes back to the sources, to each in proportion to what it streamed. They then withdraw the requests that the money was for.",
    ],
  };
}

function backlogPanel(samples: readonly Sample[], timeline: Timeline): Panel {
  return {
    title: "Work that is ordered and not done",
    chart: backlogChart(samples, timeline),
    legend: stageKeys(),
    text: [
      "Who pays orders its next task from the agent that owes it most, of those that answer, and has no more in flight with each than it does in half a minute. Agents take orders from who has paid them.",
      "It is little, because nobody is asked for more than it was paid for. What Ghost and, while it is dead, Atlas are paid for nobody can order from anybody.",
      "Agents signal their backlog with their capacity, every minute, hidden first and revealed a block later. Whoever is behind gets less new work: that is the backpressure.",
    ],
  };
}

function pricePanel(samples: readonly Sample[], timeline: Timeline): Panel {
  return {
    title: "The price of a token",
    chart: priceChart(samples, timeline),
    legend: stageKeys().map((key, index) => ({ ...key, line: DASHES[index] as string })),
    text: [
      "Below the cap, all money that streams in is paid out at once, and the price follows demand. At the cap the stage is full: more money raises the escrow, not the price.",
      "When a later stage is the bottleneck, the price of the earlier one is held down, so that its agents do not earn with work that cannot go on.",
    ],
  };
}

function stageKeys(): Key[] {
  return STAGES.map(({ name }, index) => ({ label: name, color: SERIES[index] as string }));
}

function renderPanel({ title, chart, legend, text }: Panel): string {
  const keys = legend.map((key) => `<li>${swatch(key)}${key.label}</li>`);
  const numbers = shockNames().map((name, index) => `${index + 1} ${name}`);
  return `<section class="panel">
<figure>
<div class="wide">${chart.wide}</div><div class="narrow">${chart.narrow}<p class="note">${numbers.join(" · ")}</p></div>
<ul class="legend">${keys.join("")}</ul>
</figure>
<div><h3>${title}</h3>${text.map((paragraph) => `<p>${paragraph}</p>`).join("")}</div>
</section>`;
}

function swatch({ color, line, sign }: Key): string {
  if (sign !== undefined) return `<strong style="color:${color}">${sign}</strong>`;
  const shape =
    line === undefined
      ? `<rect width="26" height="12" rx="3" fill="${color}"/>`
      : `<line x2="26" y1="6" y2="6" stroke="${color}" stroke-width="2.5" stroke-dasharray="${line}"/>`;
  return `<svg class="swatch" width="26" height="12" aria-hidden="true">${shape}</svg>`;
}

function windowNote({ maxFlowPerUnitOverQUnconfirmed }: Summary): string {
  return `Every minute the sources change their streams. A jump counts once money has confirmed it, 12 seconds later, so that
nobody can fake one; until then agents may be paid more than the cap, here up to ${maxFlowPerUnitOverQUnconfirmed.toFixed(1)}
times, for seconds. The charts of pay and price leave out these moments.`;
}

function moneyTable(summary: Summary): string {
  const cells = (of: Omit<Summary["stages"][number], "name">): string => {
    const amounts = [of.streamedWei, of.slashedWei, of.receivedWei, of.escrowWei, of.returnedWei, of.feeWei];
    return amounts.map((wei) => `<td>${formatMoney(BigInt(wei))}</td>`).join("");
  };
  const tokens = ({ demandedTokens, servedTokens }: Summary["stages"][number]): string => {
    return [demandedTokens, servedTokens].map((count) => `<td>${formatCount(count)}</td>`).join("");
  };
  const rows = summary.stages.map((stage) => `<tr><td>${stage.name}</td>${cells(stage)}${tokens(stage)}</tr>`);
  const total = { ...summary, demandedTokens: 0, servedTokens: 0, feeWei: summary.feeWei };
  const verdict = summary.conserved
    ? `Streamed and slashed are equal to the sum of the rest <strong>to the last wei</strong>, with ${formatCount(BigInt(summary.dustWei))} wei of dust that could not be split evenly.`
    : `<strong>The sums differ.</strong> ${summary.violations.map(({ reason }) => reason).join("; ")}`;
  return `<div class="panel" style="grid-template-columns:minmax(0,1fr)">
<div class="scroll"><table>
<thead><tr><th>USDCx</th><th>streamed in</th><th>slashed</th><th>to agents</th><th>in escrow</th><th>returned</th><th>fee</th><th>tokens asked</th><th>tokens served</th></tr></thead>
<tbody>${rows.join("")}</tbody>
<tfoot><tr><td>all stages</td>${cells(total)}<td></td><td></td></tr></tfoot>
</table></div>
<p>${verdict} Streamed is what Superfluid's events say, rate times time; all the rest is read from the contracts. Agents pay
half of what they earn on to the next stage, so money that passes two stages counts in both.</p>
</div>`;
}

function origin({ seed, trace, minutes, transactions, medianLatencySeconds }: Summary): string {
  const demand = trace === null ? `the built-in generator with seed ${seed}` : `the trace ${escapeHtml(trace)}`;
  return `<p class="note">Requests come from ${demand}; half of the reports were ready within ${medianLatencySeconds} seconds.
${formatCount(transactions)} transactions in ${formatTime(minutes * 60)} of chain time. The same command with the same seed
gives exactly this report again.</p>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
