import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, test } from "vitest";
import { castOfScenario } from "../live/pageData.ts";
import { someFrames } from "../someFrame.ts";
import { someSummary } from "../someSummary.ts";
import { bundlePage } from "./bundle.ts";
import { renderPage } from "./page.ts";
import { renderReport } from "./report.ts";

const deadSink = { name: "Atlas", stage: "summarise", shareBefore: 0.444, shareAfter: 0.002 };
const liar = { name: "Gist", stage: "summarise", declares: 1000, rate: 500, paid: 499 };

/** What linkedom gives; Node has no types of browsers. */
type Dom = ReturnType<typeof parseHTML>["document"];

const render = async (differs = {}, dead = deadSink): Promise<string> => {
  const { html } = await renderReport(someSummary(differs), { frames: someFrames(), deadSink: dead, liar });
  return html;
};

describe("the report", () => {
  let html: string;
  let document: Dom;
  beforeAll(async () => {
    html = await render();
    ({ document } = parseHTML(html));
  });

  test("has a place for each chart, explained in words beside it", () => {
    const charts = [...document.querySelectorAll("[data-chart]")].map((chart) => chart.getAttribute("data-chart"));
    expect(charts).toEqual(["pay-0", "pay-1", "pay-2", "truth", "escrow", "backlog", "price"]);
    for (const panel of document.querySelectorAll("section.panel")) {
      expect(panel.querySelectorAll(".legend li").length).toBeGreaterThanOrEqual(3);
      expect(panel.querySelector("h3")?.textContent).not.toBe("");
      expect((panel.querySelector("section > div")?.textContent ?? "").length).toBeGreaterThan(150);
    }
    for (const name of ["Echo", "Atlas", "Draft"]) expect(html).toContain(`>${name}</li>`);
  });

  test("gives every agent one colour, and no colour to two", () => {
    const colourOf = new Map<string, Set<string>>();
    for (const item of document.querySelectorAll(".legend li")) {
      const [, colour] = /(var\(--agent-\d+\))/.exec(item.innerHTML) ?? [];
      const name = (item.textContent ?? "").replace("pay of ", "");
      if (colour !== undefined) colourOf.set(name, (colourOf.get(name) ?? new Set()).add(colour));
    }
    expect(colourOf.size).toBe(10);
    expect([...colourOf.values()].every(({ size }) => size === 1)).toBe(true);
    expect(new Set([...colourOf.values()].flatMap((colours) => [...colours])).size).toBe(10);
  });

  test("has the whole run in it, and as files to save", () => {
    const data = JSON.parse(document.querySelector("#data")?.textContent ?? "");
    expect(data.frames).toHaveLength(241);
    const [csv, json] = [...document.querySelectorAll("a[download]")].map((link) => {
      const [, text = ""] = (link.getAttribute("href") ?? "").split("base64,");
      return Buffer.from(text, "base64").toString();
    });
    expect(csv?.split("\n")[1]).toMatch(/^0,/);
    expect(csv?.trim().split("\n")).toHaveLength(242);
    expect(JSON.parse(json ?? "").rows).toHaveLength(241);
  });

  test("shows the main figures and the money of the summary", () => {
    expect(document.querySelector("#tiles")?.textContent).toContain("99.8 %");
    const table = document.querySelector("table")?.textContent ?? "";
    for (const amount of ["51.583160", "41.263648", "2.726012", "7.593500"]) expect(table).toContain(amount);
    expect(html).toContain("to the last wei");
  });

  test("needs nothing from anywhere, and its policy lets nothing in", () => {
    const own = html.replace(/<script>.*<\/script>/s, "").replace(/<script type="application\/json".*?<\/script>/s, "");
    expect(document.querySelectorAll("script[src], link[rel=stylesheet], img, iframe")).toHaveLength(0);
    expect(own).not.toMatch(/https?:|@import|url\((?!#)/);
    const policy = document.querySelector("meta[http-equiv]")?.getAttribute("content");
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^']+'; .*connect-src 'none'/);
  });

  test("is the same for the same run", async () => expect(await render()).toBe(html));

  test("says what would have been without the protocol, if it was worked out", async () => {
    const outcome = {
      served: 14_461,
      turnedAway: 0,
      waiting: 1,
      medianLatencySeconds: 9,
      split: "equal",
      paying: "asked",
    };
    const wei = { streamedWei: "51790000000000000000", receivedWei: "0", inVainWei: "14370000000000000000" };
    const rest = { slashedWei: "0", escrowWei: "0", returnedWei: "0", dustWei: "0" };
    const counterfactual = { equalsChain: true, outcomes: [{ ...outcome, ...wei, ...rest }] };
    const told = await render({ counterfactual });
    for (const text of ["without the protocol", "14,461", "51.79", "14.37", "to the wei"]) expect(told).toContain(text);
    expect(html).not.toContain("would have happened without");
  });

  test("leaves out what did not happen", async () => {
    const quiet = await render({}, { ...deadSink, shareBefore: 0 });
    expect(quiet).not.toContain("when it died, and before it came back");
  });
});

test("the report does not hide a broken invariant", async () => {
  const html = await render({ conserved: false, violations: [{ invariant: "I1", reason: "3 wei are <b>missing" }] });
  expect(html).toContain("not conserved");
  expect(html).toContain("3 wei are &#60;b&#62;missing");
  expect(html).not.toContain("to the last wei");
});

test("names from outside stay text: in the tables, and in what the script reads", async () => {
  const hostile = '</script><img src=x onerror="alert(1)">';
  expect(await render({ trace: hostile })).not.toContain("<img");
  const cast = { ...castOfScenario(), sources: [hostile, hostile] };
  const html = renderPage({ data: { cast, end: 60, frames: [] }, script: await bundlePage() });
  expect(html).not.toContain("<img");
  const { document } = parseHTML(html);
  expect(JSON.parse(document.querySelector("#data")?.textContent ?? "").cast.sources[0]).toBe(hostile);
});
