import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address, Hex } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Economy, run, startEconomy } from "../indexer/economy.ts";
import { TestIndexer } from "../indexer/testIndexer.ts";
import { MIN_MINUTES } from "../ts/demo/scenario.ts";
import { poolAttention, staleLimit } from "../ts/operate/inspect/attention.ts";
import { getPool, getSource } from "../ts/sdk/index.ts";
import {
  AXE,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  launchBrowser,
  type Tab,
} from "../ts/testkit/browser.ts";
import { addPools, addSinks, HOSTILE } from "./crowd.ts";
import { buildPage, type Page, servePage } from "./page.ts";

const POOLS = 1000;
const SINKS = 10_000;

/** SCREENSHOTS names a folder to keep pictures of every page in. */
const pictures = process.env.SCREENSHOTS;

const found = await launchBrowser();
if (typeof found === "string") console.warn(`the browser tests are skipped: ${found}`);

describe.skipIf(typeof found === "string")("the explorer in a browser", () => {
  const browser = found as Browser;
  const folder = mkdtempSync(join(tmpdir(), "backpressure-explorer-"));
  let economy: Economy;
  let indexer: TestIndexer;
  let page: Page;
  let crowded: Hex;
  /** Nobody has a stake in it, and nobody pays. */
  let idle: Hex;
  let crowd: Address[];
  let context: BrowserContext | undefined;

  beforeAll(async () => {
    economy = await startEconomy(folder);
    await run(economy, MIN_MINUTES);
    const pools = await addPools(economy, POOLS);
    crowded = pools[0] as Hex;
    idle = pools.at(-1) as Hex;
    crowd = await addSinks(economy, crowded, SINKS);
    indexer = TestIndexer.start({ rpcUrl: economy.chain.url, deployments: folder, data: join(folder, "indexer") });
    const [url] = await Promise.all([indexer.url(), buildPage()]);
    page = await servePage(
      {
        chainId: 31337,
        chainName: "a local chain",
        rpcUrl: economy.chain.url,
        indexerUrl: url,
        deployment: economy.protocol,
      },
      5180,
    );
    await indexer.reaches(await economy.chain.client.getBlockNumber({ cacheTime: 0 }));
    console.log(indexer.said.trim());
  });
  afterEach(() => context?.close());
  afterAll(async () => {
    await browser.close();
    await page?.stop();
    await indexer?.end("SIGKILL");
    await economy?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A window of its own; how long things take is the machine's business. */
  async function openWindow(options?: BrowserContextOptions): Promise<BrowserContext> {
    context = await browser.newContext(options);
    context.setDefaultTimeout(120_000);
    return context;
  }

  type Look = { width?: number; colorScheme?: "light" | "dark" };
  type Seen = { tab: Tab; requests: { url: string; body: string }[] };

  /** Opens an address of the page, and writes down what it asks for. */
  async function open(hash: string, { width = 1280, colorScheme = "light" }: Look = {}): Promise<Seen> {
    const window = await openWindow({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" });
    const tab = await window.newPage();
    const requests: Seen["requests"] = [];
    tab.on("request", (request) => requests.push({ url: request.url(), body: request.postData() ?? "" }));
    await tab.goto(`${page.url}${hash}`);
    await tab.locator("h1").waitFor();
    return { tab, requests };
  }

  /** Different things that were asked; a slow machine asks for the same again before it has the answer. */
  const asked = ({ requests }: Seen, url: string): number =>
    new Set(requests.filter((each) => each.url.startsWith(url)).map(({ body }) => body.replace(/"id":\d+/g, ""))).size;

  const stages = () => economy.market.stages;
  const hashes = (): Record<string, string> => {
    const [first, second] = stages();
    return {
      pools: "#/",
      pool: `#/pool/${second?.id}`,
      sink: `#/pool/${second?.id}/sink/${second?.sinks[1]?.address}`,
      source: `#/pool/${first?.id}/source/${first?.sources[0]?.address}`,
      pipeline: `#/pipeline/${first?.id}`,
      hostile: `#/pool/${crowded}/sink/${crowd[0]}`,
      nowhere: "#/nothing/here",
      empty: `#/pool/${idle}`,
    };
  };

  describe.each([390, 1280])("%i pixels wide", (width) => {
    describe.each(["light", "dark"] as const)("%s", (colorScheme) => {
      test.each(["pools", "pool", "sink", "source", "pipeline", "hostile", "nowhere", "empty"])(
        "%s: axe finds nothing",
        async (name) => {
          const { tab } = await open(hashes()[name] ?? "", { width, colorScheme });
          await settled(tab);
          if (pictures !== undefined) {
            mkdirSync(pictures, { recursive: true });
            await tab.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true });
          }
          // The page's own policy lets no script in but its own.
          await tab.evaluate(`${AXE}; undefined`);
          const { violations } = (await tab.evaluate("axe.run()")) as {
            violations: { id: string; nodes: { html: string }[] }[];
          };
          expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
          expect(await tab.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
        },
      );
    });
  });

  /** Nothing is looked for any more, and whatever waits for the chain has it. */
  async function settled(tab: Tab): Promise<void> {
    await expect.poll(() => tab.getByText("Looking …").count()).toBe(0);
    await tab.waitForLoadState("networkidle");
  }

  test("a list of 1,000 pools is one request and fifty rows", async () => {
    const started = performance.now();
    const seen = await open("#/");
    await seen.tab.getByText(`50 of ${(POOLS + stages().length).toLocaleString("en-GB")} pools`).waitFor();
    console.log(`the list of ${POOLS} pools: ${Math.round(performance.now() - started)} ms`);
    expect(await seen.tab.locator("tbody tr").count()).toBe(50);
    await settled(seen.tab);
    expect(asked(seen, await indexer.url())).toBe(1);
    // The symbol of the one token.
    expect(asked(seen, economy.chain.url)).toBe(1);
    await seen.tab.getByRole("button", { name: "Show more" }).click();
    await seen.tab.getByText("100 of").waitFor();
  });

  test("a pool of 10,000 sinks is two requests and fifty rows", async () => {
    const started = performance.now();
    const seen = await open(`#/pool/${crowded}`);
    await seen.tab.getByText(`50 of ${SINKS.toLocaleString("en-GB")} sinks`).waitFor();
    console.log(`the pool of ${SINKS} sinks: ${Math.round(performance.now() - started)} ms`);
    expect(await seen.tab.locator("section[aria-label='Sinks: table'] tbody tr").count()).toBe(50);
    expect(asked(seen, await indexer.url())).toBe(2);
  });

  test("search finds by a part of the name, by task type and by creator", async () => {
    const { tab } = await open("#/");
    const rows = tab.locator("tbody tr");
    const [first] = stages();
    for (const [text, count] of [
      ["SUMMAR", 1],
      [first?.id ?? "", 1],
      ["no such pool", 0],
      ["%", 0],
    ] as const) {
      await tab.getByLabel("Find by name").fill(text);
      await expect.poll(() => rows.count(), { message: text }).toBe(count);
    }
  });

  test("by keyboard: skip what repeats, follow a link, arrive at what is new", async () => {
    const { tab } = await open("#/");
    await tab.locator("tbody tr").first().waitFor();
    await tab.keyboard.press("Tab");
    expect(await tab.evaluate("document.activeElement.textContent")).toContain("Skip");
    await tab.keyboard.press("Enter");
    expect(await tab.evaluate("document.activeElement.id")).toBe("main");
    await tab.locator("tbody a").first().focus();
    await tab.keyboard.press("Enter");
    await tab.getByRole("heading", { name: "What needs attention" }).waitFor();
    expect(await tab.evaluate("document.activeElement.id")).toBe("main");
  });

  test("what needs attention is said as inspect says it", async () => {
    for (const { id: taskTypeId } of stages()) {
      const pool = await getPool(economy.chain.client, { deployment: economy.protocol, taskTypeId });
      const { tab } = await open(`#/pool/${taskTypeId}`);
      const expected = [...poolAttention(pool, "USDCx"), ...staleLimit(pool)];
      const items = tab.locator(".attention li");
      await expect.poll(() => items.allTextContents()).toEqual(expected);
      await context?.close();
    }
  });

  test("text of strangers stays text: nothing runs, nothing is loaded without a click", async () => {
    const seen = await open("#/");
    const { tab } = seen;
    for (const [index, name] of HOSTILE.entries()) {
      const part =
        name
          .replace(/[^a-z ]/gi, " ")
          .trim()
          .split(/ +/)[0] ?? "";
      await tab.getByLabel("Find by name").fill(part);
      await expect.poll(() => tab.locator("tbody tr").count(), { message: `name ${index}` }).toBeGreaterThan(0);
      for (const text of await tab.locator("tbody th").allTextContents()) expect(text.length).toBeLessThanOrEqual(81);
    }
    for (const account of crowd.slice(0, 3)) {
      await tab.goto(`${page.url}#/pool/${crowded}/sink/${account}`);
      await tab.getByText("Profile").waitFor();
      await settled(tab);
    }
    expect(await tab.title()).not.toBe("owned");
    const own = [page.url, await indexer.url(), economy.chain.url].map((url) => new URL(url).host);
    const elsewhere = seen.requests.filter(({ url }) => /^https?:/.test(url) && !own.includes(new URL(url).host));
    expect(elsewhere).toEqual([]);
    // A script's address is no link, even if somebody asks for it; a page's is one after a click.
    await tab.goto(`${page.url}#/pool/${crowded}/sink/${crowd[1]}`);
    await tab.getByText("no web address").waitFor();
    await tab.goto(`${page.url}#/pool/${crowded}/sink/${crowd[0]}`);
    await tab.getByRole("button", { name: "open …" }).click();
    expect(await tab.getByRole("link", { name: "go to attacker.example" }).getAttribute("rel")).toContain("noreferrer");
  });

  test("without the indexer it says what the chain says; without the chain, what the indexer knows", async () => {
    const { pool = "" } = hashes();
    const refuse = async (tab: Tab, url: string) => tab.route(`${url}/**`, (route) => route.abort());
    const window = await openWindow();
    const tab = await window.newPage();
    await refuse(tab, await indexer.url());
    await tab.goto(`${page.url}${pool}`);
    await tab.getByText(/The indexer at .* does not answer. What the chain itself says/).waitFor();
    await tab.getByText("Sinks can take").waitFor();
    await tab.goto(`${page.url}#/`);
    await tab.getByText("Lists and history are missing").waitFor();
    await window.close();

    const other = await (await openWindow()).newPage();
    await refuse(other, economy.chain.url);
    await other.goto(`${page.url}${pool}`);
    await other.getByText(/The RPC endpoint at .* does not answer. What is shown is computed/).waitFor();
    await other.getByText("Only the chain says").waitFor();
    await other.locator("section[aria-label='Sinks: table'] tbody tr").first().waitFor();
  });

  test("a task type that does not exist is nowhere; nothing is said of an endpoint that answers", async () => {
    const nowhere = `0x${"ab".repeat(32)}`;
    const account = crowd[0];
    for (const hash of [`pool/${nowhere}`, `pipeline/${nowhere}`, `pool/${nowhere}/sink/${account}`]) {
      const { tab } = await open(`#/${hash}`);
      await tab.getByText("This deployment has no such task type.").waitFor();
      expect(await tab.getByText("does not answer").count()).toBe(0);
      await context?.close();
    }
  });

  test("what was known stays when what told it goes away", async () => {
    const { tab } = await open(hashes().pool ?? "");
    await tab.locator("section[aria-label='Sinks: table'] tbody tr").first().waitFor();
    await context?.setOffline(true);
    await tab.getByText(/The indexer at .* What it knew at/).waitFor();
    await tab.getByText(/The RPC endpoint at .* What it said at/).waitFor();
    expect(await tab.locator("section[aria-label='Sinks: table'] tbody tr").count()).toBeGreaterThan(0);
  });

  test("a source with its wallet claims, tops up and closes its stream", async () => {
    const [first] = stages();
    const source = first?.sources[0]?.address as Address;
    const parameters = { deployment: economy.protocol, taskTypeId: first?.id as Hex, source };
    const { client, url } = economy.chain;
    const mining = (seconds: number) => client.request({ method: "evm_setIntervalMining", params: [seconds] } as never);
    await client.request({ method: "anvil_setBalance", params: [source, "0xde0b6b3a7640000"] } as never);
    await mining(1);
    try {
      const window = await openWindow();
      await window.addInitScript(walletOf, [source, url]);
      const tab = await window.newPage();
      await tab.goto(`${page.url}#/pool/${first?.id}/source/${source}`);
      await tab.getByRole("button", { name: "Connect a wallet" }).click();
      await tab.getByRole("heading", { name: "This is you" }).waitFor();
      const before = await getSource(client, parameters);
      expect(before.flowRate).toBeGreaterThan(0n);

      const press = async (name: string): Promise<void> => {
        const action = tab.locator(".action", { has: tab.getByRole("button", { name }) });
        await action.getByRole("button").click();
        await expect
          .poll(() => action.getByRole("status").textContent(), { timeout: 60_000 })
          .toMatch(/^(done|not done.*)$/);
        expect(await action.getByRole("status").textContent()).toBe("done");
      };
      await press("Claim what is set aside for you");
      await tab.getByLabel("Top up by").fill("nothing");
      const action = tab.locator(".action", { has: tab.getByRole("button", { name: "Wrap into USDCx" }) });
      await action.getByRole("button").click();
      await action.getByText('"nothing" is no amount').waitFor();
      await press("Close your stream");
      expect((await getSource(client, parameters)).flowRate).toBe(0n);
    } finally {
      await mining(0);
    }
  });

  test("a port in use: the page takes the next", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((listening) => server.once("listening", listening));
    const { port } = server.address() as AddressInfo;
    const other = await servePage({ ...(await (await fetch(`${page.url}config.json`)).json()) }, port);
    expect(new URL(other.url).port).not.toBe(String(port));
    await other.stop();
    server.close();
  });
});

/** A wallet in the page, which signs nothing: the local chain lets every account send. */
function walletOf([account, url]: string[]): void {
  let id = 0;
  const request = async ({ method, params = [] }: { method: string; params?: unknown[] }): Promise<unknown> => {
    if (method === "eth_requestAccounts" || method === "eth_accounts") return [account];
    if (method === "wallet_requestPermissions") return [{ parentCapability: "eth_accounts", caveats: [] }];
    // A wallet sets the fees; here there are none.
    const [call] = params as [object];
    const free = { ...call, gasPrice: "0x0", maxFeePerGas: undefined, maxPriorityFeePerGas: undefined };
    const sent = method === "eth_sendTransaction" ? [free] : params;
    const body = JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params: sent });
    const response = await fetch(url as string, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const { result, error } = await response.json();
    if (error) throw Object.assign(new Error(error.message), { code: error.code });
    return result;
  };
  (window as unknown as { ethereum: object }).ethereum = { request, on: () => {}, removeListener: () => {} };
}
