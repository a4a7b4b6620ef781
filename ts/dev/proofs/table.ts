import type { Proved } from "./coq.ts";

/** A row of the table: | what | `File.v` | `name`, `name` | … */
const ROW = /^\|[^|]*\| `(\w+\.v)` \| ([^|]*) \|/gm;

/**
 * Compares the table of statements with what is proved. Vectors are no statements of their own.
 * @param table Text of `proofs/README.md`.
 * @returns A line for each statement that only one of the two has.
 */
export function missingInTable(table: string, proved: readonly Proved[]): string[] {
  const listed = [...table.matchAll(ROW)].flatMap(([, file, names = ""]) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name]) => `${file}: ${name}`),
  );
  const stated = proved.filter(({ file }) => file !== "Vectors.v").map(({ file, name }) => `${file}: ${name}`);
  return [
    ...listed.filter((one) => !stated.includes(one)).map((one) => `${one} is in the table and not proved`),
    ...stated.filter((one) => !listed.includes(one)).map((one) => `${one} is proved and not in the table`),
  ];
}
