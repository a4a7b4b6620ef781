/** What `npm run test:soak` is told by its environment. */

export const SOAK = process.env.SOAK_TESTS === "true";

/** Of chain time; SOAK_HOURS. */
export const HOURS = wholeNumber("SOAK_HOURS", 24);

/** Who plays: an ordinary day's people, or attackers beside them; SOAK_CAST. */
export const HOSTILE = oneOf("SOAK_CAST", ["day", "hostile"]) === "hostile";

/** Where services that take messages keep them, hour by hour. */
export type Store = "LevelDB" | "PostgreSQL";

/** With attackers, the second of three parts on PostgreSQL: so services move from one store to the other, and back. */
export function storeAt(hour: number): Store {
  return HOSTILE && hour >= HOURS / 3 && hour < (2 * HOURS) / 3 ? "PostgreSQL" : "LevelDB";
}

function wholeNumber(name: string, otherwise: number): number {
  const value = Number(process.env[name] ?? otherwise);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name}: a whole number of 1 or more, not ${value}`);
  return value;
}

function oneOf<const value extends string>(name: string, values: readonly [value, ...value[]]): value {
  const said = process.env[name] ?? values[0];
  const found = values.find((value) => value === said);
  if (found === undefined) throw new RangeError(`${name}: ${values.join(" or ")}, not ${said}`);
  return found;
}
