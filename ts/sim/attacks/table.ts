import { games } from "./games.ts";
import { type Bound, holds, type Row, type Scale } from "./row.ts";
import { spite } from "./spite.ts";
import { theft } from "./theft.ts";

/** Every attack on the rule of evidence, by kind. */
export const attacks: readonly Row[] = [...spite, ...theft, ...games].sort((a, b) => a.kind.localeCompare(b.kind));

export type Figure = Bound & {
  kind: string;
  title: string;
  figure: string;
  value: number;
  holds: boolean;
  staysFalse: boolean;
};

/** Plays one row and holds its figures against their bounds. A figure without a bound is only told. */
export function play({ kind, title, bounds, staysFalse = false, play }: Row, scale: Scale): Figure[] {
  return Object.entries(play(scale)).map(([figure, value]) => {
    const bound = bounds[figure] ?? {};
    return { kind, title, figure, value, ...bound, holds: holds(value, bound), staysFalse };
  });
}

export function figuresCsv(figures: readonly Figure[]): string {
  const rows = figures.map(({ kind, title, figure, value, atLeast = "", atMost = "", holds, staysFalse }) =>
    [kind, `"${title}"`, figure, Number(value.toPrecision(6)), atLeast, atMost, holds, staysFalse].join(","),
  );
  return `${["kind,attack,figure,value,at_least,at_most,holds,stays_false", ...rows].join("\n")}\n`;
}

/** One line per row, for people: figures with their bounds. */
export function figuresText(figures: readonly Figure[]): string {
  const [first] = figures;
  if (!first) return "";
  const parts = figures.map(({ figure, value, atLeast, atMost }) => {
    const bound = atMost === undefined ? (atLeast === undefined ? "" : ` ≥ ${atLeast}`) : ` ≤ ${atMost}`;
    return `${figure} ${Number(value.toFixed(3))}${bound && ` (${bound.trim()})`}`;
  });
  const state = figures.every(({ holds }) => holds) ? (first.staysFalse ? "stays false" : "holds") : "BROKEN";
  return `${first.kind}  ${first.title}\n     ${state}: ${parts.join(", ")}`;
}
