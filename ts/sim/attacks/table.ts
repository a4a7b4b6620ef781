import { holds, type Row, type Scale } from "./row.ts";
import { spite } from "./spite.ts";
import { theft } from "./theft.ts";

/** Every attack on the rule of evidence. */
export const attacks: readonly Row[] = [...spite, ...theft].sort((a, b) =>
  a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0,
);

export type Figure = {
  kind: string;
  title: string;
  figure: string;
  value: number;
  atLeast: number | undefined;
  atMost: number | undefined;
  holds: boolean;
  staysFalse: boolean;
};

/** Plays one row and holds its figures against their bounds. A figure without a bound is only told. */
export function play(row: Row, scale: Scale): Figure[] {
  return Object.entries(row.play(scale)).map(([figure, value]) => {
    const bound = row.bounds[figure] ?? {};
    return {
      ...{ kind: row.kind, title: row.title, figure, value, atLeast: bound.atLeast, atMost: bound.atMost },
      ...{ holds: holds(value, bound), staysFalse: row.staysFalse ?? false },
    };
  });
}
