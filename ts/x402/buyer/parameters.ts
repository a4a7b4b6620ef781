import type { Address } from "viem";
import type { LossReport } from "../../sdk/work/lossWatch.ts";
import type { BuyerAccountParameters } from "./account.ts";

export type PayingFetchParameters = Omit<BuyerAccountParameters, "maxWork"> & {
  /** The most that one task may cost, wei. */
  oneTask: bigint;
  /** The deployment's block: no event is older. 0 if not said. */
  fromBlock?: bigint | undefined;
  /** Who may get tasks, which may hold what is nobody's business; every sink of the pool if not said. */
  sinks?: readonly Address[] | undefined;
  /** Whether an answer is any good, by its head; any that is none of an error if not said. */
  accept?: ((answer: Response) => boolean) | undefined;
  /** How many sinks are tried for a task; 3 if not said. */
  attempts?: number | undefined;
  /** How long a task waits until a sink owes it, seconds; 900 if not said. A first stream needs some epochs. */
  patience?: number | undefined;
  /** Seconds until an answer begins, and between its pieces; 60 if not said. */
  timeout?: number | undefined;
  /** The longest answer, bytes; 10 MB if not said. */
  maxBytes?: number | undefined;
  /** Headers that go to the sink beside `accept`, `accept-language` and `content-type`. */
  headers?: readonly string[] | undefined;
  /** The stream is closed when the money lasts no longer than this, seconds; 900 if not said. */
  leastRunway?: number | undefined;
  /** The stream is closed after so many seconds without a task; never if not said. */
  idle?: number | undefined;
  /** How often the chain is looked at, seconds; 4 if not said, and 0 for never by itself. */
  refreshEvery?: number | undefined;
  /** For sinks in one's own network. */
  allowPrivate?: boolean | undefined;
  /** Hears of pay that is lost, and of what goes wrong in the background. */
  onWarning?: ((warning: LossReport | unknown) => void) | undefined;
};
