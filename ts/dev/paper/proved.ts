import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { escapeTex } from "./tex.ts";

const PROOFS = fileURLToPath(new URL("../../../proofs/README.md", import.meta.url));

/** A row of the tables of proofs/README.md: what is proved, in which file, under which names. */
export type Proved = { statement: string; file: string; names: readonly string[]; mirrors: string };

/** All rows. */
export function proved(text: string = readFileSync(PROOFS, "utf8")): Proved[] {
  return text.split("\n").flatMap((line) => {
    const [statement = "", file = "", names = "", mirrors = ""] = line.split("|").slice(1);
    if (!/^ `\w+\.v` $/.test(file)) return [];
    return [
      {
        statement: statement.trim(),
        file: file.replaceAll(/[` ]/g, ""),
        names: [...names.matchAll(/`(\w+)`/g)].map((match) => match[1] as string),
        mirrors: mirrors.trim(),
      },
    ];
  });
}

/** Rows of the paper's table: what, how many statements, where. */
export function provedRows(): string {
  return `%\n${proved()
    .map(({ statement, file, names }) => `  ${toTex(statement)} & ${names.length} & \\path{${file}} \\\\%\n`)
    .join("")}`;
}

/** How many statements there are in all. */
export const provedCount = (): number => proved().reduce((sum, { names }) => sum + names.length, 0);

const SIGNS: Readonly<Record<string, string>> = {
  "≤": "$\\le$",
  "≥": "$\\ge$",
  "⌈": "$\\lceil$",
  "⌉": "$\\rceil$",
  "−": "$-$",
  μ: "$\\mu$",
  ε: "$\\varepsilon$",
  τ: "$\\tau$",
  "²": "$^2$",
  "½": "$\\frac12$",
  "·": "\\,",
  "*": "$^{*}$",
};

const toTex = (text: string): string => escapeTex(text).replaceAll(/[≤≥⌈⌉−μετ²½·*]/g, (sign) => SIGNS[sign] ?? sign);
