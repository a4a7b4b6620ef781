import { join } from "node:path";
import pg from "pg";
import type { Logger } from "../runtime/logger.ts";
import { ALONE, type Leadership, PostgresLeadership } from "./leadership.ts";
import { LevelStore } from "./levelStore.ts";
import type { IntakeConfig } from "./options.ts";
import { PostgresStore } from "./postgresStore.ts";
import { RateLimits } from "./rateLimits.ts";
import type { MessageStore } from "./store.ts";

/** What replicas share, or one process has for itself. */
export type Storage<message> = {
  store: MessageStore<message>;
  limits: RateLimits;
  leadership: Leadership;
  close: () => Promise<void>;
};

export type OpenStorageParameters = {
  config: IntakeConfig;
  /** Where messages are, if nobody has said: `data/oracle-8453`. */
  folderName: string;
  /** Whom the messages are for: chain and contract. */
  owner: string;
  log: Logger;
};

/**
 * A folder, or a PostgreSQL where the environment names one.
 * @throws {StoreError} if it cannot be used.
 */
export function openStorage<message>(parameters: OpenStorageParameters): Promise<Storage<message>> {
  const { databaseUrl } = parameters.config;
  return databaseUrl === undefined ? openFolder(parameters) : openPostgres(parameters, databaseUrl);
}

async function openFolder<message>({ config, folderName, owner, log }: OpenStorageParameters) {
  const { salvage, data = join("data", folderName) } = config;
  const store = await LevelStore.open<message>({ folder: data, owner, log, salvage });
  return { store, limits: RateLimits.alone(limitsOf(config)), leadership: ALONE, close: () => store.close() };
}

async function openPostgres<message>({ config, owner, log }: OpenStorageParameters, url: string) {
  const timeout = config.rpcTimeout;
  const times = { connectionTimeoutMillis: timeout, query_timeout: timeout, statement_timeout: timeout };
  const pool = new pg.Pool({ connectionString: url, keepAlive: true, ...times });
  // Of connections that nobody uses; who uses one is told.
  pool.on("error", (error) => log.warn({ error }, "a connection to PostgreSQL is lost"));
  try {
    const store = await PostgresStore.open<message>({ pool, owner });
    const limits = await RateLimits.shared(pool, owner, limitsOf(config));
    const leadership = new PostgresLeadership({ url, owner, timeout, log });
    const close = async (): Promise<void> => {
      await leadership.resign();
      await pool.end();
    };
    return { store, limits, leadership, close };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

const limitsOf = ({ clientLimit, sinkLimit }: IntakeConfig) => ({ perClient: clientLimit, perSink: sinkLimit });
