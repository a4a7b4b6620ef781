import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Postgres, startPostgres } from "../../testkit/postgres.ts";
import { createLogger } from "../runtime/logger.ts";
import { PostgresLeadership, roundOfLeader } from "./leadership.ts";
import { PostgresStore } from "./postgresStore.ts";
import { RateLimits } from "./rateLimits.ts";
import { type Entry, StoreUnavailableError } from "./store.ts";

const log = createLogger({ service: "test", level: "silent", write: () => {} });
let postgres: Postgres;
let pools: pg.Pool[];
let owner: string;
let tests = 0;

beforeAll(async () => {
  postgres = await startPostgres();
});

beforeEach(() => {
  pools = [];
  owner = `chain ${tests++}`;
  return async () => {
    for (const pool of pools) await pool.end();
  };
});

afterAll(() => postgres.stop());

/** Each has connections of its own, as replicas have. */
function connect(): pg.Pool {
  const pool = new pg.Pool({ connectionString: postgres.url });
  pool.on("error", () => {});
  pools.push(pool);
  return pool;
}

const open = (whose = owner) => PostgresStore.open<object>({ pool: connect(), owner: whose });
const entry = (version: bigint, key = "a"): Entry<object> => {
  return { key, version, message: { says: `message ${version}` }, receivedAt: 7 };
};
const lead = () => new PostgresLeadership({ url: postgres.url, owner, timeout: 10_000, log });

test("replicas that start at once share one store, and the largest version stays, whoever brings it", async () => {
  const [first, second] = await Promise.all([open(), open()]);
  // Beyond what a number can tell apart.
  const large = 2n ** 127n;
  const versions = [3n, 1n, large, large - 1n, 5n, large + 1n, 2n, 6n];
  const stored = await Promise.all(versions.map((version, i) => (i % 2 ? first : second).replace(entry(version))));
  expect(stored[5]).toBe(true);
  for (const store of [first, second]) expect(await store.entries()).toEqual([entry(large + 1n)]);
  expect(await first.replace(entry(large + 1n))).toBe(false);
  expect(await first.get("a")).toEqual(entry(large + 1n));
  expect(await first.get("b")).toBeUndefined();
  expect(await second.summary()).toEqual({ messages: 1, oldest: 7 });
});

test("a message that came meanwhile is not removed in the place of the one before, and deployments stay apart", async () => {
  const [store, elsewhere] = [await open(), await open("another chain")];
  await store.replace(entry(1n));
  await store.replace(entry(2n));
  await store.remove(entry(1n));
  await elsewhere.remove(entry(2n));
  expect(await store.get("a")).toEqual(entry(2n));
  expect(await elsewhere.summary()).toEqual({ messages: 0, oldest: undefined });
  await store.remove(entry(2n));
  expect(await store.entries()).toEqual([]);
});

test("a limit is one limit, whoever counts", async () => {
  const [first, second] = await Promise.all(
    [1, 2].map(() => RateLimits.shared(connect(), owner, { perClient: 3, perSink: 1 })),
  );
  for (const limits of [first, second, first]) await limits?.client("10.0.0.1", 1);
  await expect(second?.client("10.0.0.1", 1)).rejects.toThrow(/^this address sends more than 3 messages a minute/);
  await second?.client("10.0.0.2", 1);
  await first?.sink("sink");
  await expect(second?.sink("sink")).rejects.toThrow(/^this sink sends more than 1 messages a minute/);
});

test("one leads, and the next one does as soon as it lets go or its connection ends", async () => {
  const [first, second] = [lead(), lead()];
  expect(await first.renew()).toBe(true);
  expect([await second.renew(), await first.renew(), second.leads()]).toEqual([false, true, false]);
  await first.resign();
  expect(first.leads()).toBe(false);
  await expect.poll(() => second.renew()).toBe(true);
  expect(await first.renew()).toBe(false);

  await connect().query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted");
  await expect.poll(() => first.renew()).toBe(true);
  await expect.poll(() => second.leads()).toBe(false);
  expect(await second.renew()).toBe(false);
  await Promise.all([first.resign(), second.resign()]);
});

test("only the leader makes rounds, after it has taken over, once for each time that it leads", async () => {
  const [first, second] = [lead(), lead()];
  const made: string[] = [];
  const roundOf = (leadership: PostgresLeadership, name: string) => {
    const takeOver = vi.fn(async () => void made.push(`${name} takes over`));
    takeOver.mockRejectedValueOnce(new Error("the chain does not answer"));
    return roundOfLeader(leadership, takeOver, async () => void made.push(name));
  };
  const [ofFirst, ofSecond] = [roundOf(first, "first"), roundOf(second, "second")];
  const head = { number: 1n, hash: "0x", timestamp: 1n } as const;
  await expect(ofFirst(head)).rejects.toThrow("the chain does not answer");
  await Promise.all([ofFirst(head), ofFirst(head)]);
  await ofSecond(head);
  expect(made).toEqual(["first takes over", "first", "first"]);
  await first.resign();
  await vi.waitFor(() => expect(ofSecond(head)).rejects.toThrow("the chain does not answer"));
  await ofSecond(head);
  await ofFirst(head);
  expect(made.slice(3)).toEqual(["second takes over", "second"]);
  await second.resign();
});

test("a database that is gone is a problem, and nobody is told that a message is kept", async () => {
  const other = await startPostgres();
  const pool = new pg.Pool({ connectionString: other.url });
  pool.on("error", () => {});
  const store = await PostgresStore.open<object>({ pool, owner });
  const leadership = new PostgresLeadership({ url: other.url, owner, timeout: 1_000, log });
  expect(await leadership.renew()).toBe(true);
  await other.stop();
  await expect(store.replace(entry(1n))).rejects.toThrow(StoreUnavailableError);
  expect(store.problem()).toMatch(/^PostgreSQL does not do what it is asked: /);
  expect(await leadership.renew()).toBe(false);
  await expect(PostgresStore.open({ pool, owner })).rejects.toThrow(/^cannot open the store in PostgreSQL: /);
  await pool.end();
});
