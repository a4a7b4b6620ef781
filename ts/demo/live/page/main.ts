import { formatCount, formatTime } from "../../format.ts";
import type { Frame } from "../../frame.ts";
import { BUFFER_SECONDS, capacityOf, STAGES } from "../../scenario.ts";
import type { Command } from "../command.ts";
import type { Message } from "../feed.ts";
import type { PageData } from "../pageData.ts";
import { ChartView } from "./charts/chartView.ts";
import { Controls } from "./controls.ts";
import { EventList } from "./eventList.ts";
import { FlowView } from "./flow/flowView.ts";
import type { AgentAction } from "./flow/labels.ts";
import { byId, element, sentenceOf } from "./look.ts";
import { Replay } from "./replay.ts";

/** The page: it listens to a run, or shows one that has ended. */
const data = JSON.parse(byId("data").textContent ?? "") as PageData;
const { live, cast } = data;
const interactive = live?.token !== undefined;
const frames: Frame[] = [...data.frames];

const controls = interactive ? new Controls(byId("controls"), send) : undefined;
const flow = new FlowView({
  ...{ host: byId("flow"), cast, fullAt: STAGES.map((stage) => capacityOf(stage) * BUFFER_SECONDS) },
  onAct: interactive ? act : undefined,
});
const charts = new ChartView(cast, interactive ? undefined : data.end);
const events = new EventList(byId("events"));
const replay = new Replay(byId("replay"), (frame) => show(frame));

function show(frame: Frame): void {
  flow.show(frame);
  const { sample, requests } = frame;
  showLatest(sample.at);
  byId("clock").textContent = formatTime(sample.at);
  byId("requests").textContent =
    `${formatCount(requests.served)} of ${formatCount(requests.arrived)} requests have become a report, ${formatCount(requests.waiting)} wait, ${formatCount(requests.turnedAway)} were refunded`;
}

/** What has happened last, next to the picture of it; the list says the same to those who do not see. */
function showLatest(until: number): void {
  const latest = frames.findLast(({ sample, events }) => sample.at <= until && events.length > 0)?.events.at(-1);
  if (latest === undefined) return;
  byId("latest").replaceChildren(element("time", "", formatTime(latest.at)), sentenceOf(latest.text));
}

/** What the state of the run is called. */
function say(state: string, text: string): void {
  const status = byId("status");
  status.textContent = text;
  status.dataset.state = state;
}

function hear(messages: readonly Message[]): void {
  let latest: Frame | undefined;
  for (const message of messages) {
    if (message.kind === "frame") {
      latest = message.frame;
      frames.push(latest);
      events.add(latest.events);
    } else if (message.kind === "step") say("prepares", `Preparing: ${message.name}`);
    else if (message.kind === "speed") controls?.setSpeed(message.speed);
  }
  if (latest !== undefined) {
    say("live", "Live");
    controls?.setDemand(latest.demand);
    show(latest);
    charts.show(frames);
  }
  for (const message of messages) {
    if (message.kind === "failed") finish("failed", `It ended with an error: ${sentenceOf(message.text)}`);
    if (message.kind !== "outcome") continue;
    byId("tiles").innerHTML = message.outcome.tiles;
    byId("books").innerHTML = message.outcome.books;
    finish("ended", "The run has ended; this page is its report");
  }
}

function finish(state: string, text: string): void {
  source?.close();
  say(state, text);
  controls?.end();
  // Nothing can be done any more, and nobody is invited to.
  if (interactive) byId("hint").hidden = true;
  byId("flow").classList.remove("playable");
  charts.drawNow();
  replay.offer(frames);
}

function act({ stage, agent, act }: AgentAction): void {
  const conduct = frames.at(-1)?.stages[stage]?.conduct[agent];
  if (act === "kill") void send({ do: conduct === "dead" ? "revive" : "kill", stage, agent });
  else void send({ do: conduct === "lies" ? "be honest" : "lie", stage, agent });
}

async function send(command: Command): Promise<void> {
  const headers = { "content-type": "application/json", "x-token": live?.token ?? "" };
  const answer = await fetch("command", { method: "POST", headers, body: JSON.stringify(command) }).catch(
    () => undefined,
  );
  if (answer?.ok !== true) say("lost", "The run did not take that");
}

let source: EventSource | undefined;
if (live !== undefined) {
  say("waits", "Waiting for the run");
  source = new EventSource("events");
  source.onmessage = ({ data: text }) => hear(JSON.parse(text as string) as Message[]);
  // A run on this machine that does not answer has ended, and another may be there next.
  source.onerror = () => finish("lost", "The run was stopped");
} else {
  say("ended", "Report");
  for (const frame of frames) events.add(frame.events);
  charts.show(frames);
  charts.drawNow();
  replay.offer(frames);
}
