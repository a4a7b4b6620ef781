import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { BackpressureError } from "../../core/errors.ts";

/** The paper's folder. */
export const PAPER = fileURLToPath(new URL("../../../paper/", import.meta.url));
/** What the simulation and the gas benchmark wrote, as committed. */
export const DATA = join(PAPER, "data");
/** What `npm run paper:macros` makes of it; the LaTeX source reads nothing else. */
export const GENERATED = join(PAPER, "generated");

/** A file, row or column that the paper needs is not in its data. */
export class PaperDataError extends BackpressureError {
  override name = "PaperDataError";
}

export type Row = Readonly<Record<string, string>>;
/** Columns that name one row, for example `{ strategy: "closed", load: 0.9 }`. */
export type Where = Readonly<Record<string, string | number>>;

/** A number of the simulation: a mean over seeds and the half width of its 95 % interval. */
export type Measured = { mean: number; ci95: number };

/** Rows of a CSV file, read once. */
export class Data {
  readonly directory: string;
  readonly #tables = new Map<string, readonly Row[]>();

  constructor(directory: string = DATA) {
    this.directory = directory;
  }

  /** @throws {PaperDataError} if the file is not there. */
  text(file: string): string {
    try {
      return readFileSync(join(this.directory, file), "utf8");
    } catch {
      throw new PaperDataError(`paper/data/${file} is missing: run \`npm run paper:data\` (paper/README.md)`);
    }
  }

  table(file: string): readonly Row[] {
    const known = this.#tables.get(file);
    if (known) return known;
    const rows = parse(this.text(file), { columns: true }) as Row[];
    this.#tables.set(file, rows);
    return rows;
  }

  /** All rows that match. */
  rows(file: string, where: Where = {}): readonly Row[] {
    return this.table(file).filter((row) => Object.entries(where).every(([key, value]) => row[key] === String(value)));
  }

  /** @throws {PaperDataError} unless exactly one row matches and has the metric. */
  measured(file: string, where: Where, metric: string): Measured {
    const found = this.rows(file, where);
    const row = found[0];
    if (found.length !== 1 || row === undefined) {
      throw new PaperDataError(`${file} has ${found.length} rows with ${JSON.stringify(where)}, not one`);
    }
    const mean = row[metric];
    if (mean === undefined || mean === "")
      throw new PaperDataError(`${file} has no ${metric} in ${JSON.stringify(where)}`);
    return { mean: Number(mean), ci95: Number(row[`${metric}_ci95`] ?? 0) };
  }

  /** Gas of one operation in a pool of so many sinks, from the lines of `npm run bench:gas`. */
  gas(operation: string, sinks: number): number {
    const lines = this.text("gas.jsonl").trim().split("\n");
    const all = lines.map((line) => JSON.parse(line) as { operation: string; sinks: number; gas: number });
    const found = all.find((line) => line.operation === operation && line.sinks === sinks);
    if (!found) throw new PaperDataError(`gas.jsonl has no "${operation}" with ${sinks} sinks`);
    return found.gas;
  }
}
