import { mkdtempSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesToHex, type Hex, keccak256, parseEther, stringToBytes } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { getBlock } from "viem/actions";
import { localToken } from "../../cli/buy/guard.ts";
import { writeRecord } from "../../core/deploymentRecord.ts";
import { type RunningEconomy, startLocalEconomy } from "../../localchain/localEconomy.ts";
import { addSource } from "../../localchain/participants.ts";
import { withTemporary } from "../../localchain/temporary.ts";
import { pause } from "../../sdk/internal/waitForBlock.ts";
import { openStream } from "../../sdk/source/openStream.ts";
import type { WriteClient } from "../../sdk/types.ts";
import { countersOf } from "../../sdk/work/countersOf.ts";
import { Tab } from "../../sdk/work/tab.ts";
import { hashRequest, ORDER_HEADER, parseStatement, STATEMENT_HEADER, toOrderHeader } from "../../sdk/work/wire.ts";
import { bundleFile } from "../../testkit/bundle.ts";
import { converse, peakMegabytes } from "../../testkit/processes.ts";
import { type ServiceProcess, spawnService } from "../../testkit/service.ts";
import { EVENTS, eventOf, TOGETHER } from "./events.ts";

const [REQUESTS, AT_ONCE, BODY] = [1_000, 16, "x".repeat(1_000)];
/** The first pay for compilation. */
const WARMING = 200;

/** What one request costs, wei. */
const PRICE = 10n ** 13n;
/** What each buyer streams, wei per second: two hundred requests. */
const FLOW_RATE = 200n * PRICE;
/** What it is to have before it is measured, wei. */
const CREDIT = 4_000n * PRICE;

/** As in `backpressure dev`: everything faster and cheaper than elsewhere. */
const TERMS = {
  ...{ unitRate: 10n ** 12n, epochLength: 12, reportDelay: 12, horizon: 120, acknowledgementGrace: 30 },
  ...{ signalTimeToLive: 120, smoothing: parseEther("1"), minimumStake: parseEther("1") },
};

/** One line of the report. */
type Line = Record<string, string | number>;

/** A request that the client sends. */
type Sent = { url: string; headers: Record<string, string> };

/**
 * What `sell` and `buy` let through, as processes of their own on a real chain, beside a reverse proxy that does nothing else,
 * with the same server behind and the same client: one run, so that the machine is the same. Whoever buys through `buy` buys
 * from `sell`: its figure has both. A thousand answers at once through `sell` come first.
 */
