import { BackpressureError } from "../../core/errors.ts";

/**
 * A store cannot be opened.
 * @remarks Check the folder or the database that the message names: whether it is there, yours, and not another
 * program's.
 */
export class StoreError extends BackpressureError {
  override name = "StoreError";
}

/**
 * A store takes nothing at the moment: whether the message is kept is not certain, so nobody may be told that it is.
 * @remarks Send the message again later: it is not certain that it was kept, and twice does no harm.
 */
export class StoreUnavailableError extends BackpressureError {
  override name = "StoreUnavailableError";
}

/** What is kept of a message. */
export type Entry<message> = {
  /** Names its place: there is at most one message for each. */
  key: string;
  /** Only a larger one takes the place. Below 2^128. */
  version: bigint;
  message: message;
  /** When it came, milliseconds since 1970 by this machine's clock. */
  receivedAt: number;
};

/** How much waits. */
export type StoreSummary = {
  messages: number;
  /** When the oldest came, milliseconds since 1970; undefined for none. */
  oldest: number | undefined;
};

/**
 * Messages that wait, at most one for each key, kept for good before anybody is told so.
 * @throws {StoreUnavailableError} Each of its methods, while it cannot do what it promises.
 */
export type MessageStore<message> = {
  /** In one line why it takes nothing at the moment; undefined if it does. */
  problem: () => string | undefined;
  get: (key: string) => Promise<Entry<message> | undefined>;
  /** Everything that waits, as it is now. */
  entries: () => Promise<Entry<message>[]>;
  summary: () => Promise<StoreSummary>;
  /**
   * Puts an entry in the place of the one before, if its version is larger; resolves once it is kept for good.
   * @returns Whether it was.
   */
  replace: (entry: Entry<message>) => Promise<boolean>;
  /** Forgets an entry, unless a newer one has taken its place. A removal that a crash undoes is made again. */
  remove: (entry: Entry<message>) => Promise<void>;
  /** Lets another process have it. */
  close: () => Promise<void>;
};
