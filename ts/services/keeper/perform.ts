import { inLanes } from "../runtime/inLanes.ts";
import type { Sender } from "../runtime/sender.ts";
import type { SendOutcome } from "../runtime/transaction.ts";
import type { Work } from "./calls.ts";

/** Told how each transaction ended, and what was in it. */
export type OnOutcome<item> = (items: readonly item[], outcome: SendOutcome) => Promise<void>;

/** How a piece of work went. */
export type Performed = {
  /** Transactions that were confirmed. */
  confirmed: number;
  /** Whether something is left that the next look should try again. */
  left: boolean;
};

/** Transactions of one work that are under way at once: while some are confirmed the next are simulated. */
const PIPELINE = 8;

/**
 * Does a piece of work, in as many transactions as it takes. A transaction whose simulation fails is tried again in
 * halves, so that what one account does not allow is done for all others; what is refused alone was done already, by
 * somebody else most likely.
 */
export async function perform<item>(
  sender: Pick<Sender, "send">,
  work: Work<item>,
  onOutcome: OnOutcome<item> = async () => {},
): Promise<Performed> {
  const total: Performed = { confirmed: 0, left: false };
  // Also with nobody: some work names no one.
  let waiting: readonly item[] | undefined = work.items;

  function next(): readonly item[] | undefined {
    // Stops at what a next transaction would meet too: the gas budget, the fees, the end.
    if (waiting === undefined || total.left) return undefined;
    const { most } = work;
    const some = waiting.slice(0, most);
    waiting = waiting.length > most ? waiting.slice(most) : undefined;
    return some;
  }
  await inLanes(PIPELINE, next, async (items) => {
    try {
      const { confirmed, left } = await performSome(sender, work, items, onOutcome);
      total.confirmed += confirmed;
      total.left ||= left;
    } catch (error) {
      total.left = true;
      throw error;
    }
  });
  return total;
}

async function performSome<item>(
  sender: Pick<Sender, "send">,
  work: Work<item>,
  items: readonly item[],
  onOutcome: OnOutcome<item>,
): Promise<Performed> {
  const outcome = await sender.send({ ...work.build(items), worth: work.worthOf?.(items) });
  if (outcome.status !== "refused" || items.length < 2) {
    await onOutcome(items, outcome);
    return performedBy(outcome);
  }
  const middle = Math.ceil(items.length / 2);
  const halves = [items.slice(0, middle), items.slice(middle)];
  const [first, second] = await Promise.all(halves.map((half) => performSome(sender, work, half, onOutcome)));
  return {
    confirmed: (first?.confirmed ?? 0) + (second?.confirmed ?? 0),
    left: first?.left === true || second?.left === true,
  };
}

function performedBy(outcome: SendOutcome): Performed {
  if (outcome.status === "confirmed") return { confirmed: 1, left: false };
  const done =
    outcome.status === "refused" ||
    (outcome.status === "skipped" && (outcome.reason === "dry run" || outcome.reason === "worth"));
  return { confirmed: 0, left: !done };
}

/** At least one, which may be empty: some work names nobody. */
export function chunks<item>(items: readonly item[], size: number): (readonly item[])[] {
  const groups = [items.slice(0, size)];
  for (let first = size; first < items.length; first += size) groups.push(items.slice(first, first + size));
  return groups;
}
