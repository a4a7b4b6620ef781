import type { PayingFetchParameters } from "./parameters.ts";
import { PayingClient } from "./payingClient.ts";

/** A fetch that pays. */
export type PayingFetch = ((path: string, init?: RequestInit) => Promise<Response>) & {
  /** What is behind it, once it is open: the account, what is lost, what is owed. */
  client: () => Promise<PayingClient>;
  /** Acknowledges, and ends the stream. */
  close: () => Promise<void>;
};

/**
 * Buys from whoever has been paid most and done least: finds the sinks of a task type, streams to its pool within a budget,
 * signs an order for each request, acknowledges what came back. Answers come as they are made.
 * @example
 * const budget = { perDay: parseEther("5"), perHour: parseEther("1") };
 * const pay = payingFetch({ client, deployment, taskTypeId, oneTask: parseEther("0.01"), budget });
 * const answer = await pay("/chat/completions", { method: "POST", body });
 */
export function payingFetch(parameters: PayingFetchParameters): PayingFetch {
  const { refreshEvery = 4, onWarning = () => {} } = parameters;
  let opened: Promise<PayingClient> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const open = () => {
    opened ??= PayingClient.open(parameters).then((client) => {
      if (refreshEvery > 0) timer = setInterval(() => void client.refresh().catch(onWarning), 1000 * refreshEvery);
      timer?.unref();
      return client;
    });
    opened.catch(() => {
      opened = undefined;
    });
    return opened;
  };
  return Object.assign(async (path: string, init?: RequestInit) => (await open()).fetch(path, init), {
    client: open,
    async close() {
      clearInterval(timer);
      await (await opened?.catch(() => undefined))?.close();
    },
  });
}
