import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { foundry } from "../../core/chains.ts";
import { processTerminal, runProgram } from "../../core/commandLine.ts";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import { SCHEMA_PREFIX } from "./database.ts";
import { embeddedIn, VARIABLE } from "./indexed.ts";
import { indexerProgram, type Start } from "./program.ts";
import { tellProgress } from "./progress.ts";

/** A package of its own, which `npm run indexer` installs. */
const FOLDER = join(PROJECT_ROOT, "indexer");
const PONDER = join(FOLDER, "node_modules/ponder/dist/esm/bin/ponder.js");

/**
 * Ponder writes to the embedded database without transactions, so whatever ended the last run may have left half of a
 * block there. Its tables are made anew, from what the endpoint has answered before: that is kept, but of a local chain.
 */
async function forgetTables({ directory, chainId }: Start["indexed"]): Promise<void> {
  const dataDir = embeddedIn(directory);
  if (!existsSync(dataDir)) return;
  if (chainId === foundry.id) return rmSync(dataDir, { recursive: true });
  const { PGlite } = await import(pathToFileURL(join(FOLDER, "node_modules/@electric-sql/pglite/dist/index.js")).href);
  const database = new PGlite(dataDir);
  const { rows } = await database.query("SELECT schema_name FROM information_schema.schemata");
  for (const { schema_name: name } of rows) {
    if (name.startsWith(SCHEMA_PREFIX)) await database.query(`DROP SCHEMA "${name}" CASCADE`);
  }
  await database.close();
}

/** Ponder takes over this process: signals reach it, and nothing is left behind when it is killed. */
async function start({ indexed, schema, host, port, release }: Start): Promise<void> {
  process.once("exit", release);
  if (!process.env.DATABASE_URL) await forgetTables(indexed);
  process.env[VARIABLE] = JSON.stringify(indexed);
  process.env.PONDER_TELEMETRY_DISABLED = "true";
  // Ponder would prefer another variable to the option.
  delete process.env.PORT;
  const options = ["--root", FOLDER, "--schema", schema, "--hostname", host, "--port", String(port)];
  // Where it writes down its GraphQL schema.
  process.chdir(FOLDER);
  process.argv = [process.execPath, PONDER, "start", ...options, "--log-level", process.env.PONDER_LOG_LEVEL ?? "warn"];
  void tellProgress(`http://${host}:${port}`, terminal.out);
  await import(pathToFileURL(PONDER).href);
}

const terminal = processTerminal();
const code = await runProgram(indexerProgram(terminal, start), process.argv.slice(2), terminal);
if (code !== 0) process.exitCode = code;
