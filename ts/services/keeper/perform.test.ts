import { type Address, BaseError } from "viem";
import { expect, test } from "vitest";
import { ContractCallError } from "../../sdk/errors.ts";
import type { SendOutcome, Transaction } from "../runtime/transaction.ts";
import type { Work } from "./calls.ts";
import { perform } from "./perform.ts";

const sinks = Array.from({ length: 10 }, (_, index): Address => `0x${String(index).repeat(40)}`);

/** Sends to nobody: outcomes are what a test says. */
function start(outcomeOf: (items: readonly string[]) => SendOutcome | Promise<SendOutcome>) {
  const sent: string[][] = [];
  const work: Work = {
    ...({ action: "assess", taskTypeId: "0x", items: sinks, most: 4 } as const),
    build: (items: readonly string[]): Transaction => ({ action: "assess", to: "0x", data: "0x", about: { items } }),
  };
  const send = async ({ about }: Transaction): Promise<SendOutcome> => {
    const items = about?.items as string[];
    sent.push(items);
    return outcomeOf(items);
  };
  return {
    sent,
    done: (changes: Partial<Work> = {}) =>
      perform({ send }, Object.defineProperties(work, Object.getOwnPropertyDescriptors(changes))),
  };
}

const confirmed = { status: "confirmed", hash: "0x", receipt: {} as never } as const;
const refused = { status: "refused", error: new ContractCallError("assess", new BaseError("no")) } as const;

test("work is divided into transactions that fit", async () => {
  const { sent, done } = start(() => confirmed);
  expect(await done()).toEqual({ confirmed: 3, left: false });
  expect(sent.map(({ length }) => length)).toEqual([4, 4, 2]);
});

test("one that is refused does not keep the others from it", async () => {
  const { sent, done } = start((items) => (items.includes(sinks[5] as string) ? refused : confirmed));
  expect(await done()).toEqual({ confirmed: 4, left: false });
  const confirmedItems = sent.filter((items) => !items.includes(sinks[5] as string)).flat();
  expect(confirmedItems.sort()).toEqual(sinks.filter((sink) => sink !== sinks[5]));
});

test("an exhausted budget ends it, and the rest is left", async () => {
  const { sent, done } = start(() => ({ status: "skipped", reason: "budget" }));
  expect(await done({ most: 1 })).toEqual({ confirmed: 0, left: true });
  expect(sent).toHaveLength(8);
});

test("one that waits for its block holds up none of those behind it", async () => {
  const many = Array.from({ length: 20 }, (_, index): Address => `0x${index.toString(16).padStart(40, "0")}`);
  const [slow] = many;
  let others = 0;
  let release: (outcome: SendOutcome) => void = () => {};
  const waits = new Promise<SendOutcome>((resolve) => {
    release = resolve;
  });
  const { done } = start((items) => {
    if (items.includes(slow as string)) return waits;
    others += 1;
    if (others === many.length - 1) release(confirmed);
    return confirmed;
  });
  expect(await done({ items: many, most: 1 })).toEqual({ confirmed: 20, left: false });
});

test("how much fits is asked anew for each, and what fails ends it", async () => {
  let fits = 1;
  const { sent, done } = start(() => {
    fits = 5;
    throw new Error("no endpoint takes it");
  });
  const work = {
    get most() {
      return fits;
    },
  };
  await expect(done(work)).rejects.toThrow("no endpoint takes it");
  expect(sent.slice(0, 2).map(({ length }) => length)).toEqual([1, 5]);
  expect(sent.flat()).toEqual(sinks);
});

test("a dry run leaves nothing to be tried again", async () => {
  const { done } = start(() => ({ status: "skipped", reason: "dry run" }));
  expect(await done()).toEqual({ confirmed: 0, left: false });
});

test("work for nobody in particular is one transaction", async () => {
  const { sent, done } = start(() => confirmed);
  expect(await done({ items: [] })).toEqual({ confirmed: 1, left: false });
  expect(sent).toEqual([[]]);
});
