import { describeError } from "../../core/errors.ts";
import { pause } from "../../sdk/internal/waitForBlock.ts";
import type { TestChain } from "../../testkit/testChain.ts";

/** Longest wait for services on a busy machine, milliseconds. */
const PATIENCE = 300_000;
const LOOK_EVERY = 50;
/** A chain's blocks come by themselves: one at every so many looks of somebody who waits. */
const LOOKS_PER_BLOCK = 5;

/** The chain's time, which passes only as told: a second with every block, and what is skipped. */
export class Clock {
  private constructor(
    readonly chain: TestChain,
    /** Unix seconds. */
    readonly start: number,
  ) {}

  /** Time begins at the next multiple of `step` seconds. */
  static async create(chain: TestChain, step: number): Promise<Clock> {
    await chain.test.setBlockTimestampInterval({ interval: 1 });
    const { timestamp } = await chain.test.getBlock();
    return new Clock(chain, (Math.floor(Number(timestamp) / step) + 1) * step);
  }

  /** Unix seconds. */
  async now(): Promise<number> {
    return Number((await this.chain.test.getBlock()).timestamp);
  }

  /** Skips to some seconds after the start, unless it is later already. */
  skipTo(seconds: number): Promise<void> {
    const { test } = this.chain;
    return this.until("a skip", async () => {
      const timestamp = BigInt(this.start + seconds);
      if (timestamp > (await test.getBlock()).timestamp) await test.setNextBlockTimestamp({ timestamp });
      await test.mine({ blocks: 1 });
      return true;
    });
  }

  /**
   * Looks again and again until it is so; failures count as no. While it mines, anvil may answer with the state of one
   * block at the time of the one before.
   * @throws if it does not become so.
   */
  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    let failure: unknown;
    for (let look = 1; ; look++) {
      try {
        if (await isSo()) return;
        failure = undefined;
      } catch (error) {
        failure = error;
      }
      if (Date.now() > deadline) {
        const why = failure === undefined ? "" : `: ${describeError(failure)}`;
        throw new Error(`it did not become so: ${what}${why}`, { cause: failure });
      }
      if (look % LOOKS_PER_BLOCK === 0) await this.chain.test.mine({ blocks: 1 });
      await pause(LOOK_EVERY);
    }
  }

  /** Does something that may fail while blocks are mined, until it succeeds. */
  async eventually<result>(what: string, action: () => Promise<result>): Promise<result> {
    let result: { value: result } | undefined;
    await this.until(what, async () => {
      result = { value: await action() };
      return true;
    });
    return (result as { value: result }).value;
  }
}
