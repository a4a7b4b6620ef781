import type { Address, Hex } from "viem";
import { getBlock } from "viem/actions";
import type { ContractCallError } from "../errors.ts";
import type { GetTaskTypeReturnType } from "../read/getTaskType.ts";
import type { Deployment, ReadClient } from "../types.ts";
import { CreditBook, type CreditBookState } from "./credit.ts";
import type { FoundSource } from "./found.ts";
import { findBlockAt, type ReadSampleParameters, readSample } from "./sampling.ts";

export type CreditFeedParameters = {
  deployment: Deployment;
  taskType: Pick<GetTaskTypeReturnType, "taskTypeId" | "distributionPool" | "epochLength">;
  /** Who is to be sampled, asked every time: a source names itself, a sink all that stream to its pool (`getSources`). */
  sources: () => Promise<readonly Pick<FoundSource, "source" | "since">[]>;
  /** Which sinks are to be sampled, asked every time. */
  sinks: () => Promise<readonly Address[]>;
  /** Told, at every refresh, what each source has at each sink since the beginning, wei. */
  onCredit: (source: Address, sink: Address, credit: bigint, now: number) => void;
  /** The account as it was kept; a new one if not said. */
  state?: CreditBookState | undefined;
};

/** Blocks this much younger than the latest are taken as final, seconds. What is reorganised all the same is recomputed. */
const DEPTH = 12;

/**
 * Keeps a `CreditBook` up to date with the chain, and knows what time it is there: the latest block's, and what has passed
 * since on this machine, whose own date does not matter.
 * @example
 * const feed = new CreditFeed(client, { deployment, taskType, sources, sinks, onCredit });
 * await feed.refresh(); // every few seconds
 */
export class CreditFeed {
  readonly #client: ReadClient;
  readonly #parameters: CreditFeedParameters;
  readonly book: CreditBook;
  #head = { block: 0n, time: 0, seenAt: 0 };

  constructor(client: ReadClient, parameters: CreditFeedParameters) {
    [this.#client, this.#parameters] = [client, parameters];
    this.book = parameters.state === undefined ? new CreditBook() : CreditBook.restore(parameters.state);
  }

  /** The latest block that was seen; 0 before the first refresh. */
  get head(): bigint {
    return this.#head.block;
  }

  /** The chain's time, Unix seconds; 0 before the first refresh. */
  now(): number {
    const { time, seenAt } = this.#head;
    return time === 0 ? 0 : time + (performance.now() - seenAt) / 1000;
  }

  /** Reads what is new; call it at any interval up to an epoch. @throws {ContractCallError} if a block's state is gone. */
  async refresh(): Promise<void> {
    const { taskType, deployment, onCredit } = this.#parameters;
    const head = await getBlock(this.#client);
    this.#head = { block: head.number, time: Number(head.timestamp), seenAt: performance.now() };
    await this.#forgetReorganised();
    const [sources, sinks] = await Promise.all([this.#parameters.sources(), this.#parameters.sinks()]);
    const from = { deployment, ...taskType, sources: sources.map(({ source }) => source), sinks };
    const latestBlock = this.book.block?.block ?? 0n;
    const opened = sources.filter(({ since }) => since > latestBlock).map(({ source }) => source);
    const final = this.#head.time - DEPTH;
    const epochBlock = await findBlockAt(this.#client, Math.floor(final / taskType.epochLength) * taskType.epochLength);
    if (this.#isNew(epochBlock)) this.book.take({ ...(await this.#sample(from, epochBlock)), opened });
    const latest = await findBlockAt(this.#client, final);
    const sample = this.#isNew(latest) ? await this.#sample(from, latest) : undefined;
    for (const { source } of sources) {
      for (const sink of sinks) {
        const credit = sample ? this.book.provisional(sample, source, sink) : this.book.credit(source, sink);
        onCredit(source, sink, credit, this.#head.time);
      }
    }
  }

  #sample(parameters: Omit<ReadSampleParameters, "blockNumber">, blockNumber: bigint) {
    return readSample(this.#client, { ...parameters, blockNumber });
  }

  #isNew(block: bigint | undefined): block is bigint {
    return block !== undefined && block > (this.book.block?.block ?? -1n);
  }

  async #forgetReorganised(): Promise<void> {
    for (let latest = this.book.block; latest !== undefined; latest = this.book.block) {
      const gone = latest.hash;
      const there: Hex | undefined = (
        await getBlock(this.#client, { blockNumber: latest.block }).catch(() => undefined)
      )?.hash;
      if (there === gone || this.book.forget((hash) => hash !== gone) === 0) return;
    }
  }
}

export type CreditFeedErrorType = ContractCallError;
