import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createTestClient, http } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { foundry } from "../../core/chains.ts";
import { type Anvil, startAnvil } from "../../localchain/anvil.ts";
import { FaultyRpc } from "../../testkit/faultyRpc.ts";
import { connectChain, type ServiceChain } from "./client.ts";
import { createLogger } from "./logger.ts";
import { createMetrics } from "./metrics.ts";

const SOON = { timeout: 50_000, interval: 20 };

/** A wire to the chain's websocket that can be cut. */
class Wire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  cut = false;

  private constructor(port: number) {
    this.#server = createServer((socket) => {
      if (this.cut) return void socket.destroy();
      const inner = connect(port, "127.0.0.1");
      for (const each of [socket, inner]) {
        this.#sockets.add(each);
        each.on("error", () => {}).on("close", () => this.#sockets.delete(each));
      }
      socket.pipe(inner).pipe(socket);
    }).listen(0, "127.0.0.1");
  }

  static async to(port: number): Promise<Wire> {
    const wire = new Wire(port);
    await once(wire.#server, "listening");
    return wire;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async cutNow(): Promise<void> {
    this.cut = true;
    await Promise.all([...this.#sockets].map((socket) => once(socket.destroy(), "close")));
  }

  async stop(): Promise<void> {
    await this.cutNow();
    this.#server.close();
  }
}

let anvil: Anvil;
let rpc: FaultyRpc;
let wire: Wire;
let chain: ServiceChain;
let said: string[];

beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(() => anvil?.stop());
beforeEach(async () => {
  // However slow the machine is, what was heard just now is not old.
  vi.useFakeTimers({ toFake: ["Date"] });
  rpc = await FaultyRpc.start(anvil.url);
  wire = await Wire.to(anvil.port);
  said = [];
  chain = await connectChain({
    network: {
      ...{ name: "local", chain: foundry, rpcVariable: "LOCAL_RPC_URL", isPublic: false },
      ...{ rpcUrls: [rpc.url], headUrls: { [rpc.url]: wire.url } },
    },
    log: createLogger({ service: "test", level: "info", write: (line) => said.push(JSON.parse(line).msg) }),
    metrics: createMetrics("test"),
    timeout: 10_000,
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await chain.endpoints.close();
  await Promise.all([rpc.stop(), wire.stop()]);
});

const mining = () => createTestClient({ chain: foundry, mode: "anvil", transport: http(anvil.url) });
const asked = () => rpc.asked.filter((method) => method === "eth_getBlockByNumber").length;

/** Mines until the newest block is known, and nobody had to ask for it. */
async function isHeard(): Promise<void> {
  await vi.waitFor(async () => {
    await mining().mine({ blocks: 1 });
    const before = asked();
    await chain.endpoints.refresh();
    expect(asked()).toBe(before);
  }, SOON);
}
const latest = () => mining().request<{ ReturnType: string }>({ method: "eth_blockNumber" } as never);

test("new blocks are heard, and nobody asks for them", async () => {
  await isHeard();
  const before = asked();
  await mining().mine({ blocks: 1 });
  const newest = BigInt(await latest());
  await vi.waitFor(async () => expect((await chain.endpoints.refresh())?.number).toBe(newest), SOON);
  expect(asked()).toBe(before);
  expect(said).toEqual(["new blocks are heard over a websocket"]);
});

test("when the websocket ends they are asked for, and heard again once it is back", async () => {
  await isHeard();
  await wire.cutNow();
  const ended = "a websocket has ended: asking for blocks until it is back";
  await vi.waitFor(() => expect(said).toContain(ended), SOON);
  await mining().mine({ blocks: 1 });
  const before = asked();
  expect((await chain.endpoints.refresh())?.number).toBe(BigInt(await latest()));
  expect(asked()).toBe(before + 1);
  wire.cut = false;
  await isHeard();
  expect(said.at(-1)).toBe("new blocks are heard over a websocket");
});

test("who has heard nothing for a while asks", async () => {
  await isHeard();
  vi.setSystemTime(Date.now() + 11_000);
  const before = asked();
  expect((await chain.endpoints.refresh())?.number).toBe(BigInt(await latest()));
  expect(asked()).toBe(before + 1);
});

test("an endpoint that fails is asked again, whatever its websocket says", async () => {
  await isHeard();
  rpc.fault = "errors";
  await expect(chain.client.request({ method: "eth_chainId" })).rejects.toThrow();
  const before = asked();
  await chain.endpoints.refresh();
  await vi.waitFor(() => expect(asked()).toBe(before + 1), SOON);
});
