import type { Frame } from "../../../frame.ts";
import type { Cast } from "../../pageData.ts";
import { agentColour } from "../look.ts";
import { type AgentAction, AgentLabel, EscrowLabel, Label, PoolLabel } from "./labels.ts";
import { between, fitting, layOut, type Room, ratesOf, type StageLayout, type StageRates } from "./layout.ts";
import { Pen } from "./pen.ts";
import { roomFor } from "./room.ts";

const SVG = "http://www.w3.org/2000/svg";
/** Milliseconds for a change of widths. */
const EASE = 300;

export type FlowParameters = {
  host: HTMLElement;
  cast: Cast;
  /** When the escrow of each stage is full, tokens. */
  fullAt: readonly number[];
  /** Hears of what a visitor does to an agent; without it there is nothing to do. */
  onAct?: ((action: AgentAction) => void) | undefined;
};

/** The flow diagram: widths are the rates of the frame that is shown. */
export class FlowView {
  readonly #parameters: FlowParameters;
  readonly #svg = document.createElementNS(SVG, "svg");
  readonly #sources: { label: Label; bar: SVGRectElement }[];
  readonly #stages: StageView[];
  readonly #back = new Label("source", "back to them");
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  #shown: StageRates[] = [];
  #target: StageRates[] = [];
  /** The highest rate so far, tokens per second: as thick as there is room for. */
  #most: number;
  #easing = 0;

  constructor(parameters: FlowParameters) {
    this.#parameters = parameters;
    const { host, cast, fullAt, onAct } = parameters;
    this.#svg.setAttribute("aria-hidden", "true");
    host.append(this.#svg);
    this.#most = 1.3 * (cast.stages[0]?.agents.reduce((sum, { rate }) => sum + rate, 0) ?? 1);
    this.#stages = cast.stages.map((_, stage) => new StageView(this.#svg, cast, stage, fullAt[stage] ?? 1, onAct));
    this.#sources = cast.sources.map((name) => ({
      label: new Label("source", name),
      bar: shape(this.#svg, "rect", "bar"),
    }));
    host.append(
      ...this.#sources.map(({ label }) => label.box),
      this.#back.box,
      ...this.#stages.flatMap((stage) => stage.boxes()),
    );
    new ResizeObserver(() => this.#draw()).observe(host);
  }

  /** Shows a moment. */
  show(frame: Frame): void {
    this.#target = ratesOf(frame);
    const inflows = this.#target.map(({ payers }) => payers.reduce((sum, rate) => sum + rate, 0));
    this.#most = Math.max(this.#most, ...inflows);
    this.#sources.forEach(({ label }, index) => {
      label.write(frame.stages[0]?.payers[index] ?? 0);
    });
    const returned = frame.stages[0]?.returned ?? 0;
    this.#back.write(returned);
    this.#back.box.hidden = returned === 0;
    for (const stage of this.#stages) stage.write(frame);
    cancelAnimationFrame(this.#easing);
    if (this.#still.matches || this.#shown.length === 0 || document.hidden) this.#move(this.#target);
    else this.#ease();
  }

  #ease(): void {
    const [from, to, begun] = [this.#shown, this.#target, performance.now()];
    const step = (now: number): void => {
      const part = Math.min(1, Math.max(0, now - begun) / EASE);
      this.#move(part === 1 ? to : between(from, to, part * (2 - part)));
      if (part < 1) this.#easing = requestAnimationFrame(step);
    };
    this.#easing = requestAnimationFrame(step);
  }

  #move(rates: StageRates[]): void {
    this.#shown = rates;
    this.#draw();
  }

  #draw(): void {
    const { host, cast } = this.#parameters;
    const width = host.clientWidth;
    if (width === 0 || this.#shown.length === 0) return;
    const { room, height, down } = roomFor(width, cast);
    this.#svg.setAttribute("width", String(width));
    this.#svg.setAttribute("height", String(height));
    host.style.height = `${height}px`;
    host.classList.toggle("down", down);
    host.classList.add("drawn");
    const pen = new Pen(down);
    this.#most = fitting(this.#shown, room, this.#most);
    const stages = layOut(this.#shown, room, this.#most);
    const back = stages[0]?.back;
    if (back !== undefined) pen.label(this.#back.box, back, "before", room.sourceSlot);
    this.#sources.forEach(({ label, bar }, index) => {
      const at = stages[0]?.payers[index];
      if (at === undefined) return;
      pen.bar(bar, at);
      pen.label(label.box, at, "before", room.sourceSlot);
    });
    stages.forEach((stage, index) => {
      this.#stages[index]?.draw(pen, stage, room);
    });
  }
}

