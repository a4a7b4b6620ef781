import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pointCharts } from "./charts.ts";
import { claimRows, figureRows } from "./claims.ts";
import { Data, GENERATED } from "./data.ts";
import { type Macro, macros } from "./numbers.ts";
import { PARAMETERS, parametersGuide } from "./parameters.ts";
import { tables } from "./tables.ts";

const BANNER = "% Written by `npm run paper:macros` from paper/data. Do not edit.\n";

/** Everything in `paper/generated`: name to content. Depends on `paper/data` and the code alone. */
export function generate(data: Data = new Data()): Map<string, string> {
  const files = new Map<string, string>();
  files.set("macros.tex", BANNER + macros(data).map(define).join(""));
  files.set("tables.tex", BANNER + [...tables(data), ...indexTables()].map(define).join(""));
  for (const { file, csv } of pointCharts(data)) files.set(file, csv);
  return files;
}

function indexTables(): Macro[] {
  return [
    { name: "RowsClaims", value: claimRows(), from: "ts/dev/paper/claims.ts" },
    { name: "RowsFigures", value: figureRows(), from: "ts/dev/paper/claims.ts" },
  ];
}

function define({ name, value, from }: Macro): string {
  return `% ${from}\n\\newcommand{\\${name}}{${value}}\n`;
}

/** Writes `paper/generated` and the tables of docs/parameters.md; returns the names of the files. */
export function writeGenerated(data: Data = new Data()): string[] {
  const files = generate(data);
  mkdirSync(GENERATED, { recursive: true });
  for (const [name, content] of files) writeFileSync(join(GENERATED, name), content);
  writeFileSync(PARAMETERS, parametersGuide(data));
  return [...files.keys(), "docs/parameters.md"];
}
