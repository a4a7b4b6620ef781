import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Refusal } from "./refusal.ts";

export type RateLimitSettings = {
  /** Messages that one client address may send per minute. */
  perClient: number;
  /** Messages that count of one sink per minute. */
  perSink: number;
};

/** Seconds that a limit counts over. */
const WINDOW = 60;

/** How much each client may send, and how much may be sent for each sink. */
export class RateLimits {
  readonly #clients: RateLimiterMemory;
  readonly #sinks: RateLimiterMemory;

  constructor({ perClient, perSink }: RateLimitSettings) {
    this.#clients = new RateLimiterMemory({ points: perClient, duration: WINDOW });
    this.#sinks = new RateLimiterMemory({ points: perSink, duration: WINDOW });
  }

  /** Before anything is looked at. @throws {Refusal} */
  client(address: string, messages: number): Promise<void> {
    return consume(this.#clients, address, messages, "this address sends");
  }

  /** Only for messages that the sink has signed: nobody else can use up its share. @throws {Refusal} */
  sink(key: string): Promise<void> {
    return consume(this.#sinks, key, 1, "this sink sends");
  }
}

async function consume(limiter: RateLimiterMemory, key: string, points: number, who: string): Promise<void> {
  try {
    await limiter.consume(key, points);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const seconds = Math.ceil(error.msBeforeNext / 1000);
    const message = `${who} more than ${limiter.points} messages a minute: send again in ${seconds} s`;
    throw new Refusal("too_many_requests", message, seconds);
  }
}
