export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** For `sort`, the smallest first. */
export const compare = (a: bigint, b: bigint): number => (a === b ? 0 : a < b ? -1 : 1);

/**
 * JSON with amounts as decimal text: it has no whole numbers above 2^53.
 * @example
 * toJson({ flowRate: 38_051_750_380_517n }); // '{"flowRate":"38051750380517"}'
 */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, item) => (typeof item === "bigint" ? String(item) : item));
}