export async function measureSidecars(report: (line: Line) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "backpressure-bench-"));
  const economy = await startLocalEconomy();
  const upstream = converse<{ url: string }>("ts/dev/bench/peers.ts", ["upstream"]);
  const upstreamUrl = (await upstream.next())?.url ?? "";
  const bare = converse<{ url: string }>("ts/dev/bench/peers.ts", ["proxy", upstreamUrl]);
  const bareUrl = (await bare.next())?.url ?? "";
  // As it is packed: what loads TypeScript would count as memory of `sell`.
  const program = await bundleFile("backpressure", "ts/cli/main.ts");
  const running: ServiceProcess[] = [];
  try {
    await withTemporary(folder, async () => {
      const task = { deployment: economy.deployment, taskTypeId: await economy.registerTaskType("bench", TERMS) };
      const taskTypes = { bench: task.taskTypeId };
      writeRecord(folder, {
        chainId: 31337,
        block: 0,
        owner: economy.deployment.host,
        ...economy.deployment,
        taskTypes,
      });
      for (let epoch = 0; epoch < 4; epoch++) await economy.pass(TERMS.epochLength);
      await economy.test.setIntervalMining({ interval: 1 });
      const env = { LOCAL_RPC_URL: economy.url, DEPLOYMENTS_DIR: folder, BACKPRESSURE_DATA: folder };
      const start = async (name: string, args: string[]): Promise<ServiceProcess & { url: string }> => {
        const key = keccak256(stringToBytes(name));
        await addSource(economy, name, parseEther("1000"));
        const argv = [name, "--network", "local", "--task-type", "bench", "--listen", "0", ...args];
        const service = await spawnService("cli", argv, { ...env, PRIVATE_KEY: key }, "ready", [program]);
        running.push(service);
        const ready = service.log.find(({ msg }) => msg === "ready");
        return { ...service, url: `http://${ready?.listens}` };
      };
      const sell = await start("sell", [
        ...[
          "--upstream",
          upstreamUrl,
          "--work",
          "request",
          "--price",
          "0.00001",
          "--max-task",
          "0.05",
          "--stake",
          "20",
        ],
        ...["--route", "POST /v1/echo", "--route", "POST /v1/events", "--concurrency", "1000", "--port", "0"],
      ]);
      const buy = await start("buy", ["--budget", "240/day", "--max-task", "0.00001", "--any-sink", "--idle", "36000"]);
      const source = await addSource(economy, "source", parseEther("1000"));
      await openStream(source, { ...task, flowRate: FLOW_RATE });
      const sink = privateKeyToAccount(keccak256(stringToBytes("sell"))).address;
      const buyer = privateKeyToAccount(keccak256(stringToBytes("buy")));
      const key = { authorization: `Bearer ${await localToken(buyer, 31337)}` };
      // The first one opens the stream, and waits until it has paid.
      const first = send(new Agent(), { url: `${buy.url}/v1/echo`, headers: key });
      await untilCredit(economy, sell.url, [source.account.address, buyer.address]);
      await first;
      let now = 0;
      const tab = tabOf(source, economy, task, () => now);
      const ordered = async (path: string, count: number): Promise<Sent[]> => {
        const url = sell.url + path;
        now = Number((await getBlock(economy.client)).timestamp);
        const all: Sent[] = [];
        for (let index = 0; index < count; index++) {
          const requestHash = hashRequest({ method: "POST", url, body: BODY });
          const signed = await tab.sign(tab.draft(sink, { maxWork: PRICE, requestHash }));
          all.push({ url, headers: { [ORDER_HEADER]: toOrderHeader(signed) } });
        }
        return all;
      };
      const same = (url: string, headers: Record<string, string>) => (count: number) =>
        Promise.resolve(Array.from({ length: count }, () => ({ url: `${url}/v1/echo`, headers })));
      const megabytes = (): number => Math.round(peakMegabytes(sell.pid));
      // First: what served other requests before has grown by them.
      const before = megabytes();
      await allAtOnce(await ordered("/v1/events", TOGETHER));
      report({ what: "streams", concurrent: TOGETHER, events: EVENTS, before, megabytes: megabytes() });
      const perSecond = { bare: await throughput(same(bareUrl, {})) };
      const through = [
        ["sell", (count: number) => ordered("/v1/echo", count)],
        ["buy", same(buy.url, key)],
      ] as const;
      for (const [what, requests] of through) {
        const reached = await throughput(requests);
        const ratio = Number((reached / perSecond.bare).toFixed(3));
        report({ what, requests: REQUESTS, perSecond: Math.round(reached), bare: Math.round(perSecond.bare), ratio });
      }
      report({ what: "memory of sell", requests: 2 * (WARMING + REQUESTS), megabytes: megabytes() });
    });
  } finally {
    for (const service of running.reverse()) await service.kill();
    for (const peer of [bare, upstream]) await peer.kill();
    await economy.stop();
  }
}

/** Lets epochs pass until `sell` says that the sources have paid for enough. */
async function untilCredit(economy: RunningEconomy, url: string, sources: readonly string[]): Promise<void> {
  for (const source of sources) {
    for (;;) {
      const { headers } = await fetch(`${url}/v1/account?source=${source}`);
      if (parseStatement(headers.get(STATEMENT_HEADER)).available >= CREDIT) break;
      await economy.pass(TERMS.epochLength / 4);
      // `sell` and `buy` look once a second.
      await pause(500, new AbortController().signal);
    }
  }
}

function tabOf(source: WriteClient, { deployment }: RunningEconomy, task: { taskTypeId: Hex }, now: () => number): Tab {
  const nonce = (): Hex => bytesToHex(crypto.getRandomValues(new Uint8Array(32)));
  const counters = countersOf(source, { deployment, ...task, side: "source", table: new Map() });
  return new Tab(source, { deployment, ...task, counters, nonce, now });
}

/** Requests per second. */
async function throughput(requests: (count: number) => Promise<Sent[]>): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const all = async (waiting: Sent[]): Promise<void> => {
    const each = async (): Promise<void> => {
      for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
        if ((await send(agent, one)) !== BODY) throw new Error("the answer is another");
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, each));
  };
  // Signed first: connections that wait for it would be closed.
  const [first, waiting] = [await requests(WARMING), await requests(REQUESTS)];
  await all(first);
  const started = performance.now();
  await all(waiting);
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  return REQUESTS / seconds;
}

/** Every one is open until all are; each is whole and in order. */
async function allAtOnce(requests: Sent[]): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const whole = Array.from({ length: EVENTS }, (_, index) => eventOf(index)).join("");
  const texts = await Promise.all(requests.map((one) => send(agent, one)));
  agent.destroy();
  if (!texts.every((text) => text.startsWith(whole))) throw new Error("an answer is not whole");
}

function send(agent: Agent, { url, headers }: Sent): Promise<string> {
  return new Promise((resolve, reject) => {
    const all = { ...headers, "content-length": String(BODY.length) };
    const sent = request(url, { method: "POST", agent, headers: all }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${response.statusCode} ${text.slice(0, 300)}`));
      });
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(BODY);
  });
}
