import type { Address } from "viem";
import { Heap } from "./heap.ts";
import { eligible } from "./payHistory.ts";
import { RoomTree } from "./roomTree.ts";
import { roomOf, type Standing } from "./standing.ts";

/** A sink in the queue, as it was when it came to its place there. */
type Candidate = {
  standing: Standing;
  /** What may be asked of it, wei: time alone only lowers it, so an old number is never too low. */
  key: bigint;
  /** For tasks, wei; what is beyond the largest task does not count. */
  room: bigint;
  until: number;
  place: "paused" | "free" | "narrow" | undefined;
  at: number;
};

/** Who owes more comes first. */
const before = (a: Candidate, b: Candidate): boolean =>
  a.key === b.key ? a.standing.sink < b.standing.sink : a.key > b.key;

/** Sinks in the order in which they get tasks. Each change and each choice takes time logarithmic in their number. */
export class SinkQueue {
  readonly #candidates = new Map<Address, Candidate>();
  /** Those with room for any task; those with room for small ones only; those that are left alone for a while. */
  readonly #free = new Heap<Candidate>(before);
  readonly #narrow = new RoomTree<Candidate>(({ room }) => room, before);
  readonly #paused = new Heap<Candidate>((a, b) => a.until < b.until);

  /** @param oneTask The largest task, wei. */
  constructor(readonly oneTask: bigint) {}

  /** Puts a sink where it belongs after a change; who cannot get anything before the next one is in no place. */
  offer(standing: Standing, now: number): void {
    const candidate = this.#of(standing);
    this.#leave(candidate);
    if (!standing.reachable) return;
    candidate.key = eligible(standing.pay, standing.sent, this.oneTask, now);
    candidate.room = roomOf(standing, this.oneTask);
    candidate.until = standing.pausedUntil;
    if (candidate.until > now) this.#enter(candidate, "paused");
    else if (candidate.key > 0n) this.#enter(candidate, placeFor(candidate, this.oneTask));
  }

  /** Of the sinks that owe so much and have room for it, the one that owes most. */
  choose(value: bigint, now: number, except: readonly Address[]): Standing | undefined {
    this.#wake(now);
    const excepted = except
      .map((sink) => this.#candidates.get(sink))
      .filter((candidate) => candidate !== undefined && candidate.place !== "paused")
      .map((candidate) => ({ candidate: candidate as Candidate, place: (candidate as Candidate).place }));
    for (const { candidate } of excepted) this.#leave(candidate);
    const free = this.#current(() => this.#free.peek(), value, now);
    const narrow = this.#current(() => this.#narrow.first(value), value, now);
    for (const { candidate, place } of excepted) this.#enter(candidate, place);
    const isNarrow = narrow !== undefined && (free === undefined || before(narrow, free));
    return (isNarrow ? narrow : free)?.standing;
  }

  /** The first that really owes so much: what has lapsed meanwhile moves down. */
  #current(first: () => Candidate | undefined, value: bigint, now: number): Candidate | undefined {
    for (let top = first(); top !== undefined && top.key >= value; top = first()) {
      const { pay, sent } = top.standing;
      const key = eligible(pay, sent, this.oneTask, now);
      if (key === top.key) return top;
      const { place } = top;
      this.#leave(top);
      top.key = key;
      if (key > 0n) this.#enter(top, place);
    }
    return undefined;
  }

  #wake(now: number): void {
    for (let top = this.#paused.peek(); top !== undefined && top.until <= now; top = this.#paused.peek()) {
      this.offer(top.standing, now);
    }
  }

  #of(standing: Standing): Candidate {
    const known = this.#candidates.get(standing.sink);
    if (known !== undefined) return known;
    const candidate: Candidate = { standing, key: 0n, room: 0n, until: 0, place: undefined, at: -1 };
    this.#candidates.set(standing.sink, candidate);
    return candidate;
  }

  #enter(candidate: Candidate, place: Candidate["place"]): void {
    candidate.place = place;
    if (place === "paused") this.#paused.push(candidate);
    if (place === "free") this.#free.push(candidate);
    if (place === "narrow") this.#narrow.add(candidate);
  }

  #leave(candidate: Candidate): void {
    if (candidate.place === "paused") this.#paused.remove(candidate);
    if (candidate.place === "free") this.#free.remove(candidate);
    if (candidate.place === "narrow") this.#narrow.remove(candidate);
    candidate.place = undefined;
  }
}

function placeFor({ room }: Candidate, oneTask: bigint): Candidate["place"] {
  if (room <= 0n) return undefined;
  return room < oneTask ? "narrow" : "free";
}
