import { getBlock, waitForTransactionReceipt } from "viem/actions";
import {
  InvalidParameterError,
  StreamNotClosedError,
  StreamStateError,
  TransactionUnconfirmedError,
} from "../errors.ts";
import { ChainClock } from "../internal/chainClock.ts";
import { assertAmount } from "../internal/decimals.ts";
import { pause } from "../internal/waitForBlock.ts";
import type { Sent, WriteClient } from "../types.ts";
import { formatDuration } from "../utils/format.ts";
import { closeStream } from "./closeStream.ts";
import { type OpenStreamErrorType, type OpenStreamParameters, openStream } from "./openStream.ts";

/** How long a transaction may take to be in a block when the network is busy, seconds. */
const DEFAULT_CLOSING_TIME = 60;

/** How often closing is tried, and the longest pause before it is tried again, milliseconds. */
const ATTEMPTS = 10;
const LONGEST_PAUSE = 30_000;

export type WithStreamParameters = OpenStreamParameters & {
  /** The most that is streamed, wei. Superfluid's deposit comes beside it, and comes back. */
  budget: bigint;
  /** After how long the stream is closed, seconds by the chain's clock; when the budget says so if not said. */
  maxDuration?: number | undefined;
  /** The most that is streamed beyond what was said to be `delivered`, wei; the budget if not said. */
  stopLoss?: bigint | undefined;
  /** How long before the budget is used up the stream is closed, seconds; 60 if not said. */
  closingTime?: number | undefined;
  /** Closes the stream. */
  abort?: AbortSignal | undefined;
};

/** Why a stream was closed before whoever used it was done. */
export type StreamEnd = "budget" | "duration" | "stop loss" | "aborted";

/** An open stream, for whoever uses it. */
export type LimitedStream = {
  /** Wei per second that really flow. */
  flowRate: bigint;
  /** Fires when the stream is about to be closed; its reason is a `StreamEnd`. */
  signal: AbortSignal;
  /** Says that work of this value has come, wei. */
  delivered: (value: bigint) => void;
  /** What has been streamed by now, wei; looks at the limits too. */
  spent: () => Promise<bigint>;
};

export type WithStreamReturnType<result> = {
  /** What the callback has returned. */
  result: result;
  /** What was streamed in all, wei; never more than the budget. */
  spent: bigint;
  /** Undefined if the callback was done first. */
  ended: StreamEnd | undefined;
};

export type WithStreamErrorType = OpenStreamErrorType | StreamNotClosedError;

/**
 * Opens a stream for as long as a function runs, and closes it whatever happens: when the function returns or throws, at
 * the budget, after a time, when too little comes for the money, or when it is told to. The function hears of it by the
 * signal, and decides what to return or throw then; the stream is closed meanwhile.
 *
 * A process that dies closes nothing: then the stream goes on until the account is empty. So keep no more in the account
 * than may be lost, the deposit included, which goes to whoever closes the stream of an empty account.
 * @throws {InvalidParameterError} if the budget does not last for twice the time that closing may take.
 * @throws {StreamStateError} if the account streams to this pool already; that stream goes on.
 * @throws {StreamNotClosedError} if the stream could not be closed.
 * @example
 * const flowRate = parseEther("0.001");
 * const limits = { budget: parseEther("1"), maxDuration: 600, stopLoss: parseEther("0.5") };
 * const { spent, ended } = await withStream(sourceClient, { deployment, taskTypeId, flowRate, ...limits }, async (stream) => {
 *   stream.delivered(parseEther("0.1")); // after each answer
 *   return stream.signal.aborted;
 * });
 */
export async function withStream<result>(
  client: WriteClient,
  parameters: WithStreamParameters,
  use: (stream: LimitedStream) => Promise<result>,
): Promise<WithStreamReturnType<result>> {
  const { lasts } = assertLimits(parameters);
  const opened = await openOrClose(client, { runway: Math.min(lasts, 3600), ...parameters });
  const limited = new Limited(client, parameters, opened);
  try {
    await limited.begin();
    const result = await use(limited.stream);
    return { result, spent: await limited.close(), ended: limited.ended };
  } finally {
    await limited.close();
  }
}

function assertLimits({ budget, flowRate, closingTime = DEFAULT_CLOSING_TIME, force }: WithStreamParameters) {
  assertAmount(budget, { force });
  const lasts = flowRate > 0n ? Number(budget / flowRate) : Number.POSITIVE_INFINITY;
  if (lasts >= 2 * closingTime) return { lasts };
  throw new InvalidParameterError(
    `a budget of ${budget} wei lasts ${formatDuration(lasts)} at ${flowRate} wei/s, and closing may take ` +
      `${formatDuration(closingTime)}: raise the budget, or stream less`,
  );
}

