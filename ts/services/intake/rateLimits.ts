import type { Pool } from "pg";
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
} from "rate-limiter-flexible";
import { createAlone } from "./createAlone.ts";
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
  readonly #clients: RateLimiterAbstract;
  readonly #sinks: RateLimiterAbstract;

  private constructor(clients: RateLimiterAbstract, sinks: RateLimiterAbstract) {
    this.#clients = clients;
    this.#sinks = sinks;
  }

  /** Of this process alone. */
  static alone({ perClient, perSink }: RateLimitSettings): RateLimits {
    const limit = (points: number) => new RateLimiterMemory({ points, duration: WINDOW });
    return new RateLimits(limit(perClient), limit(perSink));
  }

  /** Of all replicas together; while the database does not answer, of each by itself. */
  static async shared(pool: Pool, owner: string, { perClient, perSink }: RateLimitSettings): Promise<RateLimits> {
    const limit = async (name: string, points: number): Promise<RateLimiterAbstract> => {
      const settings = { points, duration: WINDOW, keyPrefix: `${name} ${owner}` };
      const insuranceLimiter = new RateLimiterMemory(settings);
      return new Promise((resolve, reject) => {
        const options = { ...settings, storeClient: pool, insuranceLimiter, tableName: "backpressure_limits" };
        const limiter: RateLimiterAbstract = new RateLimiterPostgres(options, (error) =>
          error ? reject(error) : resolve(limiter),
        );
      });
    };
    // One after the other: both would create the table.
    return createAlone(pool, async () => {
      const clients = await limit("client", perClient);
      return new RateLimits(clients, await limit("sink", perSink));
    });
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

async function consume(limiter: RateLimiterAbstract, key: string, points: number, who: string): Promise<void> {
  try {
    await limiter.consume(key, points);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const seconds = Math.ceil(error.msBeforeNext / 1000);
    const message = `${who} more than ${limiter.points} messages a minute: send again in ${seconds} s`;
    throw new Refusal("too_many_requests", message, seconds);
  }
}
