import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Chart, LineChart, PointChart } from "./experiments/types.ts";
import type { Summary } from "./run.ts";

/** Okabe and Ito's palette, which all common kinds of colour blindness tell apart; symbols and dashes repeat it. */
const PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c8c00"];
const DASHES = ["0", "7 3", "2 3", "9 3 2 3", "4 4", "1 2", "12 4", "6 2 1 2"];
const WIDTH = 760;
/** Without the legend. */
const HEIGHT = 380;
const LEGEND_LINE = 18;

/** The little of a browser's document that is needed; the project does not compile against a browser. */
interface SvgNode {
  textContent: string | null;
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
  append(child: SvgNode): void;
}

interface SvgDocument {
  createElementNS(namespace: string, name: string): SvgNode;
}

interface Point {
  x: number | string;
  y: number;
  low: number;
  high: number;
  name: string;
}

/** One chart as a standalone SVG. */
export function renderChart(chart: Chart, summaries: readonly Summary[]): string {
  const shown = summaries.filter((summary) => chart.only?.(summary.values) ?? true);
  const points = chart.kind === "lines" ? linePoints(chart, shown) : metricPoints(chart, shown);
  const names = [...new Set(points.map((point) => point.name))];
  const { document } = parseHTML("<html><body></body></html>") as unknown as { document: SvgDocument };
  const svg: SvgNode = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT + LEGEND_LINE * (names.length + 1),
    marginTop: 56,
    marginLeft: 64,
    marginRight: 24,
    marginBottom: 48 + LEGEND_LINE * (names.length + 1),
    style: { fontSize: "13px", fontFamily: "system-ui, sans-serif", background: "white" },
    x: { label: chart.x, labelAnchor: "center", labelArrow: "none", labelOffset: 36, ...scaleOf(chart) },
    y: {
      label: null,
      grid: true,
      nice: true,
      ...(chart.kind === "points" && chart.logY ? { type: "log" as const } : {}),
    },
    color: { domain: names, range: PALETTE },
    symbol: { domain: names },
    marks: chart.kind === "lines" ? lineMarks(points, names) : pointMarks(points, names),
  });
  annotate(document, svg, chart, names);
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${svg.outerHTML}\n`;
}

function scaleOf(chart: Chart) {
  return chart.kind === "points" && chart.logX ? { type: "log" as const } : {};
}

function linePoints(chart: LineChart, summaries: readonly Summary[]): Point[] {
  return summaries.flatMap((summary) =>
    (summary.series[chart.series] ?? []).map(({ mean, ci95 }, i) => ({
      x: chart.start + i * chart.step,
      y: mean,
      low: mean - ci95,
      high: mean + ci95,
      name: String(summary.values[chart.color]),
    })),
  );
}

function metricPoints(chart: PointChart, summaries: readonly Summary[]): Point[] {
  return summaries.flatMap((summary) => {
    const found = summary.metrics[chart.metric];
    const x = summary.values[chart.by];
    if (!found || x === undefined) return [];
    const name = String(summary.values[chart.color]);
    return [{ x, y: found.mean, low: found.mean - found.ci95, high: found.mean + found.ci95, name }];
  });
}

function lineMarks(points: Point[], names: string[]): Plot.Markish[] {
  return [
    Plot.areaY(points, { x: "x", y1: "low", y2: "high", fill: "name", fillOpacity: 0.18 }),
    ...names.map((name, k) =>
      Plot.line(
        points.filter((point) => point.name === name),
        { x: "x", y: "y", stroke: "name", strokeWidth: 1.8, strokeDasharray: DASHES[k % DASHES.length] ?? "0" },
      ),
    ),
  ];
}

function pointMarks(points: Point[], names: string[]): Plot.Markish[] {
  return [
    ...names.map((name, k) =>
      Plot.line(
        points.filter((point) => point.name === name),
        { x: "x", y: "y", stroke: "name", strokeDasharray: DASHES[k % DASHES.length] ?? "0" },
      ),
    ),
    Plot.ruleX(points, { x: "x", y1: "low", y2: "high", stroke: "name", strokeWidth: 1.5 }),
    Plot.dot(points, { x: "x", y: "y", fill: "name", stroke: "white", strokeWidth: 0.5, symbol: "name", r: 4.5 }),
  ];
}

/** Title, the y axis' name where it does not cross the numbers, and a legend below: all inside the SVG. */
function annotate(document: SvgDocument, svg: SvgNode, chart: Chart, names: string[]): void {
  const text = (content: string, x: number, y: number, weight = "normal") => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", "text");
    node.setAttribute("x", String(x));
    node.setAttribute("y", String(y));
    node.setAttribute("fill", "#222");
    node.setAttribute("text-anchor", "start");
    node.setAttribute("font-weight", weight);
    node.textContent = content;
    svg.append(node);
  };
  text(chart.title, 12, 20, "bold");
  text(`↑ ${chart.y}${chart.kind === "lines" ? "   (band: 95 % of the mean)" : "   (bar: 95 % of the mean)"}`, 12, 42);
  text(`${chart.color}:`, 64, HEIGHT + 6);
  names.forEach((name, k) => {
    const y = HEIGHT + LEGEND_LINE * (k + 1) + 6;
    const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    const [from, to] = [64, 100];
    for (const [key, value] of Object.entries({ x1: from, x2: to, y1: y - 4, y2: y - 4 })) {
      line.setAttribute(key, String(value));
    }
    line.setAttribute("stroke", PALETTE[k % PALETTE.length] ?? "#000");
    line.setAttribute("stroke-width", "2.5");
    line.setAttribute("stroke-dasharray", DASHES[k % DASHES.length] ?? "0");
    svg.append(line);
    text(name, 108, y);
  });
}
