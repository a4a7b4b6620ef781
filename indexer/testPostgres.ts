/** For tests: a PostgreSQL of their own, where one is installed. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export type TestPostgres = { url: string; stop: () => Promise<void> };

/** Where Debian puts its programs; elsewhere they are on the PATH. */
const DEBIAN = "/usr/lib/postgresql";

/** Starts one, or says why there is none. */
export async function startPostgres(): Promise<TestPostgres | string> {
  const programs = findPrograms();
  if (programs === undefined) return "no PostgreSQL is installed";
  const folder = mkdtempSync(join(tmpdir(), "backpressure-postgres-"));
  const owner = unprivileged();
  if (owner === undefined) return "PostgreSQL does not run as root, and there is no user postgres";
  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid ?? owner.uid);
  const options = { ...owner, cwd: folder, stdio: "ignore" } as const;
  execFileSync(join(programs, "initdb"), ["-D", folder, "-U", "tests", "--auth=trust", "--no-sync"], options);
  // Only a socket in the folder: no port that somebody else may have.
  const server = spawn(join(programs, "postgres"), ["-D", folder, "-k", folder, "-c", "listen_addresses="], options);
  while (!existsSync(join(folder, ".s.PGSQL.5432"))) {
    if (server.exitCode !== null) return "PostgreSQL does not start";
    await pause(20);
  }
  const stop = async (): Promise<void> => {
    server.kill("SIGQUIT");
    if (server.exitCode === null) await once(server, "exit");
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `postgres://tests@/postgres?host=${encodeURIComponent(folder)}`, stop };
}

function findPrograms(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map((version) => join(DEBIAN, version, "bin")) : [];
  const folders = [...(process.env.PATH ?? "").split(":"), ...versions.sort().reverse()];
  return folders.find((folder) => ["initdb", "postgres"].every((name) => existsSync(join(folder, name))));
}

/** Who runs it: we, if we are not root. */
function unprivileged(): { uid?: number; gid?: number } | undefined {
  if (process.getuid?.() !== 0) return {};
  try {
    const [uid, gid] = ["-u", "-g"].map((flag) =>
      Number(execFileSync("id", [flag, "postgres"], { stdio: ["ignore", "pipe", "ignore"] })),
    );
    return uid === undefined || gid === undefined ? undefined : { uid, gid };
  } catch {
    return undefined;
  }
}
