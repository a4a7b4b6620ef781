import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { type Hex, parseEther } from "viem";
import { getBlock, getBlockNumber, getTransactionCount } from "viem/actions";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { addSink, addSource, signalFor } from "../../localchain/participants.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import { deposit, getPool, openStream, type WriteClient } from "../../sdk/index.ts";
import { send } from "../../sdk/internal/call.ts";
import { eachAnew } from "../../testkit/eachAnew.ts";
import { type Fault, FaultyRpc } from "../../testkit/faultyRpc.ts";
import { accepts } from "../../testkit/processes.ts";
import { runCommand } from "../../testkit/terminal.ts";
import { EPOCH, startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { keeperProgram } from "./program.ts";
import { Keepers, type LogLine } from "./testKeepers.ts";

// A keeper reacts within a second; a machine that does other things as well may take longer.
vi.setConfig({ testTimeout: 60_000 });
const SOON = { timeout: 50_000, interval: 20 };

let chain: TestChain;
let keepers: Keepers;
let taskTypeId: Hex;
let task: { deployment: TestChain["deployment"]; taskTypeId: Hex };
let sink: WriteClient;
let source: WriteClient;

beforeAll(async () => {
  chain = await startTestChain();
  taskTypeId = await chain.registerTaskType("live");
  task = { deployment: chain.deployment, taskTypeId };
  sink = await addSink(chain, taskTypeId, "sink", 200n);
  source = await addSource(chain, "source", parseEther("100000"));
  await signalFor(chain, taskTypeId, sink, 100n, 6);
});

eachAnew(() => chain);

beforeEach(async () => {
  keepers = new Keepers(chain);
});
afterEach(async () => {
  await chain.test.setAutomine(true);
  await keepers.stop();
});
afterAll(() => chain?.stop());

const pool = () => getPool(chain.client, task);
const messages = (lines: readonly LogLine[], action?: string) =>
  lines.filter((line) => action === undefined || line.action === action).map(({ msg }) => msg);
const count = (lines: readonly LogLine[], message: string) => messages(lines).filter((msg) => msg === message).length;
const urlOf = (lines: readonly LogLine[]) => `http://${lines.find(({ msg }) => msg === "started")?.listens}`;

/** Gives every keeper something to drain. */
async function makeWork(amount = "5"): Promise<void> {
  await deposit(source, { ...task, amount: parseEther(amount) });
  await chain.pass(EPOCH);
}
const drained = () => expect.poll(async () => (await pool()).escrow.drainable, SOON).toBe(0n);
const FAST = ["--look-interval", "0.05", "--stuck-after", "0.5"];

describe("endpoints", () => {
  let faulty: FaultyRpc;
  beforeEach(async () => {
    faulty = await FaultyRpc.start(chain.url);
    return () => faulty.stop();
  });

  test.each(["errors", "hangs", "internal error", "ahead", "stuck", "swallows"] as Fault[])(
    "one that %s does not keep the keeper from its work",
    async (fault) => {
      // Three, so that the others outvote it.
      const rpc = `${faulty.url},${chain.url},${chain.url}`;
      // A sound endpoint answers within that, however busy the machine is.
      const keeper = await keepers.start([...FAST, "--rpc-timeout", fault === "hangs" ? "5" : "60"], { rpc });
      await expect.poll(() => messages(keeper.lines), SOON).toContain("looked");
      faulty.fault = fault;
      // Far enough for an endpoint that stays where it is to be noticed.
      await chain.test.mine({ blocks: 11 });
      await makeWork();
      await drained();
      expect(await keeper.stop()).toMatchObject({ code: 0, error: "" });
    },
  );

  test("one that tells of new blocks over a websocket is heard", async () => {
    const keeper = await keepers.start(FAST, { rpc: `${chain.url},${chain.url.replace("http", "ws")}` });
    await expect
      .poll(async () => {
        await chain.test.mine({ blocks: 1 });
        return messages(keeper.lines);
      }, SOON)
      .toContain("new blocks are heard over a websocket");
    await makeWork();
    await drained();
    expect(await keeper.stop()).toMatchObject({ code: 0, error: "" });
  });

  test("when all are gone it waits, says so, and goes on when one is back", async () => {
    const keeper = await keepers.start(FAST, { rpc: faulty.url });
    await expect.poll(() => messages(keeper.lines), SOON).toContain("looked");
    faulty.fault = "errors";
    await makeWork();
    await expect.poll(() => messages(keeper.lines), SOON).toContain("an endpoint failed");
    expect((await pool()).escrow.drainable).toBeGreaterThan(0n);
    faulty.fault = undefined;
    await drained();
    expect(await keeper.stop()).toMatchObject({ code: 0, error: "" });
  });
});

describe("events", () => {
  test("call for a look long before its time", async () => {
    const keeper = await keepers.start(["--look-interval", "600"]);
    await expect.poll(() => messages(keeper.lines), SOON).toContain("looked");
    await deposit(source, { ...task, amount: parseEther("5") });
    await expect.poll(() => messages(keeper.lines, "drain"), SOON).toContain("confirmed");
  });

  test("carry pressure from the end of a pipeline to its beginning", async () => {
    const creator = await chain.actor("creator");
    const [middle, last] = [await chain.registerTaskType("middle"), await chain.registerTaskType("last")];
    for (const [stage, next] of [
      [middle, last],
      [taskTypeId, middle],
    ] as const) {
      const args = [stage, next, parseEther("1")] as const;
      await send(creator, contractsOf(chain.deployment).pipeline.setDownstream(...args));
    }
    const stages = [taskTypeId, middle, last].map((stage) => ({ ...task, taskTypeId: stage }));
    const intakes = () => Promise.all(stages.map(async (stage) => (await getPool(chain.client, stage)).intake));
    expect(await intakes()).toEqual([0n, 0n, 0n]);
    await keepers.start(FAST);
    const workers = [];
    for (const stage of [middle, last]) {
      workers.push([stage, await addSink(chain, stage, `worker of ${stage}`, 50n), 50n] as const);
    }
    for (let round = 0; round < 3; round++) {
      for (const [stage, worker, capacity] of [...workers, [taskTypeId, sink, 100n] as const]) {
        await signalFor(chain, stage, worker, capacity, 1);
      }
    }
    // Nothing flows, so no stage takes units into account but those of its sinks: all follow the narrowest.
    await expect.poll(async () => new Set(await intakes()).size, SOON).toBe(1);
    expect((await intakes())[0]).toBeGreaterThan(40n * UNIT_RATE);
  });
});

describe("one look", () => {
  test("that cannot send ends with an error, so that cron hears of it", async () => {
    await makeWork();
    const poor = keepers.once([], { ether: 0n });
    await expect(poor).rejects.toThrow(/ended with 1: error: no endpoint took transaction .*insufficient funds/i);
  });
});

describe("reorganisations", () => {
  test("what one has undone is done again", async () => {
    await makeWork();
    // It has its ether before what is undone.
    await chain.actor("keeper");
    const before = await chain.test.snapshot();
    const keeper = await keepers.start(FAST);
    await expect.poll(() => messages(keeper.lines, "drain"), SOON).toContain("confirmed");
    await chain.test.revert({ id: before });
    await expect.poll(() => messages(keeper.lines, "drain").filter((msg) => msg === "confirmed").length, SOON).toBe(2);
    await drained();
  });

  test("a transaction that is dropped before it is confirmed is sent again", async () => {
    await makeWork();
    const keeper = await keepers.start([...FAST, "--confirmations", "4"]);
    await expect.poll(() => messages(keeper.lines, "drain"), SOON).toContain("mined");
    await chain.test.request({ method: "anvil_reorg", params: [1, []] } as never);
    await expect
      .poll(() => messages(keeper.lines), SOON)
      .toContain("a reorganisation has dropped it: sending it again");
    await chain.test.mine({ blocks: 4 });
    await drained();
    await expect.poll(() => messages(keeper.lines, "drain"), SOON).toContain("confirmed");
  });
});

describe("a process", () => {
  test("killed with a transaction in flight is started again, and nothing happens twice", async () => {
    await makeWork();
    await chain.test.setAutomine(false);
    const first = await keepers.spawn();
    await expect.poll(() => messages(first.lines), SOON).toContain("sent");
    first.child.kill("SIGKILL");
    expect(await first.exited).toEqual({ code: null, signal: "SIGKILL" });
    const { address } = (await chain.actor("keeper")).account;
    expect(await getTransactionCount(chain.client, { address })).toBe(0);

    const second = await keepers.spawn();
    await expect.poll(() => messages(second.lines), SOON).toContain("sent");
    const { escrow } = await pool();
    await chain.test.mine({ blocks: 1 });
    await expect.poll(() => messages(second.lines, "drain"), SOON).toContain("confirmed");
    expect((await pool()).escrow.deposits).toBeLessThan(escrow.deposits);
    // Two processes have sent, and one transaction was mined.
    expect(await getTransactionCount(chain.client, { address })).toBe(1);
    expect(await second.stop()).toEqual({ code: 0, signal: null });
  });

  test("that is told to stop finishes its transaction and leaves nothing behind", async () => {
    await makeWork();
    await chain.test.setAutomine(false);
    const keeper = await keepers.spawn();
    await expect.poll(() => messages(keeper.lines), SOON).toContain("sent");
    const port = Number(new URL(urlOf(keeper.lines)).port);
    expect(await accepts(port)).toBe(true);
    keeper.child.kill("SIGTERM");
    // At once: it waits for no more than some seconds.
    await chain.test.mine({ blocks: 1 });
    expect(await keeper.exited).toEqual({ code: 0, signal: null });
    expect(messages(keeper.lines, "drain")).toContain("confirmed");
    expect(messages(keeper.lines).at(-1)).toBe("stopped");
    expect(await accepts(port)).toBe(false);
  });

  test("that npm has started ends when npm is told to", async () => {
    const keeper = await keepers.spawn([], {}, "npm");
    await expect.poll(() => messages(keeper.lines), SOON).toContain("started");
    const port = Number(new URL(urlOf(keeper.lines)).port);
    keeper.child.kill("SIGTERM");
    await keeper.exited;
    await expect.poll(() => accepts(port), SOON).toBe(false);
    await expect.poll(() => messages(keeper.lines).at(-1), SOON).toBe("stopped");
  });

  test("answers for its health and its numbers", async () => {
    const keeper = await keepers.spawn(FAST);
    await expect.poll(() => messages(keeper.lines), SOON).toContain("looked");
    const url = urlOf(keeper.lines);
    await expect.poll(async () => (await fetch(`${url}/health`)).json(), SOON).toEqual({ status: "ok", problems: [] });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const metricsNow = async () => (await fetch(`${url}/metrics`)).text();
    // It is read beside everything else.
    await expect.poll(metricsNow, SOON).toMatch(/backpressure_balance_ether{service="keeper"} 10\n/);
    const metrics = await metricsNow();
    expect(metrics).toMatch(/backpressure_keeper_task_types{service="keeper"} 1\n/);
    expect(metrics).toMatch(/backpressure_keeper_sinks{service="keeper"} 1\n/);
    const { address } = (await chain.actor("keeper")).account;
    expect(keeper.lines.find(({ msg }) => msg === "started")).toMatchObject({ account: address, network: "local" });
    expect(JSON.stringify(keeper.lines)).not.toContain("PRIVATE_KEY");
  });
});

describe("several keepers at once", () => {
  /** One transaction is in each, as it comes. */
  const blocksOf = (lines: readonly LogLine[] = [], message: string): number[] =>
    lines
      .filter(({ msg }) => msg === message)
      .map(({ blockNumber }) => Number(blockNumber))
      .sort((a, b) => a - b);

  /** Blocks in which nothing but time passed: what could be drained before a pool is paid in full cannot be after. */
  const passes = async (): Promise<number[]> => {
    const newest = Number(await getBlockNumber(chain.client));
    const blocks = await Promise.all(
      Array.from({ length: newest + 1 }, (_, n) => getBlock(chain.client, { blockNumber: BigInt(n) })),
    );
    return blocks.flatMap(({ transactions }, n) => (transactions.length === 0 ? [n] : []));
  };

  test("share the work and do no harm", async () => {
    const begun = Number(await getBlockNumber(chain.client));
    const both = await Promise.all(["first", "second"].map((name) => keepers.start(FAST, { name })));
    for (const keeper of both) await expect.poll(() => messages(keeper.lines), SOON).toContain("looked");
    await openStream(source, { ...task, flowRate: 300n * UNIT_RATE });
    for (let round = 0; round < 5; round++) {
      await makeWork("2");
      await drained();
    }
    await expect.poll(async () => (await pool()).needsRebalance, SOON).toBe(false);
    const outcomes = await Promise.all(both.map((keeper) => keeper.stop()));
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
    const lines = both.flatMap((keeper) => keeper.lines);
    expect(lines.filter(({ level }) => level === "error")).toEqual([]);
    expect(count(lines, "confirmed")).toBeGreaterThanOrEqual(5);
    // Whoever comes second finds out by simulation, or pays for it once, and never again for the same.
    const [first = [], second = []] = both.map((keeper) => keeper.lines);
    const passed = await passes();
    for (const [own, others] of [
      [first, second],
      [second, first],
    ]) {
      let since = begun;
      for (const at of blocksOf(own, "reverted")) {
        const causes = [...blocksOf(others, "confirmed"), ...passed];
        const faster = causes.filter((block) => block > since && block < at);
        expect(faster.length, `what has kept block ${at} from its work, since ${since}`).toBeGreaterThan(0);
        since = at;
      }
    }
    const { price, priceCap } = await pool();
    expect(price).toBeLessThanOrEqual(priceCap);
  });
});

describe("what cannot start says why in one line", () => {
  let server: Server;
  afterEach(() => server?.close());
  const start = (argv: string[], env: NodeJS.ProcessEnv = {}) =>
    runCommand(keeperProgram, argv, { env: { LOCAL_RPC_URL: chain.url, ...env } });

  test.each([
    [["--network", "local", "--min-amount", "much"], {}, 2, '--min-amount: "much" is no amount of tokens'],
    [["--network", "nowhere"], {}, 2, "nowhere"],
    [[], { KEEPER_NETWORK: "mars" }, 2, "KEEPER_NETWORK"],
    [["--network", "local"], { DEPLOYMENTS_DIR: "/nonexistent" }, 2, "deploy first"],
    [["--network", "base"], { DEPLOYMENTS_DIR: "/nonexistent" }, 2, "deploy first"],
  ] as const)("%j %j", async (argv, env, code, message) => {
    const outcome = await start([...argv], env);
    expect(outcome.code).toBe(code);
    expect(outcome.error).toMatch(/^error: [^\n]*\n$/);
    expect(outcome.error).toContain(message);
  });

  test("an endpoint where nothing listens", async () => {
    server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    server.close();
    const failing = keepers.once([], { rpc: `http://127.0.0.1:${port}/secret` });
    await expect(failing).rejects.toThrow(/no endpoint of local answers: set LOCAL_RPC_URL/);
    await expect(failing).rejects.not.toThrow(/secret/);
  });

  test("a task type that nobody has recorded; one that somebody has goes by its name", async () => {
    const named = new Keepers(chain, { named: taskTypeId });
    await expect(named.once(["--task-type", "other"])).rejects.toThrow(/"other" is no task type.*recorded are "named"/);
    await makeWork();
    expect(messages(await named.once(["--task-type", "named"]), "drain")).toContain("confirmed");
    await named.stop();
  });

  test("a filter that fits nothing, once", async () => {
    const lines = await keepers.once(["--token", "0x1111111111111111111111111111111111111111"]);
    const said = lines.filter(({ level }) => level === "warn").map(({ msg }) => msg);
    expect(said).toEqual(["nothing to do: no task type fits --task-type and --token"]);
  });

  test("--help shows examples", async () => {
    const { code, out } = await start(["--help"]);
    expect(code).toBe(0);
    expect(out).toContain("npm run keeper -- --network base-sepolia --dry-run --once");
  });
});
