import { describeError } from "../errors.ts";
import { pause } from "../sdk/internal/waitForBlock.ts";
import type { Head } from "../services/heads.ts";
import type { Health } from "../services/health.ts";
import type { Logger } from "../services/logger.ts";

/** One look at what is to be done. It may go on while the next begins; it never does the same thing twice at once. */
export type Round = (head: Head) => Promise<void>;

export type StartRoundsParameters = {
  /** The latest block; undefined if nobody tells. */
  refresh: () => Promise<Head | undefined>;
  round: Round;
  /** Time between two, milliseconds. */
  interval: number;
  log: Logger;
  health: Health;
};

/** Milliseconds without the chain after which a service is not well. */
const PATIENCE = 60_000;

/**
 * Begins a round at every interval.
 * @returns Ends it; resolves when the last round is over.
 */
export function startRounds(parameters: StartRoundsParameters): () => Promise<void> {
  const { refresh, round, interval, log, health } = parameters;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let lastHead = Date.now();
  health.add("chain", () => {
    const silence = Date.now() - lastHead;
    return silence < PATIENCE ? undefined : `no RPC endpoint has answered for ${Math.floor(silence / 1000)} s`;
  });

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      const head = await refresh();
      if (head !== undefined) {
        lastHead = Date.now();
        const current = round(head).catch((error) => log.error({ error: describeError(error) }, "a round failed"));
        running.add(current);
        void current.finally(() => running.delete(current));
      }
      await pause(interval, stopping.signal).catch(() => {});
    }
  }
  const ended = loop();
  return async () => {
    stopping.abort();
    await ended;
    await Promise.all(running);
  };
}
