import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "viem";
import { getBlock } from "viem/actions";
import { z } from "zod";
import { UsageError } from "../../core/errors.ts";
import { readJson, writeJson } from "../../core/jsonFile.ts";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import type { ReadClient } from "../../sdk/types.ts";
import type { Indexed } from "./indexed.ts";

/** What decides what the rows mean. */
const SOURCES = ["indexer/package.json", "indexer/ponder.config.ts", "indexer/ponder.schema.ts", "indexer/src"];
const IMPORTED = ["ts/abi/generated.ts", "ts/model/exact.ts"];

const knownSchema = z.object({
  chainId: z.number(),
  /** A block of the chain that it was made from. */
  block: z.object({ number: z.coerce.bigint(), hash: z.string() }),
});

const FILE = "made-from.json";
const LOCK = "indexer.pid";

/** Names what rows are made of: the deployment, and this version of the indexer. */
function identityOf({ chainId, startBlock, deployment, gda }: Indexed): string {
  const hash = createHash("sha256").update(JSON.stringify({ chainId, startBlock, deployment, gda }));
  for (const path of [...SOURCES, ...IMPORTED].flatMap(filesIn)) hash.update(readFileSync(path));
  return hash.digest("hex").slice(0, 8);
}

function filesIn(path: string): string[] {
  const full = join(PROJECT_ROOT, path);
  if (path.includes(".")) return [full];
  const names = readdirSync(full, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  return names.sort().map((name) => join(full, name));
}

/**
 * Takes the folder of the database for this process, if what is in it was made from this chain.
 * @returns A function that gives it back.
 * @throws {UsageError} that says what is wrong with the folder, and what to do.
 */
export async function takeDatabase(client: ReadClient, indexed: Indexed): Promise<() => void> {
  const { directory, chainId } = indexed;
  const made = readJson(join(directory, FILE), knownSchema);
  if (made === undefined && existsSync(directory) && readdirSync(directory).some((name) => name !== LOCK)) {
    throw new UsageError(`${directory} is no folder of the indexer: name another with --data`);
  }
  if (made !== undefined && (made.chainId !== chainId || !(await isOnChain(client, made.block)))) {
    throw new UsageError(
      `${directory} was made from another chain, or from one that was begun anew: remove it, and the schemas ` +
        `${SCHEMA_PREFIX}${made.chainId}_… where DATABASE_URL names a server, or name another folder with --data; ` +
        "everything in it comes from the chain again",
    );
  }
  mkdirSync(directory, { recursive: true });
  const release = lock(directory);
  const { number, hash } = await getBlock(client);
  writeJson(join(directory, FILE), { chainId, block: { number: String(number), hash } });
  return release;
}

/** How the names of our schemas in a database begin. */
export const SCHEMA_PREFIX = "backpressure_";

/** The schema in the database: each deployment and version of the indexer has its own, so that none reads another's. */
export const schemaOf = (indexed: Indexed): string => `${SCHEMA_PREFIX}${indexed.chainId}_${identityOf(indexed)}`;

async function isOnChain(client: ReadClient, block: { number: bigint; hash: string }): Promise<boolean> {
  const found = await getBlock(client, { blockNumber: block.number }).catch(() => undefined);
  return found?.hash === (block.hash as Hex);
}

/** The embedded database does not notice a second process, which would ruin it. */
function lock(directory: string): () => void {
  const path = join(directory, LOCK);
  const holder = existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
  if (holder !== 0 && holder !== process.pid && isAlive(holder)) {
    throw new UsageError(
      `process ${holder} indexes into ${directory} already: end it, or name another folder with --data`,
    );
  }
  writeFileSync(path, String(process.pid));
  return () => rmSync(path, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
