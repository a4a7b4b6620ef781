import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, test } from "vitest";
import type { Sample } from "../sample.ts";
import { timelineOf } from "../scenario.ts";
import { someSummary } from "../someSummary.ts";
import { renderReport } from "./page.ts";

const timeline = timelineOf(60);
const deadSink = { name: "Atlas", stage: "summarise", shareBefore: 0.444, shareAfter: 0.002 };

const liar = { name: "Gist", stage: "summarise", declares: 1000, rate: 500, paid: 499 };

/** What linkedom gives; the project has no types of browsers. */
type Dom = ReturnType<typeof parseHTML>["document"];

/** An hour of the same, with something in every series. */
const samples = Array.from({ length: 241 }, (_, index): Sample => {
  const at = index * 15;
  const stage = {
    inflow: 6000 + at,
    capacity: 9000,
    price: 0.7,
    escrow: at * 500,
    backlog: at * 10,
    returned: at * 300,
  };
  return {
    at,
    stages: [1, 2, 3].map(() => ({
      ...stage,
      sinks: [3000, 2000, 1000, 500],
      slashed: [0, 0, 0, at < 1800 ? 0 : 480_000],
    })),
  };
});

const render = (differs = {}): string =>
  renderReport({ summary: someSummary(differs), samples, timeline, deadSink, liar });

describe("the report", () => {
  let html: string;
  let document: Dom;
  beforeAll(() => {
    html = render();
    ({ document } = parseHTML(html));
  });

  const charts = (): Dom[] => [...document.querySelectorAll("figure .wide svg[aria-label]")];

  test("has a chart for each thing that a reader wants to see, described for those who cannot", () => {
    expect(charts().map((svg) => svg.getAttribute("aria-label"))).toEqual([
      "Pay of the agents of transcribe",
      "Pay of the agents of summarise",
      "Pay of the agents of report",
      "Pay of Gist and of Ghost",
      "Money in the escrow buffers",
      "Backlog",
      "Price of a unit",
    ]);
    expect(charts().every((svg) => (svg.getAttribute("aria-description") ?? "").length > 20)).toBe(true);
    expect(document.querySelectorAll("figure .narrow svg[aria-label]")).toHaveLength(7);
  });

  test("names units on every axis and marks the shocks", () => {
    const units = [
      "thousand tokens per second",
      "thousand tokens per second",
      "thousand tokens per second",
      "thousand tokens per second",
      "USDCx",
      "thousand tokens",
      "% of the cap",
    ];
    for (const [index, svg] of charts().entries()) {
      const text = svg.textContent ?? "";
      expect(text).toContain(units[index]);
      expect(text).toContain("minutes after the start");
      for (const shock of ["Atlas dies", "demand doubles", "Atlas is back"]) expect(text).toContain(shock);
    }
  });

  test("draws data: a filled area per agent, and lines that go somewhere", () => {
    const [pay] = charts();
    const areas = [...(pay?.querySelectorAll('[aria-label="area"] path') ?? [])];
    expect(areas.map((path) => path.getAttribute("fill"))).toEqual([
      "var(--series-1)",
      "var(--series-2)",
      "var(--series-3)",
      "var(--series-4)",
    ]);
    const paths = [...document.querySelectorAll("figure svg path")].map((path) => path.getAttribute("d") ?? "");
    expect(paths.every((path) => !path.includes("NaN"))).toBe(true);
    expect(Math.min(...areas.map((path) => path.getAttribute("d")?.length ?? 0))).toBeGreaterThan(500);
  });

  test("names every series and explains every chart in words", () => {
    for (const panel of document.querySelectorAll("section.panel")) {
      expect(panel.querySelectorAll(".legend li").length).toBeGreaterThanOrEqual(3);
      expect(panel.querySelector("h3")?.textContent).not.toBe("");
      expect((panel.querySelector("section > div")?.textContent ?? "").length).toBeGreaterThan(150);
    }
    for (const name of ["Echo", "Atlas", "Draft"]) expect(html).toContain(`>${name}</li>`);
  });

  test("marks every slash, where it happened and once", () => {
    const [transcribe, summarise, report, truth] = charts().map((svg) => svg.textContent ?? "");
    expect(transcribe?.match(/Ghost slashed/g)).toHaveLength(1);
    expect(truth?.match(/Ghost slashed/g)).toHaveLength(1);
    expect(`${summarise}${report}`).not.toContain("slashed");
  });

  test("tells what the liar declares, serves and is paid", () => {
    const text = document.body.textContent;
    expect(text).toContain("99.8 %");
    expect(text).toContain("declares 1.00 thousand tokens per second, has the bond for it, can serve 0.50");
    expect(text).toContain("0.70 USDCx");
  });

  test("shows the money of the summary", () => {
    const table = document.querySelector("table")?.textContent ?? "";
    for (const amount of ["51.583160", "41.263648", "2.726012", "7.593500"]) expect(table).toContain(amount);
    expect(html).toContain("to the last wei");
  });

  test("needs nothing from anywhere: no script, no link, no address but those of XML", () => {
    expect(document.querySelectorAll("script, link, img, iframe")).toHaveLength(0);
    const addresses = (html.match(/https?:\/\/[^"'\s)]+/g) ?? []).filter(
      (url) => !url.startsWith("http://www.w3.org/"),
    );
    expect(addresses).toEqual([]);
    expect(html).not.toMatch(/@import|url\((?!#)/);
  });

  test("is made for light and dark, and for narrow screens", () => {
    expect(html).toContain("prefers-color-scheme: dark");
    expect(html).toContain('name="viewport"');
    expect(html).toContain("max-width: 600px");
  });

  test("is the same for the same run", () => expect(render()).toBe(html));
});

test("the report does not hide a broken invariant, nor trust a file's name", () => {
  const violations = [{ invariant: "I1", reason: "3 wei are missing" }];
  const html = render({ conserved: false, violations, trace: '<img src="x">' });
  expect(html).toContain("not conserved");
  expect(html).toContain("3 wei are missing");
  expect(html).not.toContain("to the last wei");
  expect(html).not.toContain("<img");
});
