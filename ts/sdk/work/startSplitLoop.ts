import { pause } from "../internal/waitForBlock.ts";
import type { BudgetSplitter, SplitReport } from "./budgetSplitter.ts";

export type StartSplitLoopParameters = {
  splitter: Pick<BudgetSplitter, "observe" | "apply">;
  /** The chain's time, Unix seconds, 0 as long as it is not known: `CreditFeed.now`. */
  now: () => number;
  /** Between two visits, seconds; 600 if not said. */
  every?: number | undefined;
  /** When the first visit is, 0 to 1 of `every`; at random if not said, so that sources do not all move at once. */
  phase?: number | undefined;
  /** Told of every visit: keep the splitter's state then. */
  onReport?: ((report: SplitReport) => void) | undefined;
  /** Told of every failure; the loop goes on. */
  onError?: ((error: unknown) => void) | undefined;
};

/** How often answers are counted, seconds. */
const OBSERVING = 60;

/** A loop that runs. */
export type SplitLoop = {
  /** Ends it. Resolves when what it has begun is done; streams go on. */
  stop: () => Promise<void>;
};

/**
 * Keeps a budget split until it is stopped. Streams go on as they are when it stops: `BudgetSplitter.close` ends them.
 * @example
 * const loop = startSplitLoop({ splitter, now: () => feed.now(), onReport: console.log, onError: console.error });
 * await loop.stop();
 */
export function startSplitLoop(parameters: StartSplitLoopParameters): SplitLoop {
  const controller = new AbortController();
  const ended = runLoop(parameters, controller.signal);
  return {
    stop: async () => {
      controller.abort();
      await ended;
    },
  };
}

async function runLoop(parameters: StartSplitLoopParameters, abort: AbortSignal): Promise<void> {
  const { splitter, now, every = 600, phase = Math.random(), onReport, onError } = parameters;
  for (let wait = every * phase; !abort.aborted; wait -= OBSERVING) {
    try {
      if (now() > 0) splitter.observe(now());
      if (wait <= 0) {
        wait += every;
        const report = await splitter.apply();
        onReport?.(report);
      }
    } catch (error) {
      onError?.(error);
    }
    await pause(OBSERVING * 1000, abort).catch(() => {});
  }
}
