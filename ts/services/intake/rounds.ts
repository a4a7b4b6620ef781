import { pause } from "../../sdk/internal/waitForBlock.ts";
import type { Endpoints } from "../runtime/endpoints.ts";
import type { Head } from "../runtime/heads.ts";
import type { Logger } from "../runtime/logger.ts";

/** One look at what is to be done. It may go on while the next begins; it never does the same thing twice at once. */
export type Round = (head: Head) => Promise<void>;

export type StartRoundsParameters = {
  /** They know the head. */
  endpoints: Pick<Endpoints, "head">;
  round: Round;
  /** Time between two, milliseconds. */
  pollInterval: number;
  log: Logger;
};

export type Rounds = {
  /** Begins no other; resolves once that is certain. */
  stop: () => Promise<void>;
  /** Resolves when those that have begun are over. */
  over: () => Promise<void>;
};

/** Begins a round at every interval, unless no endpoint answers. */
export function startRounds({ endpoints, round, pollInterval, log }: StartRoundsParameters): Rounds {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  function begin(head: Head): void {
    const current = round(head).catch((error: unknown) => {
      log.warn({ error }, "a round failed; the next one tries again");
    });
    running.add(current);
    void current.finally(() => running.delete(current));
  }
  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (endpoints.head !== undefined) begin(endpoints.head);
      await pause(pollInterval, stopping.signal).catch(() => {});
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
