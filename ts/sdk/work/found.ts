import type { Address, Hex } from "viem";
import type { IndexerError } from "./errors.ts";

/** Where events are looked for. */
export type EventRange = {
  /** The deployment's block, as its record says: no event is older. */
  fromBlock: bigint;
  /** Most blocks that the endpoint is asked for at once; 10,000, or what it has answered for before, if not said. */
  blocksPerQuery?: bigint | undefined;
};

/** Where else to look first. */
export type IndexerOption = {
  /**
   * Address of an indexer of the same deployment (`npm run indexer`), as `http://127.0.0.1:42069`. It says what there was up
   * to the block that it knows; the rest is read from events as always, so the answer is the same however far it is behind.
   * Choose it as you would an endpoint: what it says is believed, but for texts, which it cuts at 2,000 characters and clears of
   * control characters. Where it does not answer, everything is read from events.
   */
  indexer?: string | undefined;
  /** Hears why the indexer was of no use. */
  onIndexerError?: ((error: IndexerError) => void) | undefined;
};

/** A kind of work that somebody has registered. */
export type FoundTaskType = {
  taskTypeId: Hex;
  creator: Address;
  superToken: Address;
  /** What the work is: free text of a stranger. */
  metadata: string;
};

/** A sink of a task type. */
export type FoundSink = {
  sink: Address;
  /** Where it describes itself: text of a stranger, for `fetchProfile`. Empty for none. */
  profileUri: string;
};

/** A source of a pool: who has ever streamed to it. */
export type FoundSource = {
  source: Address;
  /** What it streams since its latest change, wei per second; 0 if it has closed its stream. */
  flowRate: bigint;
  /** Block of its first stream. */
  since: bigint;
};
