/** JSON cannot hold wei exactly: they become `{ "$wei": "123" }`. */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_, item) => (typeof item === "bigint" ? { $wei: String(item) } : item));
}

/** The inverse of `encode`. @throws {SyntaxError} */
export function decode<value>(text: string): value {
  return JSON.parse(text, (_, item) => (typeof item?.$wei === "string" ? BigInt(item.$wei) : item)) as value;
}
