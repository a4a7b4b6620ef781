import { createHash } from "node:crypto";
import { formatTime } from "../format.ts";
import type { PageData } from "../live/pageData.ts";
import { DEAD, LIAR, STAGES } from "../scenario.ts";
import { embedJson } from "./html.ts";
import type { Outcome } from "./outcome.ts";
import { renderPanels } from "./panels.ts";
import { STYLE } from "./style.ts";

export type PageParameters = {
  data: PageData;
  /** What `bundlePage` made. */
  script: string;
  /** What came out, once it is known. */
  outcome?: Outcome;
};

/** The page of a run as one HTML file that needs nothing else: while it runs, and as its report. */
export function renderPage({ data, script, outcome }: PageParameters): string {
  const { live } = data;
  const interactive = live?.token !== undefined;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policy(script, live !== undefined)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Backpressure Economics: ${live === undefined ? `${data.end / 60} minutes of` : "live,"} an economy of AI agents</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#now">To the diagram</a>
<main>
<h1>Who gets paid when not everybody can deliver?</h1>
<p class="lead">Two sources pay for reports by the second. Ten AI agents make them in three stages:
${STAGES.map(({ name, work }) => `<em>${name}</em> (${work})`).join(", ")}. Each agent says what it can serve and how far
behind it is; the protocol splits the stream accordingly, holds back what nobody can absorb, and returns what is too
much. All of it is on a local chain with the real Superfluid contracts.</p>
<div id="tiles">${outcome?.tiles ?? ""}</div>
<section id="now" aria-labelledby="now-title" tabindex="-1">
<h2 id="now-title">Where the money goes, second by second</h2>
<p class="state"><strong id="clock">00:00</strong> <span>of ${interactive ? "a run that you end" : formatTime(data.end)}</span>
<span id="status" role="status"></span> <span id="requests" class="note"></span></p>
<p class="hint" id="hint">${interactive ? KILL_ONE : `${watch(data)} To kill one yourself: <code>npm start -- --interactive</code>`}</p>
<div id="replay" hidden></div>
<p class="latest" id="latest" aria-hidden="true"></p>
<div id="flow" class="flow${interactive ? " playable" : ""}"></div>
<p class="note">Widths are the rates on the chain. k/s: thousand tokens per second that are paid for; 1.00 costs 0.001 USDCx a
second. Agents pay half of what they earn on to the next stage.</p>
<div id="controls" class="controls" hidden></div>
</section>
<section aria-labelledby="events-title">
<h2 id="events-title">What happens</h2>
<div class="events" role="log" aria-label="Events, the latest first" tabindex="0"><ol id="events" reversed></ol></div>
</section>
${renderPanels()}
<div id="books">${outcome?.books ?? ""}</div>
</main>
<noscript>The charts are drawn by a script that is in this page.</noscript>
<script type="application/json" id="data">${embedJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

const KILL_ONE = `<strong>Kill an agent: click “kill” beside it.</strong> Its machine stops, and nobody is told. See how the money finds
out and goes elsewhere. ${DEAD.name} does nothing from the beginning, and ${LIAR.name} declares twice what it can do.`;

function watch({ frames, live }: PageData): string {
  const marks = frames.flatMap(({ events }) =>
    events.flatMap(({ at, mark }) => (mark ? [`${formatTime(at)} ${mark}`] : [])),
  );
  const story = live === undefined ? marks : [];
  const what =
    story.length > 0 ? `${story.join(", ")}.` : "On the way an agent dies, demand doubles, and the agent comes back.";
  return `${what} ${DEAD.name} does nothing from the beginning, and ${LIAR.name} declares twice what it can do.`;
}

/** Nothing is loaded from anywhere, and no script runs but ours. */
function policy(script: string, live: boolean): string {
  const hash = createHash("sha256").update(script).digest("base64");
  const rules = ["default-src 'none'", `script-src 'sha256-${hash}'`, "style-src 'unsafe-inline'", "img-src data:"];
  return [...rules, `connect-src ${live ? "'self'" : "'none'"}`, "base-uri 'none'", "form-action 'none'"].join("; ");
}
