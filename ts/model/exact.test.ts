import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Anvil, startAnvil } from "../localchain/anvil.ts";
import { formulas } from "../testkit/formulas/index.ts";
import { type Call, deployHarness, type Harness } from "../testkit/mathHarness.ts";
import { DepositQueue } from "./deposits.ts";
import { Random } from "./random.ts";

/**
 * The Solidity libraries against the second implementation: the same random inputs through both, on a real chain, and
 * not one wei of difference.
 */

const INPUTS = 1000;

let anvil: Anvil;
let harness: Harness;

beforeAll(async () => {
  anvil = await startAnvil();
  harness = await deployHarness(anvil.url);
}, 60_000);

afterAll(() => anvil?.stop());

describe("a Solidity function equals its second implementation", () => {
  test.each(Object.entries(formulas))("%s", async (name, { draw, exact }) => {
    const random = new Random(BigInt(Object.keys(formulas).indexOf(name)));
    const samples = Array.from({ length: INPUTS }, () => draw(random));

    const actual = await harness(samples.map((args) => ({ name, args })));
    const expected = samples.map((args) => exact(...args));

    const answers = new Set<string>();
    for (const [i, args] of samples.entries()) {
      expect(actual[i], `${name}(${text(args)})`).toEqual(expected[i]);
      answers.add(text(expected[i]));
    }
    // Inputs that always give the same answer would compare nothing.
    expect(answers.size).toBeGreaterThan(1);
  });
});

describe("DepositQueue", () => {
  test("pushes, removes and spends as its second implementation does", async () => {
    const random = new Random(100n);
    const queue = new DepositQueue<string>();
    const [calls, expected]: [Call[], unknown[]] = [[], []];
    for (let i = 0; i < INPUTS; i++) {
      const [call, result] = randomStep(random, queue);
      calls.push(call, { name: "queue", args: [] });
      expected.push(result, [queue.total, queue.ready, queue.waiting.map(({ position }) => position)]);
    }
    for (const { position } of queue.waiting) calls.push({ name: "deposit", args: [position] });

    const actual = await harness(calls);

    expect(actual.slice(0, expected.length)).toEqual(expected);
    expect(queue.waiting.length).toBeGreaterThan(0);
    for (const [i, { owner, amount }] of queue.waiting.entries()) {
      expect(actual[expected.length + i]).toMatchObject({ owner, amount });
    }
  });
});

/** Does one thing to the queue; returns the same as a call, and what it returned. */
function randomStep(random: Random, queue: DepositQueue<string>): [Call, unknown] {
  const { waiting } = queue;
  const kind = random.between(1n, 10n);
  if (kind <= 5n || waiting.length === 0) {
    const owner = random.pick([
      "0x00000000000000000000000000000000000000A1",
      "0x00000000000000000000000000000000000000b2",
    ]);
    const amount = random.edgy(1n, 2n ** 100n);
    return [{ name: "push", args: [owner, amount] }, queue.push(owner, amount)];
  }
  if (kind <= 7n) {
    const position = waiting[Number(random.edgy(0n, BigInt(waiting.length - 1)))]?.position ?? 0n;
    return [{ name: "remove", args: [position] }, queue.remove(position)];
  }
  const amount = random.edgy(0n, queue.ready);
  queue.spend(amount);
  return [{ name: "spend", args: [amount] }, undefined];
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_, field) => (typeof field === "bigint" ? `${field}` : field));
