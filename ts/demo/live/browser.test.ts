import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { build } from "../../localchain/forge.ts";
import { AXE, type Browser, type BrowserContext, launchBrowser, type Tab } from "../../testkit/browser.ts";
import { accepts, runProgram } from "../../testkit/processes.ts";
import { bundlePage } from "../report/bundle.ts";
import { renderPage } from "../report/page.ts";
import { renderReport } from "../report/report.ts";
import { someFrame, someFrames } from "../someFrame.ts";
import { someSummary } from "../someSummary.ts";
import { Feed } from "./feed.ts";
import { castOfScenario, type PageData } from "./pageData.ts";
import { type Live, startLive } from "./server.ts";

// How long a browser takes is the machine's business.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });
const POLL = { timeout: 120_000 };

/** SCREENSHOTS names a folder to keep pictures of every page in. */
const pictures = process.env.SCREENSHOTS;

const found = await launchBrowser();
if (typeof found === "string") console.warn(`the browser tests are skipped: ${found}`);

describe.skipIf(typeof found === "string")("in a browser", () => {
  const browser = found as Browser;
  const folder = mkdtempSync(join(tmpdir(), "backpressure-live-"));
  let context: BrowserContext | undefined;
  afterEach(() => context?.close());
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  type Seen = { tab: Tab; asked: string[]; wrong: string[] };

  /** Opens a page, and writes down what it asks for and what goes wrong. */
  async function open(url: string, width = 1280, colorScheme: "light" | "dark" = "light"): Promise<Seen> {
    context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" });
    context.setDefaultTimeout(120_000);
    const tab = await context.newPage();
    const seen: Seen = { tab, asked: [], wrong: [] };
    tab.on("request", (request) => seen.asked.push(request.url()));
    tab.on("pageerror", ({ message }) => seen.wrong.push(message));
    tab.on("console", (said) => said.type() === "error" && seen.wrong.push(said.text()));
    await tab.goto(url);
    return seen;
  }

  /** What axe finds, in short. */
  async function findings(tab: Tab): Promise<string[]> {
    // The page's own policy lets no script in but its own; what a test evaluates is not subject to it.
    await tab.evaluate(`${AXE}; undefined`);
    const { violations } = (await tab.evaluate("axe.run()")) as {
      violations: { id: string; nodes: { target: string[] }[] }[];
    };
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
  }

  const isWider = (tab: Tab) => tab.evaluate("document.documentElement.scrollWidth > innerWidth");
  const rateOf = async (tab: Tab, name: string): Promise<number> =>
    Number(await tab.locator(`.agent[data-name="${name}"]`).getAttribute("data-rate"));

  describe("the report, from a file", () => {
    const file = join(folder, "report.html");
    beforeAll(async () => {
      const deadSink = { name: "Atlas", stage: "summarise", shareBefore: 0.444, shareAfter: 0.002 };
      const liar = { name: "Gist", stage: "summarise", declares: 1000, rate: 500, paid: 499 };
      const frames = someFrames().map((frame) => {
        const events = frame.sample.at === 900 ? [{ at: 900, text: "Atlas dies silently", mark: "Atlas dies" }] : [];
        return { ...frame, events };
      });
      writeFileSync(file, (await renderReport(someSummary(), { frames, deadSink, liar })).html);
    });

    test.each([
      [390, "light"],
      [390, "dark"],
      [1280, "light"],
      [1280, "dark"],
    ] as const)("%i pixels, %s: nothing is cut off, and axe finds nothing", async (width, scheme) => {
      const { tab, asked, wrong } = await open(pathToFileURL(file).href, width, scheme);
      await expect.poll(() => tab.locator("#flow svg path.ribbon:not([visibility])").count(), POLL).toBeGreaterThan(15);
      const widths = await tab
        .locator("#flow svg path.ribbon")
        .evaluateAll((ribbons) => ribbons.map((ribbon) => Number(ribbon.getAttribute("stroke-width"))));
      expect(Math.max(...widths)).toBeGreaterThan(20);
      expect(await isWider(tab)).toBe(false);
      expect(await findings(tab)).toEqual([]);
      expect(wrong).toEqual([]);
      expect(asked.filter((url) => !/^(file|data):/.test(url))).toEqual([]);
      if (pictures === undefined) return;
      mkdirSync(pictures, { recursive: true });
      // A chart is drawn when it is seen.
      for (const chart of await tab.locator("figure").all()) await chart.scrollIntoViewIfNeeded();
      await expect.poll(() => tab.locator("figure:not(:has(svg))").count()).toBe(0);
      await tab.screenshot({ path: join(pictures, `report-${width}-${scheme}.png`), fullPage: true });
    });

    test("draws every chart where it is seen, names what happened, and shows values under the pointer", async () => {
      const { tab, wrong } = await open(pathToFileURL(file).href);
      for (const name of ["pay-0", "pay-1", "pay-2", "truth", "escrow", "backlog", "price"]) {
        const chart = tab.locator(`[data-chart="${name}"]`);
        await chart.scrollIntoViewIfNeeded();
        const svg = chart.locator("svg").first();
        await svg.waitFor();
        expect(await svg.getAttribute("aria-label")).not.toBe("");
        expect(await svg.textContent()).toContain("Atlas dies");
        expect(await svg.innerHTML()).not.toContain("NaN");
      }
      const pay = tab.locator('[data-chart="pay-1"] svg').first();
      await pay.hover({ position: { x: 400, y: 200 } });
      await expect.poll(() => pay.textContent(), POLL).toMatch(/\d\d:\d\d.*2\.20.*Brief.*3\.00.*Atlas/s);
      expect(wrong).toEqual([]);
    });

    test("shows any moment of the run again, and saves it", async () => {
      const { tab } = await open(pathToFileURL(file).href);
      const slider = tab.getByRole("slider", { name: "Moment of the run" });
      await slider.focus();
      await slider.press("Home");
      expect(await tab.locator("#clock").textContent()).toBe("00:00");
      await tab.getByRole("button", { name: "Play" }).click();
      await expect.poll(() => tab.locator("#clock").textContent(), POLL).not.toBe("00:00");
      const saving = tab.waitForEvent("download");
      await tab.getByRole("link", { name: "CSV" }).click();
      expect((await saving).suggestedFilename()).toBe("economy.csv");
    });
  });

  describe("a live page", () => {
    let live: Live | undefined;
    afterEach(() => live?.stop());

    test("shows what comes, in words and widths, and becomes the report", async () => {
      const feed = new Feed();
      const data: PageData = { cast: castOfScenario(), end: 3600, frames: [], live: {} };
      live = await startLive({ feed, port: 0, page: async () => renderPage({ data, script: await bundlePage() }) });
      feed.add({ kind: "step", name: "a local chain" });
      const { tab, wrong } = await open(live.url, 390);
      await expect.poll(() => tab.locator("#status").textContent(), POLL).toBe("Preparing: a local chain");
      // Before anything flows there are no places for names.
      expect(await tab.locator("#flow > div:visible").count()).toBe(0);
      feed.add({ kind: "frame", frame: someFrame(0) });
      feed.add({ kind: "frame", frame: someFrame(75, { events: [{ at: 75, text: "demand doubles" }] }) });
      await expect.poll(() => tab.locator("#clock").textContent(), POLL).toBe("01:15");
      expect(await tab.locator("#status").textContent()).toBe("Live");
      expect(await tab.locator("#events li").allTextContents()).toEqual(["01:15demand doubles"]);
      expect(await rateOf(tab, "Echo")).toBe(3000);
      expect(await tab.locator('.agent[data-name="Echo"]').textContent()).toContain("3.00 k/s");
      expect(await isWider(tab)).toBe(false);
      feed.add({ kind: "outcome", outcome: { tiles: "<b>tiles</b>", books: "<b>books</b>" } });
      await expect.poll(() => tab.locator("#books").textContent(), POLL).toBe("books");
      expect(await tab.getByRole("slider").count()).toBe(1);
      expect(wrong).toEqual([]);
    });

    test("names and events from outside stay text, and short", async () => {
      const hostile = `<img src=x onerror="window.hacked=1">${"x".repeat(5000)}`;
      const { stages } = castOfScenario();
      const agents = (of: (typeof stages)[number]) => of.agents.map((agent) => ({ ...agent, name: hostile }));
      const cast = {
        sources: [hostile, hostile],
        stages: stages.map((stage) => ({ ...stage, name: hostile, agents: agents(stage) })),
      };
      const event = { at: 0, text: hostile, mark: hostile };
      const feed = new Feed();
      const data: PageData = { cast, end: 3600, frames: [], live: {} };
      live = await startLive({ feed, port: 0, page: async () => renderPage({ data, script: await bundlePage() }) });
      feed.add({ kind: "frame", frame: someFrame(30, { events: [event] }) });
      const { tab, wrong } = await open(live.url, 390);
      await expect.poll(() => tab.locator("#events li").count(), POLL).toBe(1);
      expect(await tab.locator("#flow .name").first().textContent()).toMatch(/^.{24}$/);
      expect((await tab.locator("#events li").textContent())?.length).toBeLessThan(310);
      expect(await tab.locator("img").count()).toBe(0);
      expect(await tab.evaluate("window.hacked")).toBeUndefined();
      expect(await isWider(tab)).toBe(false);
      expect(wrong).toEqual([]);
    });
  });

  test("a visitor kills an agent on the chain with a click, sees its pay go to nothing and why, and ends the run", async () => {
    await build();
    const report = join(folder, "played.html");
    let heard: (url: string) => void = () => {};
    const address = new Promise<string>((resolve) => {
      heard = resolve;
    });
    const running = runProgram("ts/demo/main.ts", ["--interactive", "--report", report], (text) => {
      const url = /^Play with it: (\S+)/.exec(text)?.[1];
      if (url !== undefined) heard(url);
    });
    const url = await address;
    const { tab, wrong } = await open(url);
    await tab.getByRole("button", { name: "Fast" }).click();
    await expect.poll(() => rateOf(tab, "Atlas"), POLL).toBeGreaterThan(500);
    expect(await findings(tab)).toEqual([]);

    await tab.getByRole("button", { name: "kill: Atlas" }).click();
    const events = tab.locator("#events li");
    await expect
      .poll(() => events.allTextContents(), POLL)
      .toContainEqual(expect.stringMatching(/Atlas.*dies silently/));
    await expect.poll(() => rateOf(tab, "Atlas"), POLL).toBe(0);
    await tab.getByRole("button", { name: "Pause" }).click();
    const texts = (await events.allTextContents()).join("\n");
    expect(texts).toContain("Atlas's last signal has expired");
    expect(texts).toContain("Atlas is paid nothing any more");
    expect(texts).toMatch(/of the pay of summarise, Brief now gets/);
    if (pictures !== undefined) {
      mkdirSync(pictures, { recursive: true });
      await tab.screenshot({ path: join(pictures, "played-1280.png") });
    }

    await tab.getByRole("button", { name: /^End/ }).click();
    await expect.poll(() => tab.locator("#tiles .tile").count(), POLL).toBeGreaterThan(3);
    const finished = await running;
    expect(finished).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(report, "utf8")).toContain("Atlas dies");
    // Nobody is invited to do what can be done no more.
    expect(await tab.getByRole("button", { name: /kill|revive|Pause/ }).count()).toBe(0);
    expect(await tab.getByText("Kill an agent").isVisible()).toBe(false);
    expect(await accepts(Number(new URL(url).port))).toBe(false);
    expect(wrong).toEqual([]);
  });
});
