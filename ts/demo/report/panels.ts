import { formatThousands } from "../format.ts";
import { DEAD, LIAR, STAGES } from "../scenario.ts";
import { escapeHtml } from "./html.ts";

/** The charts' places, with what each of them shows in words. The page's script draws them. */

/** Something that is explained beside its picture. */
type Panel = { title: string; chart: string; legend: Key[]; text: readonly string[] };
type Key = { label: string; color: string; line?: string; sign?: string };

const INK = "currentColor";
const SLASH_KEY: Key = { label: "slashed", color: "var(--alert)", sign: "✕" };
const STAGE_LINES = ["none", "7,3", "2,3"] as const;

/** As the page's script has them. */
const agentColour = (stage: number, agent: number): string => `var(--agent-${stage * 4 + agent})`;
const stageColour = (stage: number): string => `var(--stage-${stage})`;

const PAY_TEXTS = [
  [
    "The areas are what each agent is paid; the solid line is what streams in. Where the line is above the areas, the rest goes into the escrow.",
    "At first, capacity (dashed) ramps up: a newcomer has to show for some minutes that it is there. Later the line leaves the areas although capacity is there: the next stage cannot take more, and paying for work that would only pile up there helps nobody.",
    "Tempo believes that it can do 30 % more than it can, until it has measured: then it declares, and is paid, what it really does. Ghost, on top, does nothing for its pay, and loses it.",
  ],
  [
    "When an agent like Atlas dies nobody is told. It goes on being paid until its last signal is five minutes old; then its capacity, and its pay with it, shrinks by 30 % a minute. A keeper's public call is all it takes. If it stays away, what it was paid meanwhile is taken from its bond.",
    "The others are paid more where they have capacity to spare, and never beyond it: the areas stay below the dashed line.",
    "Back again, it has to show for some minutes that it is there, like a newcomer.",
  ],
  [
    "The last stage sees the shocks through the one before: when fewer summaries are made, fewer reports are paid for.",
    "Folio could serve 900 tokens per second, but its bond backs only 750, so it is paid for 750 at most.",
  ],
] as const;

/** All charts of the page, under their headings. */
export function renderPanels(): string {
  return `<h2>Who is paid what</h2>
${STAGES.map((_, stage) => renderPanel(payPanel(stage))).join("\n")}
<h2>Who tells the truth</h2>
${renderPanel(truthPanel())}
<h2>What waits</h2>
${WAITING.map(renderPanel).join("\n")}
<h2>What it costs</h2>
${renderPanel(PRICE)}`;
}

function payPanel(stage: number): Panel {
  const { name, agents } = STAGES[stage] as (typeof STAGES)[number];
  return {
    title: `${stage + 1}. ${name}`,
    chart: `pay-${stage}`,
    legend: [
      ...agents.map((agent, index) => ({ label: agent.name, color: agentColour(stage, index) })),
      { label: "inflow", color: INK, line: "none" },
      { label: "capacity", color: INK, line: "6,4" },
      SLASH_KEY,
    ],
    text: PAY_TEXTS[stage] ?? [],
  };
}

function truthPanel(): Panel {
  const { declares, rate } = STAGES[LIAR.stage].agents[LIAR.agent] as (typeof STAGES)[number]["agents"][number];
  return {
    title: "Pay follows delivered work, not words",
    chart: "truth",
    legend: [
      { label: `pay of ${LIAR.name}`, color: agentColour(LIAR.stage, LIAR.agent), line: "none" },
      { label: `pay of ${DEAD.name}`, color: agentColour(DEAD.stage, DEAD.agent), line: "none" },
      { label: `what ${LIAR.name} declares`, color: INK, line: "1,4" },
      { label: `what ${LIAR.name} really serves`, color: INK, line: "6,4" },
      SLASH_KEY,
    ],
    text: [
      `${LIAR.name} declares ${formatThousands(declares)} thousand tokens per second, has the bond for it, can serve ${formatThousands(rate)}, and admits no backlog. ${DEAD.name} serves nothing and signals that all is well.`,
      "Once a minute, payers and agents sign receipts for what was delivered. What an agent was paid for and, compared with the others, has no receipts for is its backlog, whatever it says: it loses units.",
      `${LIAR.name} is over-paid when its pool is full, until what it owes has cost it the units that it should never have had. A tenth less than what the others deliver for their pay is left to chance, and it takes that.`,
      `${DEAD.name} loses its units and, after three windows of receipts in a row that close beyond the horizon, a part of its bond: what it was paid for nothing and 10 %. The escrow passes it on to those who deliver.`,
    ],
  };
}

const STAGE_KEYS: readonly Key[] = STAGES.map(({ name }, index) => ({ label: name, color: stageColour(index) }));

const WAITING: readonly Panel[] = [
  {
    title: "Money that nobody can earn yet",
    chart: "escrow",
    legend: [...STAGE_KEYS, { label: "returned to the sources so far", color: INK, line: "6,4" }],
    text: [
      "What the agents cannot absorb is neither dropped nor paid out: it waits in the escrow buffer, and drains to them as soon as they have capacity to spare.",
      "When it holds five minutes of the stage's full pay, the rest goes back to the sources, to each in proportion to what it streamed. They then withdraw the requests that the money was for.",
    ],
  },
  {
    title: "Work that is ordered and not done",
    chart: "backlog",
    legend: [...STAGE_KEYS],
    text: [
      "Who pays orders its next task from the agent that owes it most, of those that answer, and has no more in flight with each than it does in half a minute. Agents take orders from who has paid them.",
      "It is little, because nobody is asked for more than it was paid for. What Ghost and, while it is dead, Atlas are paid for nobody can order from anybody.",
      "Agents signal their backlog with their capacity, every minute, hidden first and revealed a block later. Whoever is behind gets less new work: that is the backpressure.",
    ],
  },
];

const PRICE: Panel = {
  title: "The price of a token",
  chart: "price",
  legend: STAGE_KEYS.map((key, index) => ({ ...key, line: STAGE_LINES[index] as string })),
  text: [
    "Below the cap, all money that streams in is paid out at once, and the price follows demand. At the cap the stage is full: more money raises the escrow, not the price.",
    "When a later stage is the bottleneck, the price of the earlier one is held down, so that its agents do not earn with work that cannot go on.",
  ],
};

function renderPanel({ title, chart, legend, text }: Panel): string {
  const keys = legend.map((key) => `<li>${swatch(key)}${escapeHtml(key.label)}</li>`);
  return `<section class="panel">
<figure><div class="chart" data-chart="${chart}"></div><p class="note numbers"></p><ul class="legend">${keys.join("")}</ul></figure>
<div><h3>${escapeHtml(title)}</h3>${text.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`).join("")}</div>
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
