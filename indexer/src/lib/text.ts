/** Longest text of a stranger that is kept, characters. */
const LONGEST = 2_000;

/** Text from the chain, as it may be stored and shown: cut, and without control and direction characters. */
export function storable(text: string): string {
  // A character may be two code units, and half of one is no text.
  const cut = [...text.slice(0, 2 * LONGEST)].slice(0, LONGEST).join("");
  return cut.replace(/\p{Cc}|\p{Cs}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}
