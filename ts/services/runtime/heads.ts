import { type Hex, hexToBigInt } from "viem";
import { compare } from "../../core/bigints.ts";
import { EndpointsError } from "./errors.ts";

/** The latest block, as an endpoint claims it. */
export type Head = {
  number: bigint;
  hash: Hex;
  /** Unix seconds. */
  timestamp: bigint;
};

/** A block as nodes give it. @throws {EndpointsError} if it is none. */
export function headOf(block: unknown): Head {
  const { number, hash, timestamp } = (block ?? {}) as Record<string, Hex | undefined>;
  if (number === undefined || hash === undefined || timestamp === undefined) {
    throw new EndpointsError("an endpoint has no latest block");
  }
  return { number: hexToBigInt(number), hash, timestamp: hexToBigInt(timestamp) };
}

export type Judgement = {
  /** The head to work with; undefined if nobody answered. */
  head: Head | undefined;
  /** Indices of the endpoints that agree with it. */
  trusted: number[];
};

export type JudgeHeadsParameters = {
  /** What each endpoint claims; undefined for one that does not answer. */
  claims: readonly (Head | undefined)[];
  /** Blocks that an honest endpoint may be ahead of or behind the others. */
  tolerance: bigint;
  /** Our clock, Unix seconds; decides between two halves that contradict each other. */
  now: number;
};

/**
 * Which endpoints tell the truth about the head. The largest group within `tolerance` of one another wins; between
 * groups of the same size the one whose time is nearest to our clock, and then the one that is behind: acting late
 * is harmless, acting on blocks that do not exist is not. The head is the highest that most of the group have.
 */
export function judgeHeads({ claims, tolerance, now }: JudgeHeadsParameters): Judgement {
  const claimed = claims
    .flatMap((head, index) => (head === undefined ? [] : [{ head, index }]))
    .sort((a, b) => compare(a.head.number, b.head.number));
  let best: typeof claimed = [];
  for (const { head } of claimed) {
    const group = claimed.filter(({ head: { number } }) => number >= head.number && number <= head.number + tolerance);
    if (group.length > best.length || (group.length === best.length && isNearer(group, best, now))) best = group;
  }
  const head = best[Math.ceil(best.length / 2) - 1]?.head;
  return { head, trusted: best.map(({ index }) => index).sort((a, b) => a - b) };
}

function isNearer(group: readonly { head: Head }[], best: readonly { head: Head }[], now: number): boolean {
  const distance = (heads: readonly { head: Head }[]): number =>
    Math.min(...heads.map(({ head }) => Math.abs(Number(head.timestamp) - now)));
  return distance(group) < distance(best);
}
