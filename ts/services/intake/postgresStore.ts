import type { Pool, QueryResult } from "pg";
import { describeError } from "../../core/errors.ts";
import { createAlone } from "./createAlone.ts";
import { type Entry, type MessageStore, StoreError, type StoreSummary, StoreUnavailableError } from "./store.ts";

export type OpenPostgresStoreParameters = {
  pool: Pool;
  /** Whom the messages are for: chain and contract. Services of several deployments may share a database. */
  owner: string;
};

/** Numbers that JavaScript cannot hold come as text. */
type Row = { key: string; version: string; message: unknown; received_at: string };

const TABLE = `
  CREATE TABLE IF NOT EXISTS backpressure_messages (
    owner text NOT NULL,
    key text NOT NULL,
    version numeric(39) NOT NULL,
    message json NOT NULL,
    received_at bigint NOT NULL,
    PRIMARY KEY (owner, key)
  )`;

/**
 * Messages in a PostgreSQL database that several replicas share: each of them takes messages, and PostgreSQL decides which
 * version stays.
 * @example
 * const store = await PostgresStore.open<Message>({ pool, owner: "31337 0x…" });
 */
export class PostgresStore<message> implements MessageStore<message> {
  readonly #parameters: OpenPostgresStoreParameters;
  #problem: string | undefined;

  private constructor(parameters: OpenPostgresStoreParameters) {
    this.#parameters = parameters;
  }

  /** @throws {StoreError} if the database does not answer, or does not let us have a table. */
  static async open<message>(parameters: OpenPostgresStoreParameters): Promise<PostgresStore<message>> {
    try {
      await createAlone(parameters.pool, () => parameters.pool.query(TABLE));
    } catch (cause) {
      throw new StoreError(`cannot open the store in PostgreSQL: ${describeError(cause)}`, { cause });
    }
    return new PostgresStore(parameters);
  }

  problem = (): string | undefined => this.#problem;

  async get(key: string): Promise<Entry<message> | undefined> {
    const { rows } = await this.#query<Row>("SELECT * FROM backpressure_messages WHERE owner = $1 AND key = $2", [key]);
    return rows.map(entryOf<message>)[0];
  }

  async entries(): Promise<Entry<message>[]> {
    const { rows } = await this.#query<Row>("SELECT * FROM backpressure_messages WHERE owner = $1", []);
    return rows.map(entryOf<message>);
  }

  async summary(): Promise<StoreSummary> {
    const text = "SELECT count(*), min(received_at) FROM backpressure_messages WHERE owner = $1";
    const { rows } = await this.#query<{ count: string; min: string | null }>(text, []);
    const { count = "0", min = null } = rows[0] ?? {};
    return { messages: Number(count), oldest: min === null ? undefined : Number(min) };
  }

  async replace({ key, version, message, receivedAt }: Entry<message>): Promise<boolean> {
    const text = `
      INSERT INTO backpressure_messages AS old (owner, key, version, message, received_at) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (owner, key) DO UPDATE
        SET version = excluded.version, message = excluded.message, received_at = excluded.received_at
        WHERE old.version < excluded.version`;
    const values = [key, String(version), JSON.stringify(message), receivedAt];
    return (await this.#query(text, values)).rowCount === 1;
  }

  async remove({ key, version }: Entry<message>): Promise<void> {
    const text = "DELETE FROM backpressure_messages WHERE owner = $1 AND key = $2 AND version = $3";
    await this.#query(text, [key, String(version)]);
  }

  /** Whoever has made the pool ends it. */
  async close(): Promise<void> {}

  async #query<row extends object>(text: string, values: readonly unknown[]): Promise<QueryResult<row>> {
    try {
      const result = await this.#parameters.pool.query<row>(text, [this.#parameters.owner, ...values]);
      this.#problem = undefined;
      return result;
    } catch (cause) {
      this.#problem = `PostgreSQL does not do what it is asked: ${describeError(cause)}`;
      throw new StoreUnavailableError(this.#problem, { cause });
    }
  }
}

function entryOf<message>({ key, version, message, received_at: receivedAt }: Row): Entry<message> {
  return { key, version: BigInt(version), message: message as message, receivedAt: Number(receivedAt) };
}