/** What has come of an opening of which nothing is known is waited for, and closed. */
async function openOrClose(client: WriteClient, parameters: OpenStreamParameters) {
  try {
    return await openStream(client, parameters);
  } catch (error) {
    if (!(error instanceof TransactionUnconfirmedError)) throw error;
    const { hash } = error;
    await patiently(client, () => waitForTransactionReceipt(client, { hash }));
    await closeSurely(client, parameters);
    throw error;
  }
}

/** Tries until it is closed. @returns Undefined if somebody else has closed it. @throws {StreamNotClosedError} */
async function closeSurely(client: WriteClient, { deployment, taskTypeId }: OpenStreamParameters) {
  return patiently(client, async () => {
    try {
      return await closeStream(client, { deployment, taskTypeId });
    } catch (error) {
      if (error instanceof StreamStateError) return undefined;
      throw error;
    }
  });
}

/** Tries again and again, with longer and longer pauses. */
async function patiently<result>(client: WriteClient, action: () => Promise<result>): Promise<result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (attempt === ATTEMPTS) throw new StreamNotClosedError(client.account.address, error);
      await pause(Math.min(client.pollingInterval * 2 ** attempt, LONGEST_PAUSE));
    }
  }
}

/** One stream with its limits. */
class Limited {
  readonly stream: LimitedStream;
  ended: StreamEnd | undefined;
  readonly #client: WriteClient;
  readonly #limits: WithStreamParameters;
  readonly #opened: Sent & { flowRate: bigint };
  readonly #ending = new AbortController();
  readonly #done = new AbortController();
  #clock: ChainClock | undefined;
  #openedAt = 0;
  #delivered = 0n;
  #closed: Promise<bigint> | undefined;

  constructor(client: WriteClient, limits: WithStreamParameters, opened: Sent & { flowRate: bigint }) {
    this.#client = client;
    this.#limits = limits;
    this.#opened = opened;
    this.stream = {
      flowRate: opened.flowRate,
      signal: this.#ending.signal,
      delivered: (value) => {
        this.#delivered += value;
      },
      spent: () => this.#look(),
    };
  }

  /** Watches the limits from now on. */
  async begin(): Promise<void> {
    this.#openedAt = await this.#timeOf(this.#opened.receipt.blockNumber);
    this.#clock = new ChainClock(this.#client, this.#openedAt);
    const { abort } = this.#limits;
    abort?.addEventListener("abort", () => this.#end("aborted"), { once: true, signal: this.#done.signal });
    if (abort?.aborted) this.#end("aborted");
    void this.#watch();
  }

  /** Closes the stream, once. @returns What was streamed, wei. */
  close(): Promise<bigint> {
    this.#done.abort();
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<bigint> {
    const closed = await closeSurely(this.#client, this.#limits);
    if (closed === undefined) return this.#streamedUntil((await this.#clock?.now()) ?? this.#openedAt);
    return this.#streamedUntil(await this.#timeOf(closed.receipt.blockNumber));
  }

  #end(why: StreamEnd): void {
    if (this.#done.signal.aborted) return;
    this.ended = why;
    // Whoever uses the stream hears of a failure when it is done.
    this.close().catch(() => {});
    this.#ending.abort(why);
  }

  async #watch(): Promise<void> {
    const { signal } = this.#done;
    while (!signal.aborted) {
      await this.#look();
      await pause(this.#client.pollingInterval, signal).catch(() => {});
    }
  }

  async #look(): Promise<bigint> {
    const { budget, maxDuration, stopLoss = budget, closingTime = DEFAULT_CLOSING_TIME } = this.#limits;
    const now = (await this.#clock?.now()) ?? this.#openedAt;
    const spent = this.#streamedUntil(now);
    if (this.#streamedUntil(now + closingTime) >= budget) this.#end("budget");
    else if (maxDuration !== undefined && now - this.#openedAt >= maxDuration) this.#end("duration");
    else if (spent - this.#delivered > stopLoss) this.#end("stop loss");
    return spent;
  }

  #streamedUntil(time: number): bigint {
    return this.#opened.flowRate * BigInt(time - this.#openedAt);
  }

  async #timeOf(blockNumber: bigint): Promise<number> {
    return Number((await getBlock(this.#client, { blockNumber })).timestamp);
  }
}
