/** What is indexed, and from where: `npm run indexer` finds it out and hands it over in the environment. */
import type { Address } from "viem";
import type { Deployment } from "../../core/deployment.ts";

/** Name of the environment variable. */
export const VARIABLE = "BACKPRESSURE_INDEXED";

export type Indexed = {
  chainId: number;
  rpcUrls: string[];
  /** Of the first contract: no event of the protocol is older. */
  startBlock: number;
  deployment: Deployment;
  /** Superfluid's General Distribution Agreement. */
  gda: Address;
  /** Blocks per request for events; undefined to find out from the endpoint's refusals. */
  blockRange?: number | undefined;
  /** Milliseconds between two looks for a new block. */
  pollingInterval: number;
  /** Folder of what is kept; where DATABASE_URL names a PostgreSQL, the database is there. */
  directory: string;
};

/** Where the embedded database is. */
export const embeddedIn = (directory: string): string => `${directory}/pglite`;

/** @throws {Error} if Ponder was started without it. */
export function readIndexed(): Indexed {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new Error("start the indexer from the project's root: npm run indexer -- --help");
  return JSON.parse(text) as Indexed;
}