/** One stage of the diagram: its pool, its agents, its escrow, and what flows between them. */
class StageView {
  readonly #stage: number;
  readonly #fullAt: number;
  readonly #labels: { pool: PoolLabel; agents: AgentLabel[]; escrow: EscrowLabel };
  readonly #ribbons: Record<"pays" | "paid", SVGPathElement[]> &
    Record<"held" | "drained" | "returned", SVGPathElement>;
  readonly #bars: { pool: SVGRectElement; agents: SVGRectElement[]; escrow: SVGRectElement };

  constructor(
    svg: SVGSVGElement,
    { sources, stages }: Cast,
    stage: number,
    fullAt: number,
    onAct: FlowParameters["onAct"],
  ) {
    this.#stage = stage;
    this.#fullAt = fullAt;
    const { name = "", agents = [] } = stages[stage] ?? {};
    const payers = stages[stage - 1]?.agents ?? sources;
    const coloured = <tag extends "path" | "rect">(tag: tag, className: string, of: number, agent: number) => {
      const made = shape(svg, tag, className);
      if (of >= 0) made.style.setProperty("--own", agentColour(of, agent));
      return made;
    };
    this.#ribbons = {
      pays: payers.map((_, payer) => coloured("path", "ribbon pays", stage - 1, payer)),
      held: shape(svg, "path", "ribbon held"),
      drained: shape(svg, "path", "ribbon drained"),
      returned: shape(svg, "path", "ribbon returned"),
      paid: agents.map((_, agent) => coloured("path", "ribbon paid", stage, agent)),
    };
    this.#bars = {
      pool: shape(svg, "rect", "bar"),
      agents: agents.map((_, agent) => coloured("rect", "bar", stage, agent)),
      escrow: shape(svg, "rect", "bar escrow-bar"),
    };
    this.#labels = {
      pool: new PoolLabel(name, stage),
      agents: agents.map((each, agent) => new AgentLabel(each.name, stage, agent, onAct)),
      escrow: new EscrowLabel(),
    };
  }

  boxes(): HTMLElement[] {
    const { pool, agents, escrow } = this.#labels;
    return [pool.box, ...agents.map(({ box }) => box), escrow.box];
  }

  write(frame: Frame): void {
    const { sinks = [], price = 0 } = frame.sample.stages[this.#stage] ?? {};
    const conduct = frame.stages[this.#stage]?.conduct ?? [];
    this.#labels.pool.write(price);
    this.#labels.escrow.writeEscrow(frame, this.#stage, this.#fullAt);
    this.#labels.agents.forEach((label, agent) => {
      label.writeAgent(sinks[agent] ?? 0, conduct[agent] ?? "honest");
    });
  }

  draw(pen: Pen, stage: StageLayout, { slot }: Room): void {
    for (const kind of ["pays", "paid"] as const) {
      stage[kind].forEach((ribbon, index) => {
        const path = this.#ribbons[kind][index];
        if (path !== undefined) pen.ribbon(path, ribbon);
      });
    }
    for (const kind of ["held", "drained", "returned"] as const) pen.ribbon(this.#ribbons[kind], stage[kind]);
    pen.bar(this.#bars.pool, stage.pool);
    pen.bar(this.#bars.escrow, stage.escrow);
    pen.title(this.#labels.pool.box, stage.pool);
    pen.label(this.#labels.escrow.box, stage.escrow, "after", slot);
    stage.agents.forEach((agent, index) => {
      const [bar, label] = [this.#bars.agents[index], this.#labels.agents[index]];
      if (bar !== undefined) pen.bar(bar, agent);
      if (label !== undefined) pen.label(label.box, agent, "after", slot);
    });
  }
}

function shape<tag extends "path" | "rect">(
  svg: SVGSVGElement,
  tag: tag,
  className: string,
): SVGElementTagNameMap[tag] {
  const made = document.createElementNS(SVG, tag);
  made.setAttribute("class", className);
  svg.append(made);
  return made;
}
