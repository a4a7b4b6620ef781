import WebSocket from "ws";
import { pause } from "../../sdk/internal/waitForBlock.ts";
import { backOff } from "./failures.ts";
import { type Head, headOf } from "./heads.ts";

export type HeadSubscriptionParameters = {
  /** `wss://…` */
  url: string;
  /** Longest wait for a connection, milliseconds. */
  timeout: number;
  /** Hears of the first head of each connection, and of what has ended one. */
  onChange: (change: { listening: true } | { listening: false; error: unknown }) => void;
};

/** After so long without a block it is better to ask, milliseconds. */
const SILENT_AFTER = 10_000;

/** Between two signs of life, milliseconds; without any the connection is taken to be dead. */
const PING_EVERY = 15_000;

/** Wait before the first new connection, milliseconds. */
const RETRY = 1_000;

/**
 * Hears of new blocks over a websocket (`eth_subscribe`, `newHeads`), so that nobody need ask. When the connection ends it
 * is made again, after a wait that grows; meanwhile nothing is known.
 */
export class HeadSubscription {
  readonly #parameters: HeadSubscriptionParameters;
  readonly #closing = new AbortController();
  #ended = Promise.resolve();
  #heard: { head: Head; at: number } | undefined;

  constructor(parameters: HeadSubscriptionParameters) {
    this.#parameters = parameters;
  }

  /** The latest block; undefined while nothing is heard. */
  get latest(): Head | undefined {
    return this.#heard !== undefined && Date.now() - this.#heard.at < SILENT_AFTER ? this.#heard.head : undefined;
  }

  /** Begins to listen, and goes on until `close`. */
  listen(): void {
    this.#ended = this.#keepListening();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#ended;
  }

  async #keepListening(): Promise<void> {
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; ) {
      const error = await this.#connection();
      failures = this.#heard === undefined ? failures + 1 : 1;
      this.#heard = undefined;
      if (signal.aborted) return;
      this.#parameters.onChange({ listening: false, error });
      await pause(backOff(RETRY, failures - 1), signal).catch(() => {});
    }
  }

  /** @returns What has ended it. */
  #connection(): Promise<unknown> {
    const { url, timeout } = this.#parameters;
    const socket = new WebSocket(url, { handshakeTimeout: timeout, maxPayload: MOST_BYTES });
    let alive = true;
    let pinging: NodeJS.Timeout | undefined;
    const close = (): void => socket.terminate();
    this.#closing.signal.addEventListener("abort", close);
    socket.on("open", () => {
      socket.send(JSON.stringify(SUBSCRIBE));
      pinging = setInterval(() => {
        if (alive) socket.ping();
        else socket.terminate();
        alive = false;
      }, PING_EVERY);
    });
    socket.on("pong", () => {
      alive = true;
    });
    return new Promise((resolve) => {
      let reason: unknown = new Error("the connection was closed");
      const fail = (error: unknown): void => {
        reason = error;
        socket.terminate();
      };
      socket.on("message", (data) => {
        alive = true;
        try {
          this.#hear(JSON.parse(String(data)));
        } catch (error) {
          fail(error);
        }
      });
      socket.on("error", fail);
      socket.on("close", () => {
        clearInterval(pinging);
        this.#closing.signal.removeEventListener("abort", close);
        resolve(reason);
      });
    });
  }

  #hear({ error, method, params }: Notification): void {
    if (error !== undefined) throw new Error(`it offers no new heads: ${error.message}`);
    if (method !== "eth_subscription") return;
    const first = this.#heard === undefined;
    this.#heard = { head: headOf(params?.result), at: Date.now() };
    if (first) this.#parameters.onChange({ listening: true });
  }
}

type Notification = { error?: { message: string }; method?: string; params?: { result: unknown } };

const SUBSCRIBE = { jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newHeads"] };

/** A header has a kilobyte. */
const MOST_BYTES = 1_000_000;
