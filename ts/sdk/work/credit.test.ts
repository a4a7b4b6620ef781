import { type Address, type Hex, numberToHex } from "viem";
import { expect, test } from "vitest";
import { Random } from "../../model/random.ts";
import { InvalidParameterError } from "../errors.ts";
import { decode, encode } from "./amounts.ts";
import { CreditBook, type CreditBookState, type Sample } from "./credit.ts";

const [A, B] = ["0xA", "0xB"] as Address[] as [Address, Address];
const [K, L] = ["0xK", "0xL"] as Address[] as [Address, Address];

function sample(block: number, paid: bigint, spent: [bigint, bigint], received: [bigint, bigint]): Sample {
  return {
    block: BigInt(block),
    hash: numberToHex(block),
    time: 60 * block,
    paid,
    spent: { [A]: spent[0], [B]: spent[1] },
    received: { [K]: received[0], [L]: received[1] },
  };
}

test("what sinks receive is credited to those who pay, in proportion", () => {
  const book = new CreditBook();
  expect(book.block).toBeUndefined();
  book.take(sample(1, 1000n, [500n, 500n], [700n, 300n]));
  expect(book.credit(A, K)).toBe(0n);
  book.take(sample(2, 1100n, [575n, 525n], [760n, 340n]));
  expect([book.credit(A, K), book.credit(B, K)]).toEqual([45n, 15n]);
  expect([book.credit(A, L), book.credit(B, L)]).toEqual([30n, 10n]);
  expect(book.block).toEqual({ block: 2n, hash: "0x2", time: 120 });
});

test("donations are nobody's credit, and what is booked late is shared out", () => {
  const book = new CreditBook();
  book.take(sample(1, 0n, [0n, 0n], [0n, 0n]));
  book.take(sample(2, 100n, [50n, 0n], [100n, 0n]));
  expect(book.credit(A, K)).toBe(50n);
  // Two sources spent 200 by the books, and the sink got 100.
  book.take(sample(3, 200n, [150n, 100n], [200n, 0n]));
  expect([book.credit(A, K), book.credit(B, K)]).toEqual([100n, 50n]);
});

test("what falls and rises again counts once", () => {
  const book = new CreditBook();
  book.take(sample(1, 0n, [100n, 0n], [0n, 0n]));
  book.take(sample(2, 100n, [40n, 0n], [100n, 0n]));
  book.take(sample(3, 200n, [100n, 0n], [200n, 0n]));
  expect(book.credit(A, K)).toBe(0n);
  expect(() => book.take(sample(3, 200n, [100n, 0n], [200n, 0n]))).toThrow(InvalidParameterError);
});

test("who begins to stream between two samples is credited from then on, who was overlooked is not", () => {
  const credit = (opened: Address[]) => {
    const book = new CreditBook();
    book.take({ ...sample(1, 0n, [0n, 0n], [0n, 0n]), spent: { [B]: 0n } });
    book.take({ ...sample(2, 100n, [40n, 60n], [100n, 0n]), opened });
    return book.credit(A, K);
  };
  expect([credit([A]), credit([])]).toEqual([40n, 0n]);
});

test("within an epoch the lower of old and new rate counts", () => {
  const book = new CreditBook();
  book.take(sample(1, 0n, [0n, 0n], [0n, 0n]));
  const now = (wei: bigint) => book.provisional(sample(3, 600n + wei, [600n + wei, 0n], [600n + wei, 0n]), A, K);
  expect(now(600n)).toBe(0n);
  book.take(sample(2, 600n, [600n, 0n], [600n, 0n]));
  expect(now(600n)).toBe(1200n);
  expect(now(900n)).toBe(1200n);
  expect(now(60n)).toBe(660n);
  expect(book.credit(A, K)).toBe(600n);
});

/** A chain of blocks on which everything happens that moves money; amounts only, as the contracts report them. */
class World {
  readonly blocks: Sample[] = [];
  #fork = 0;

  constructor(
    readonly random: Random,
    readonly sources: readonly Address[],
    readonly sinks: readonly Address[],
  ) {
    const zeros = (names: readonly Address[]) => Object.fromEntries(names.map((name) => [name, 0n]));
    this.blocks.push({ block: 0n, hash: "0x0", time: 0, paid: 0n, spent: zeros(sources), received: zeros(sinks) });
  }

  get head(): Sample {
    return this.blocks[this.blocks.length - 1] as Sample;
  }

