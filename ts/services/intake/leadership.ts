import pg from "pg";
import type { Logger } from "../runtime/logger.ts";
import type { Round } from "./rounds.ts";

/** Who of several replicas submits. */
export type Leadership = {
  /** Whether it is this process, as of the latest `renew`. */
  leads: () => boolean;
  /** Tries to become the one who submits, or makes sure that it still is. Never throws. */
  renew: () => Promise<boolean>;
  /** Lets another one go on. */
  resign: () => Promise<void>;
};

/**
 * A round that only the leader makes, and not before it is ready to go on where the one before it has stopped.
 * @param takeOver Makes ready, each time that the lead comes to this process.
 */
export function roundOfLeader(leadership: Leadership, takeOver: () => Promise<void>, round: Round): Round {
  let ready: Promise<void> | undefined;
  return async (head) => {
    if (!leadership.leads()) ready = undefined;
    if (!(await leadership.renew())) return;
    ready ??= takeOver();
    try {
      await ready;
    } catch (error) {
      ready = undefined;
      throw error;
    }
    await round(head);
  };
}

/** Of a process that shares its messages with nobody. */
export const ALONE: Leadership = { leads: () => true, renew: async () => true, resign: async () => {} };

export type PostgresLeadershipParameters = {
  url: string;
  /** What is led: chain and contract. */
  owner: string;
  /** Longest wait for the database, milliseconds. */
  timeout: number;
  log: Logger;
};

/**
 * Leadership by an advisory lock of PostgreSQL: the database gives it up as soon as the leader's connection ends, however
 * that ends, and the next replica that asks has it.
 */
export class PostgresLeadership implements Leadership {
  readonly #parameters: PostgresLeadershipParameters;
  /** Holds the lock as long as it lives. */
  #client: pg.Client | undefined;
  #leads = false;
  #renewing: Promise<boolean> | undefined;

  constructor(parameters: PostgresLeadershipParameters) {
    this.#parameters = parameters;
  }

  leads = (): boolean => this.#leads;

  renew = (): Promise<boolean> => {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  };

  resign = async (): Promise<void> => {
    this.#leads = false;
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  };

  async #renew(): Promise<boolean> {
    const { owner, log } = this.#parameters;
    try {
      this.#client ??= await this.#connect();
      const client = this.#client;
      if (this.#leads) await client.query("SELECT 1");
      else {
        const text = "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked";
        const { rows } = await client.query<{ locked: boolean }>(text, [`backpressure ${owner}`]);
        if (rows[0]?.locked === true && this.#client === client) {
          this.#leads = true;
          log.info("submitting from now on");
        }
      }
    } catch (error) {
      this.#lose(error);
    }
    return this.#leads;
  }

  async #connect(): Promise<pg.Client> {
    const { url, timeout } = this.#parameters;
    const client = new pg.Client({
      ...{ connectionString: url, keepAlive: true },
      ...{ connectionTimeoutMillis: timeout, query_timeout: timeout, statement_timeout: timeout },
    });
    client.on("error", (error) => {
      if (this.#client === client) this.#lose(error);
    });
    await client.connect();
    return client;
  }

  #lose(error: unknown): void {
    const { log } = this.#parameters;
    log.warn({ error }, this.#leads ? "not submitting any more: PostgreSQL is lost" : "PostgreSQL does not answer");
    void this.resign();
  }
}
