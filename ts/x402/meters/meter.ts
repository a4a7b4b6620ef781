import type { Profile } from "../../sdk/work/profile.ts";

/** A request as a meter sees it, before anything was done about it. */
export type Task = { method: string; url: URL; headers: Headers; body: Uint8Array };

/** Counts one answer while it passes. */
export type Measurement = {
  /** The next bytes of the answer. @returns What of them goes to the source. */
  take(chunk: Uint8Array): Uint8Array;
  /** The answer is complete, or was broken off. @returns What was held back and goes to the source. */
  end(): Uint8Array;
  /** What was produced so far has cost, wei. */
  cost(): bigint;
};

/** How work is counted: what a task can cost before it begins, and what it has cost when it ends. */
export type Meter = {
  /** What the profile says that a task is measured by. */
  unit: Profile["unit"];
  /**
   * The most that a task can cost, wei, above 0. So much is reserved before anything happens.
   * @throws {MalformedMessageError} if it is not a task.
   */
  maximum(task: Task): bigint;
  /** What goes to whoever does the work: with limits that keep the maximum. As it came if left out. */
  prepare?(task: Task): Task;
  /**
   * The work begins, and its answer is counted from here on.
   * @param answer `isStream`: whether it comes as server-sent events.
   */
  start(task: Task, answer: { isStream: boolean }): Measurement;
};

const NOTHING = new Uint8Array();

/** Passes everything on. */
export const passing = (take: (chunk: Uint8Array) => void, cost: () => bigint): Measurement => ({
  take(chunk) {
    take(chunk);
    return chunk;
  },
  end: () => NOTHING,
  cost,
});

/**
 * Every request costs the same.
 * @param price Wei.
 * @example
 * const work = perRequest(parseEther("0.001"));
 */
export function perRequest(price: bigint): Meter {
  const measurement = passing(
    () => {},
    () => price,
  );
  return { unit: "request", maximum: () => price, start: () => measurement };
}

export type PerSecondParameters = {
  /** Wei. */
  price: bigint;
  /** A task is broken off after so many. */
  longest: number;
  /** A clock, milliseconds; the machine's own if not said. */
  clock?: (() => number) | undefined;
};

/**
 * Work costs what it takes, in seconds begun.
 * @example
 * const work = perSecond({ price: parseEther("0.0001"), longest: 120 });
 */
export function perSecond({ price, longest, clock = () => performance.now() }: PerSecondParameters): Meter {
  return {
    unit: "second",
    maximum: () => price * BigInt(Math.ceil(longest)),
    start() {
      const startedAt = clock();
      const cost = () => price * BigInt(Math.max(1, Math.ceil((clock() - startedAt) / 1000)));
      return passing(() => {}, cost);
    },
  };
}

export type PerByteParameters = {
  /** Wei. */
  price: bigint;
  /** An answer is broken off after so many. */
  most: number;
};

/**
 * Work costs what comes out of it, in bytes of the answer.
 * @example
 * const work = perByte({ price: 1_000_000_000n, most: 1_000_000 });
 */
export function perByte({ price, most }: PerByteParameters): Meter {
  return {
    unit: "byte",
    maximum: () => price * BigInt(most),
    start() {
      let bytes = 0;
      const count = (chunk: Uint8Array) => {
        bytes += chunk.length;
      };
      return passing(count, () => price * BigInt(bytes));
    },
  };
}
