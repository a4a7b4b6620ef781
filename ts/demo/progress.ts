import picocolors from "picocolors";
import { wrap } from "../core/wrap.ts";
import type { Event } from "./events.ts";
import { formatTime, formatTiny, shorten } from "./format.ts";
import type { Sample, StageSample } from "./sample.ts";
import { DEAD, DYING, EPOCH, LIAR, STAGES, type StagePlan, type Timeline } from "./scenario.ts";

/** Where progress goes. */
export type Output = { write: (text: string) => unknown; isTTY?: boolean };

/** Columns of a number, with the space before it; names take two of them, on alternating lines. */
const CELL = 4;
/** Columns of the step that a line of the preparations names, and of what stands before an event. */
const [STEP, EVENT] = [14, 9];
/** Rows between two repetitions of the table's head. */
const HEAD_EVERY = 20;
const SEPARATOR = "│";

/** Tells a person what is going on. */
export class Progress {
  readonly #output: Output;
  readonly #colors: ReturnType<typeof picocolors.createColors>;
  #rows = 0;
  #before: Sample | undefined;

  /** Colours only on a terminal, and not if NO_COLOR is set. */
  constructor(output: Output, environment: Record<string, string | undefined> = process.env) {
    this.#output = output;
    this.#colors = picocolors.createColors(output.isTTY === true && !environment.NO_COLOR);
  }

  title(text: string): void {
    this.#line(`\n${this.#colors.bold(text)}\n`);
  }

  /** One step of the preparations. */
  step(name: string, text: string): void {
    const lines = wrap(`  ${name.padEnd(STEP - 3)} ${text}`, STEP);
    this.#line(lines.replace(name, this.#colors.cyan(name)));
  }

  /** Text, each line of which is broken to fit the screen. */
  note(text: string, indent = 2): void {
    this.#line(wrap(text, indent));
  }

  /** One moment of the economy: a row of the table at the end of each minute, a line for whatever happened. */
  sample(sample: Sample, events: readonly Event[], timeline: Timeline): void {
    const before = this.#before;
    const minute = Math.floor(sample.at / EPOCH);
    if (before !== undefined && Math.floor(before.at / EPOCH) < minute) this.#row(minute * EPOCH, before, timeline);
    for (const { at, text, detail } of events) {
      if (!detail) this.#line(this.#colors.bold(this.#colors.yellow(wrap(`  ${formatTime(at)}  ${text}`, EVENT))));
    }
    this.#before = sample;
  }

  #row(at: number, { stages }: Sample, timeline: Timeline): void {
    if (this.#rows % HEAD_EVERY === 0) this.#head();
    this.#rows += 1;
    const dead = at > timeline.death && at <= timeline.revival;
    const stageCells = stages.map((stage, index) => {
      return this.#stageCells(
        stage,
        index === DEAD.stage ? DEAD.agent : dead && index === DYING.stage ? DYING.agent : -1,
      );
    });
    const escrow = stages.reduce((sum, stage) => sum + stage.escrow, 0);
    const backlog = stages.reduce((sum, stage) => sum + stage.backlog, 0);
    const separator = this.#colors.dim(SEPARATOR);
    const cells = [...stageCells, `${cell(formatTiny(escrow / 1e6))}${cell(formatTiny(backlog / 1000))}`];
    this.#line(`${cell(String(at / 60))}${cells.join(separator)}`);
  }

  #stageCells({ inflow, sinks, price }: StageSample, idle: number): string {
    const paid = sinks.map((flow, index) => {
      const text = cell(formatTiny(flow / 1000));
      return index === idle ? this.#colors.red(text) : text;
    });
    const percent = cell(formatTiny(price * 100));
    const inflowText = this.#colors.bold(cell(formatTiny(inflow / 1000)));
    return `${inflowText}${paid.join("")}${price > 0.99 ? this.#colors.yellow(percent) : percent}`;
  }

  #head(): void {
    const { bold, dim } = this.#colors;
    const titles = STAGES.map((plan) => shorten(` ${plan.name}`, widthOf(plan)).padEnd(widthOf(plan)));
    const names = STAGES.map(({ agents }) => ["in", ...agents.map(({ name }) => name), "price"]);
    const line = (first: string, which: 0 | 1, last: string): string => {
      const stages = names.map((some) => alternate(some, which));
      return `${cell(first)}${[...stages, last].join(SEPARATOR)}`;
    };
    this.#line("");
    this.#line(bold(`${cell("")}${titles.join(SEPARATOR)}${SEPARATOR} escrow`));
    this.#line(dim(line("", 1, "")));
    this.#line(dim(line("min", 0, " backlog")));
  }

  #line(text: string): void {
    this.#output.write(`${text}\n`);
  }
}

function cell(text: string): string {
  return text.padStart(CELL);
}

/** Columns of a stage: what comes in, its agents, the price. */
function widthOf({ agents }: StagePlan): number {
  return CELL * (agents.length + 2);
}

/** Every other name, each at the end of its own column and as far into the one before as it needs. */
function alternate(names: readonly string[], which: 0 | 1): string {
  return names.reduce((line, name, index) => {
    const end = CELL * (index + 1);
    if (index % 2 !== which) return line.padEnd(end);
    const room = end - line.trimEnd().length - 1;
    const shown = shorten(name, Math.min(room, 2 * CELL - 1));
    return line.trimEnd().padEnd(end - shown.length) + shown;
  }, "");
}

/** How to read the table. */
export function legend(): string {
  return [
    "",
    "  How to read it: one row is one minute. Numbers are what is paid for, in thousand tokens per second (1.0 costs 0.001 USDCx/s), with two digits and the rest cut off. `in` is what streams into a stage, then what each of its agents gets of it, then the `price` of a token in % of its cap. `escrow` is what nobody could absorb yet, in USDCx; `backlog` is work that was paid for, ordered and is not done yet, in thousand tokens.",
    "",
    `  ${LIAR.name} lies: it declares twice what it can do and reports no backlog. ${DEAD.name} does nothing and goes on signalling. Only receipts for delivered work, signed by who pays and who works, show it.`,
  ].join("\n");
}
