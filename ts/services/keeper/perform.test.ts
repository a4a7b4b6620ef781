import { type Address, BaseError } from "viem";
import { expect, test } from "vitest";
import { ContractCallError } from "../../sdk/errors.ts";
import type { SendOutcome, Transaction } from "../runtime/transaction.ts";
import type { Work } from "./calls.ts";
import { perform } from "./perform.ts";

const sinks = Array.from({ length: 10 }, (_, index): Address => `0x${String(index).repeat(40)}`);

/** Sends to nobody: outcomes are what a test says. */
function start(outcomeOf: (items: readonly string[]) => SendOutcome) {
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
  return { sent, done: (changes: Partial<Work> = {}) => perform({ send }, { ...work, ...changes }) };
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

test("a dry run leaves nothing to be tried again", async () => {
  const { done } = start(() => ({ status: "skipped", reason: "dry run" }));
  expect(await done()).toEqual({ confirmed: 0, left: false });
});

test("work for nobody in particular is one transaction", async () => {
  const { sent, done } = start(() => confirmed);
  expect(await done({ items: [] })).toEqual({ confirmed: 1, left: false });
  expect(sent).toEqual([[]]);
});
