import picocolors from "picocolors";
import type { Event } from "./events.ts";
import { formatShare, formatThousands, formatTime } from "./format.ts";
import type { Sample, StageSample } from "./sample.ts";
import { DEAD, DYING, EPOCH, LIAR, STAGES, type Timeline } from "./scenario.ts";

/** Where progress goes. */
export type Output = { write: (text: string) => unknown; isTTY?: boolean };

const COLUMN = 6;
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
    this.#line(`  ${this.#colors.cyan(name.padEnd(11))} ${text}`);
  }

  note(text: string): void {
    this.#line(text);
  }

  /** One moment of the economy: a row of the table at the end of each minute, a line for whatever happened. */
  sample(sample: Sample, events: readonly Event[], timeline: Timeline): void {
    const before = this.#before;
    const minute = Math.floor(sample.at / EPOCH);
    if (before !== undefined && Math.floor(before.at / EPOCH) < minute) this.#row(minute * EPOCH, before, timeline);
    for (const { at, text, detail } of events) {
      if (!detail) this.#line(this.#colors.bold(this.#colors.yellow(`  ${formatTime(at)}  ${text}`)));
    }
    this.#before = sample;
  }

  #row(at: number, { stages }: Sample, timeline: Timeline): void {
    if (this.#rows % HEAD_EVERY === 0) this.#head();
    this.#rows += 1;
    const dead = at > timeline.death && at <= timeline.revival;
    const cells = stages.map((stage, index) => {
      return this.#stageCells(
        stage,
        index === DEAD.stage ? DEAD.agent : dead && index === DYING.stage ? DYING.agent : -1,
      );
    });
    const escrow = stages.reduce((sum, stage) => sum + stage.escrow, 0);
    const backlog = stages.reduce((sum, stage) => sum + stage.backlog, 0);
    const last = `${pad(formatThousands(escrow / 1000), 6)}${pad(formatThousands(backlog, 0), 8)}`;
    this.#line(`  ${formatTime(at)}${cells.join(this.#colors.dim(SEPARATOR))}${this.#colors.dim(SEPARATOR)}${last}`);
  }

  #stageCells({ inflow, sinks, price }: StageSample, idle: number): string {
    const paid = sinks.map((flow, index) => {
      const text = pad(formatThousands(flow), COLUMN);
      return index === idle ? this.#colors.red(text) : text;
    });
    const full = price > 0.99;
    const percent = pad(formatShare(price, 0).replace(" ", ""), COLUMN);
    const inflowText = this.#colors.bold(pad(formatThousands(inflow), COLUMN));
    return `${inflowText}${paid.join("")}${full ? this.#colors.yellow(percent) : percent}`;
  }

  #head(): void {
    const stageWidth = (count: number): number => COLUMN * (count + 2);
    const titles = STAGES.map(({ name, agents }) => ` ${name}`.padEnd(stageWidth(agents.length)));
    const names = STAGES.map(({ agents }) => {
      return [pad("in", COLUMN), ...agents.map(({ name }) => pad(name, COLUMN)), pad("price", COLUMN)].join("");
    });
    this.#line("");
    this.#line(this.#colors.bold(`       ${titles.join(SEPARATOR)}${SEPARATOR}`));
    this.#line(this.#colors.dim(`   time${names.join(SEPARATOR)}${SEPARATOR}${pad("escrow", 6)}${pad("backlog", 8)}`));
  }

  #line(text: string): void {
    this.#output.write(`${text}\n`);
  }
}

function pad(text: string, width: number): string {
  return text.padStart(width);
}

/** How to read the table. */
export function legend(): string {
  return [
    "",
    "  How to read it: one row is one minute. Flows are what is paid for, in thousand tokens per second (1.00 costs 0.001",
    "  USDCx/s). `in` is what streams into a stage, then what each of its agents gets of it, then the price of a token as a",
    "  share of its cap. `escrow` is what nobody could absorb yet, in USDCx; `backlog` is work that was paid for, ordered and",
    "  is not done yet, in thousand tokens.",
    "",
    `  ${LIAR.name} lies: it declares twice what it can do and reports no backlog. ${DEAD.name} does nothing and goes on signalling.`,
    "  Only receipts for delivered work, signed by who pays and who works, show it.",
  ].join("\n");
}
