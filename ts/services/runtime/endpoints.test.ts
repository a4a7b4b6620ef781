import { createTestClient, http, keccak256, stringToBytes } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { getBlockNumber, getChainId } from "viem/actions";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { base, foundry } from "../../core/chains.ts";
import { UsageError } from "../../core/errors.ts";
import { type Anvil, startAnvil } from "../../localchain/anvil.ts";
import { callsOf } from "../../sdk/calls/callsOf.ts";
import { type Fault, FaultyRpc } from "../../testkit/faultyRpc.ts";
import { connectChain } from "./client.ts";
import { BroadcastError, EndpointsError } from "./errors.ts";
import { Health } from "./health.ts";
import { createLogger } from "./logger.ts";
import { createMetrics } from "./metrics.ts";

const NOW = 1_800_000_000;
let anvil: Anvil;
let proxies: FaultyRpc[];
let logged: Record<string, unknown>[];

beforeAll(async () => {
  anvil = await startAnvil({ timestamp: NOW });
});
afterAll(() => anvil?.stop());
beforeEach(async () => {
  logged = [];
  proxies = await Promise.all([0, 1, 2].map(() => FaultyRpc.start(anvil.url)));
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(proxies.map((proxy) => proxy.stop()));
});

const mine = (blocks: number) =>
  createTestClient({ chain: foundry, mode: "anvil", transport: http(anvil.url) }).mine({ blocks });

/** An endpoint that answers does so in time, however busy the machine is. */
const PATIENT = 60_000;
/** What a test of one that does not takes; milliseconds. */
const SHORT = 5_000;

const connect = (
  urls = proxies.map(({ url }) => url),
  chain: typeof foundry | typeof base = foundry,
  timeout = PATIENT,
) =>
  connectChain({
    network: { name: "local", chain, rpcUrls: urls, rpcVariable: "LOCAL_RPC_URL", isPublic: false },
    log: createLogger({ service: "test", level: "debug", write: (line) => logged.push(JSON.parse(line)) }),
    metrics: createMetrics("test"),
    timeout,
    tolerance: 3n,
    clock: () => NOW,
  });
const nameOf = (index: number): string => new URL(proxies[index]?.url ?? "").host;
const proxy = (index: number): FaultyRpc => proxies[index] as FaultyRpc;

describe("reading through several endpoints", () => {
  const faults: Fault[] = ["errors", "hangs", "internal error", "limits by code", "refuses", "nonsense"];
  test.each(faults)("one that %s is left alone", async (fault) => {
    const { client, endpoints } = await connect(undefined, undefined, fault === "hangs" ? SHORT : PATIENT);
    proxy(0).fault = fault;
    expect(await getChainId(client)).toBe(foundry.id);
    const asked = proxy(0).asked.length;
    expect(await getChainId(client)).toBe(foundry.id);
    await endpoints.refresh();
    expect(proxy(0).asked).toHaveLength(asked);
    expect(endpoints.trusted).toEqual([nameOf(1), nameOf(2)]);
    expect(logged.filter(({ msg }) => msg === "an endpoint failed")).toMatchObject([
      { endpoint: nameOf(0), level: "warn" },
    ]);
  });

  test("who has rested and answers is asked again", async () => {
    const { endpoints } = await connect();
    proxy(0).fault = "errors";
    await endpoints.refresh();
    expect(endpoints.trusted).toEqual([nameOf(1), nameOf(2)]);
    proxy(0).fault = undefined;
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 5000 });
    await expect.poll(() => endpoints.refresh().then(() => endpoints.trusted)).toHaveLength(3);
  });

  test("one whose head lies ahead is not believed", async () => {
    const { client, endpoints } = await connect();
    const honest = await endpoints.refresh();
    proxy(0).fault = "ahead";
    expect(await endpoints.refresh()).toEqual(honest);
    expect(endpoints.trusted).toEqual([nameOf(1), nameOf(2)]);
    expect(await getBlockNumber(client)).toBe(honest?.number);
    expect(logged.at(-1)).toMatchObject({ endpoint: nameOf(0), msg: "an endpoint's head contradicts", level: "warn" });
  });

  test("one that is stuck is not asked once it is too far behind", async () => {
    const { client, endpoints } = await connect();
    const before = await endpoints.refresh();
    proxy(0).fault = "stuck";
    await mine(3);
    await endpoints.refresh();
    expect(endpoints.trusted).toHaveLength(3);
    await mine(1);
    const after = await endpoints.refresh();
    expect(after?.number).toBe((before?.number ?? 0n) + 4n);
    expect(endpoints.trusted).toEqual([nameOf(1), nameOf(2)]);
    proxy(0).asked.length = 0;
    await getChainId(client);
    expect(proxy(0).asked).toEqual([]);
  });

  test("with every endpoint gone the error says so, the head stays, and health fails after a minute", async () => {
    const { client, endpoints } = await connect();
    const health = new Health();
    endpoints.addHealthChecks(health);
    const head = await endpoints.refresh();
    for (const each of proxies) each.fault = "errors";
    await expect(getChainId(client)).rejects.toThrow(/HTTP request failed/);
    expect(await endpoints.refresh()).toEqual(head);
    expect(health.report().status).toBe("ok");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
    expect(health.report().problems).toEqual([
      { check: "rpc", problem: "no endpoint has answered for 1 min 1 s: set LOCAL_RPC_URL" },
    ]);
  });

  test("reads of one moment are one request", async () => {
    const { client } = await connect([proxy(0).url]);
    proxy(0).asked.length = 0;
    const { readContract } = await import("viem/actions");
    const abi = [{ type: "function", name: "x", inputs: [], outputs: [], stateMutability: "view" }] as const;
    const read = (digit: number) => readContract(client, callsOf(abi)(`0x${String(digit).repeat(40)}`).x());
    await Promise.allSettled([1, 2, 3].map(read));
    expect(proxy(0).asked).toEqual(["eth_call"]);
  });
});

describe("sending through several endpoints", () => {
  const account = privateKeyToAccount(keccak256(stringToBytes("endpoints")));
  const transaction = (nonce: number) =>
    account.signTransaction({ type: "eip1559", chainId: foundry.id, nonce, gas: 21_000n, to: account.address });

  test("one that hangs and one that swallows do not matter while another works", async () => {
    const { endpoints } = await connect();
    proxy(0).fault = "hangs";
    const raw = await transaction(0);
    expect(await endpoints.broadcast(raw)).toBe(keccak256(raw));
    for (const each of proxies) await expect.poll(() => each.asked).toContain("eth_sendRawTransaction");
  });

  test("what the chain says comes before who did not answer", async () => {
    const { endpoints } = await connect();
    proxy(0).fault = "errors";
    const sent = endpoints.broadcast(await transaction(0));
    await expect(sent).rejects.toThrow(BroadcastError);
    await expect(sent).rejects.toThrow(/nonce/i);
  });
});

describe("connecting", () => {
  test("another chain's endpoint is refused by name", async () => {
    const wrong = connect([proxy(0).url], base);
    await expect(wrong).rejects.toThrow(UsageError);
    await expect(wrong).rejects.toThrow(/answers for chain 31337, local is 8453$/);
  });

  test("one endpoint that answers is enough; none is not", async () => {
    for (const index of [0, 1, 2]) proxy(index).fault = "errors";
    await expect(connect()).rejects.toThrow(EndpointsError);
    proxy(2).fault = undefined;
    expect((await connect()).endpoints.trusted).toEqual([nameOf(2)]);
  });
});