  mine(): void {
    const { random, head } = this;
    const [spent, received] = [{ ...head.spent }, { ...head.received }];
    let paid = head.paid;
    const pay = (amount: bigint): void => {
      paid += amount;
      let rest = amount;
      for (const sink of this.sinks) {
        const part = random.between(0n, rest);
        received[sink] = (received[sink] ?? 0n) + part;
        rest -= part;
      }
    };
    for (const source of this.sources) {
      const was = spent[source] ?? 0n;
      const amount = random.edgy(0n, 10n ** 20n);
      // A stream that is on, off, drained from the escrow, unsynchronised (booked later), or paid back.
      const kind = random.between(0n, 5n);
      if (kind <= 2n) pay(amount);
      if (kind === 0n || kind === 3n) spent[source] = was + amount;
      if (kind === 4n) spent[source] = was - random.between(0n, was);
    }
    // A slash or a gift that is drained.
    if (random.oneIn(5n)) pay(random.edgy(0n, 10n ** 21n));
    const block = head.block + 1n;
    const hash = `0x${block.toString(16)}f${this.#fork}` as Hex;
    this.blocks.push({ block, hash, time: head.time + 2, paid, spent, received });
  }

  reorganise(depth: number): void {
    this.#fork += 1;
    const gone = Math.min(depth, this.blocks.length - 1);
    this.blocks.splice(this.blocks.length - gone);
    for (let i = 0; i <= gone; i++) this.mine();
  }

  has = (hash: Hex): boolean => this.blocks.some((block) => block.hash === hash);
}

test.each([1n, 2n, 3n, 4n, 5n])("all credit at a sink is at most what it received, history %i", (seed) => {
  const random = new Random(seed);
  const world = new World(random, ["0x1", "0x2", "0x3"], ["0x7", "0x8"]);
  // One account that looks at the very head and is corrected, one that waits twelve seconds, one that begins late.
  let [hasty, patient, late] = [new CreditBook(), new CreditBook(), new CreditBook()];
  let reorganisations = 0;
  for (let step = 0; step < 600; step++) {
    world.mine();
    if (random.oneIn(7n)) {
      world.reorganise(Number(random.between(1n, 5n)));
      reorganisations += hasty.forget(world.has);
      expect(patient.forget(world.has)).toBe(0);
    }
    const deep = world.blocks[world.blocks.length - 7];
    const isNew = (book: CreditBook, at: Sample) => at.block > (book.block?.block ?? -1n);
    if (random.oneIn(3n) && isNew(hasty, world.head)) hasty.take(world.head);
    if (deep && random.oneIn(3n) && isNew(patient, deep)) patient.take(deep);
    if (deep && step > 300 && isNew(late, deep)) late.take(deep);
    if (step % 50 === 0) {
      [hasty, patient, late] = [hasty, patient, late].map((book) =>
        CreditBook.restore(decode<CreditBookState>(encode(book))),
      ) as [CreditBook, CreditBook, CreditBook];
    }
    for (const sink of world.sinks) {
      const sum = (credit: (source: Address) => bigint) =>
        world.sources.reduce((total, source) => total + credit(source), 0n);
      const received = (hash: Hex | undefined) =>
        world.blocks.find((block) => block.hash === hash)?.received[sink] ?? 0n;
      for (const book of [hasty, patient, late]) {
        expect(sum((source) => book.credit(source, sink))).toBeLessThanOrEqual(received(book.block?.hash));
        const now = sum((source) => book.provisional(world.head, source, sink));
        expect(now).toBeLessThanOrEqual(world.head.received[sink] as bigint);
      }
    }
  }
  expect(reorganisations).toBeGreaterThan(10);
  expect(world.sinks.some((sink) => hasty.credit("0x1", sink) > 0n)).toBe(true);
});

test("after a reorganisation the account is what it would have been without", () => {
  const random = new Random(9n);
  const world = new World(random, [A, B], [K, L]);
  const [book, other] = [new CreditBook(), new CreditBook()];
  for (let i = 0; i < 10; i++) {
    world.mine();
    book.take(world.head);
  }
  world.reorganise(5);
  expect(book.forget(world.has)).toBe(5);
  for (const block of world.blocks.slice(1)) {
    other.take(block);
    if (block.block > (book.block?.block ?? 0n)) book.take(block);
  }
  expect(encode(book)).toBe(encode(other));
});
