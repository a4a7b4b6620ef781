import type { Hex } from "viem";
import { compare } from "../../core/bigints.ts";
import { COME_BACK_AFTER } from "./decide/comeBack.ts";
import type { TaskTypeEntry } from "./directory.ts";

/** What a look at a task type found out. */
export type Looked = {
  /** The money that there is to look after: what streams within a day and what waits in the escrow, wei. */
  atStake: bigint;
  /** Whether to look again once money can confirm the present stream. */
  pending: boolean;
};

type Item = Looked & {
  /** Milliseconds. */
  lookedAt: number;
  comeBackAt: number | undefined;
  /** It was come back to since the last event: if that did not settle it, coming back sooner than usual will not either. */
  cameBack: boolean;
  /** An event concerns it. */
  urgent: boolean;
};

/** Most task types that are looked at in one go, and most of those without money worth looking after. */
const AT_ONCE = 250;
const SMALL_AT_ONCE = 32;

/** How much less often those are looked at. */
const SMALL_RARER = 20;

const DAY = 86_400n;

/**
 * When to look at which task type. Those with most money come first; those with hardly any are looked at seldom and only a
 * few at once, whatever happens to them, so that nobody who registers task types keeps the others waiting.
 */
export class Agenda {
  readonly #items = new Map<Hex, Item>();

  constructor(
    /** Between two looks at a task type that no event concerns, milliseconds. */
    readonly lookInterval: number,
    /** Wei; what is worth less is left. */
    readonly minAmount: bigint,
  ) {}

  /** An event concerns it, or what was done calls for more. */
  touch(taskTypeId: Hex): void {
    const item = this.#item(taskTypeId);
    item.urgent = true;
    item.cameBack = false;
  }

  looked(taskTypeId: Hex, { atStake, pending }: Looked, now: number): void {
    const item = this.#item(taskTypeId);
    item.atStake = atStake;
    item.pending = pending;
    item.comeBackAt = pending && !item.cameBack ? (item.comeBackAt ?? now + COME_BACK_AFTER) : undefined;
  }

  /** Those to look at now, the most urgent first; they count as looked at. @param now Milliseconds. */
  take(entries: Iterable<TaskTypeEntry>, now: number): TaskTypeEntry[] {
    const due = [...entries]
      .map((entry) => ({ entry, item: this.#item(entry.taskTypeId), atStake: this.#atStake(entry) }))
      .filter(({ item, atStake }) => this.#isDue(item, atStake, now));
    const worth = due.filter(({ atStake }) => atStake >= this.minAmount);
    const small = due.filter(({ atStake }) => atStake < this.minAmount);
    // What waits for longer counts for more, so that nobody waits for ever.
    const weight = ({ item, atStake }: (typeof due)[number]): bigint => atStake * BigInt(now - item.lookedAt);
    worth.sort((a, b) => compare(weight(b), weight(a)));
    small.sort((a, b) => a.item.lookedAt - b.item.lookedAt);
    const taken = [...worth.slice(0, AT_ONCE), ...small.slice(0, SMALL_AT_ONCE)];
    for (const { entry, item } of taken) {
      entry.given = 0n;
      item.urgent = false;
      item.lookedAt = now;
      if (item.comeBackAt !== undefined && now >= item.comeBackAt) {
        item.comeBackAt = undefined;
        item.cameBack = true;
      }
    }
    return taken.map(({ entry }) => entry);
  }

  #isDue({ lookedAt, comeBackAt, urgent }: Item, atStake: bigint, now: number): boolean {
    const small = atStake < this.minAmount;
    if (comeBackAt !== undefined && now >= comeBackAt) return true;
    if (urgent && (!small || now - lookedAt >= this.lookInterval)) return true;
    const interval = this.lookInterval * (small ? SMALL_RARER : 1);
    // By the same clock for all: what is looked at together is read together.
    const isNew = Math.floor(now / interval) > Math.floor(lookedAt / interval);
    return isNew && now - lookedAt >= interval / 2;
  }

  /** By the last look, or by events since then. */
  #atStake({ taskTypeId, sources, given }: TaskTypeEntry): bigint {
    const { atStake } = this.#item(taskTypeId);
    const streams = [...sources.values()].reduce((sum, { flowRate }) => sum + flowRate, 0n);
    const seen = streams * DAY + given;
    return seen > atStake ? seen : atStake;
  }

  #item(taskTypeId: Hex): Item {
    const known = this.#items.get(taskTypeId);
    if (known !== undefined) return known;
    const item = { atStake: 0n, pending: false, lookedAt: 0, comeBackAt: undefined, cameBack: false, urgent: false };
    this.#items.set(taskTypeId, item);
    return item;
  }
}
