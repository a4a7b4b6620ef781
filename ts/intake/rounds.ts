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

export type Rounds = {
  /** Begins no other; resolves once that is certain. */
  stop: () => Promise<void>;
  /** Resolves when those that have begun are over. */
  over: () => Promise<void>;
};

/** Begins a round at every interval, with the head that it then has. */
export function startRounds(parameters: StartRoundsParameters): Rounds {
  const { refresh, round, interval, log, health } = parameters;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let lastHead = Date.now();
  health.add("chain", () => {
    const silence = Date.now() - lastHead;
    return silence < PATIENCE ? undefined : `no RPC endpoint has answered for ${Math.floor(silence / 1000)} s`;
  });
  const complain = (error: unknown): void => log.warn({ error }, "a round failed; the next one tries again");

  async function look(): Promise<void> {
    const head = await refresh();
    if (head === undefined) return;
    lastHead = Date.now();
    const current = round(head).catch(complain);
    running.add(current);
    void current.finally(() => running.delete(current));
  }
  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      await look().catch(complain);
      await pause(interval, stopping.signal).catch(() => {});
    }
  }
  const ended = loop();
  return {
    stop: () => {
      stopping.abort();
      return ended;
    },
    over: async () => {
      await Promise.all(running);
    },
  };
}
