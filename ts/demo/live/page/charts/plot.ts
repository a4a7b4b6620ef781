import * as Plot from "@observablehq/plot";
import { formatTime } from "../../../format.ts";
import type { Frame } from "../../../frame.ts";
import { EPOCH, SLOT } from "../../../scenario.ts";
import { sentenceOf } from "../look.ts";

/** What charts draw. */
export type Drawn = {
  frames: readonly Frame[];
  /** Where time ends, seconds. */
  end: number;
  width: number;
};

/** One chart: what it shows, for those who see it and for those who do not. */
export type ChartParts = {
  label: string;
  description: string;
  unit: string;
  marks: Plot.Markish[];
  /** What stands there under the pointer, line by line: at which minute, and at which height. */
  hover: readonly Hover[];
  y?: Plot.ScaleOptions;
};

export type Hover = { minute: number; top: number; lines: readonly string[] };

export const INK = "currentColor";
export const ALERT = "var(--alert)";
export const SURFACE = "var(--surface)";
/** Marks a slash. */
export const SLASH = "✕";
const HEIGHT = 300;
/** Below this many pixels names of what happens become numbers. */
const NARROW = 500;

/** Draws marks over time, what happened from outside, and the values under the pointer. */
export function plot(
  { label, description, unit, marks, hover, y }: ChartParts,
  { frames, end, width }: Drawn,
): Element {
  const drawn = Plot.plot({
    width,
    height: HEIGHT,
    marginLeft: 44,
    marginTop: 50,
    marginBottom: 40,
    style: { fontSize: "12px", background: "transparent", overflow: "visible" },
    ariaLabel: label,
    ariaDescription: description,
    x: {
      domain: [0, end / 60],
      label: "minutes after the start",
      ticks: width > NARROW ? 12 : 6,
      labelAnchor: "center",
      labelArrow: "none",
    },
    y: { grid: true, label: `↑ ${unit}`, labelAnchor: "top", labelArrow: "none", nice: true, ...y },
    marks: [...marks, Plot.ruleY([0]), ...happened(frames, width), ...pointed(hover)],
  });
  drawn.setAttribute("role", "img");
  // What the parts are called says nothing to those who do not see them.
  for (const part of drawn.querySelectorAll("g[aria-label]")) part.removeAttribute("aria-label");
  return drawn;
}

/** Lines where something happens, named at their upper end; on a narrow chart by number. */
function happened(frames: readonly Frame[], width: number): Plot.Markish[] {
  const lines = marksOf(frames).map(({ at, mark }, index) => {
    return { minute: at / 60, name: width > NARROW ? mark : String(index + 1) };
  });
  return [
    Plot.ruleX(lines, { x: "minute", stroke: ALERT, strokeDasharray: "3,3", strokeWidth: 1.5, insetTop: -6 }),
    Plot.text(lines, {
      ...{ x: "minute", text: "name", frameAnchor: "top", dy: -20, fill: ALERT, fontWeight: 600, fontSize: 11 },
    }),
  ];
}

/** What happened from outside, with its name. */
export function marksOf(frames: readonly Frame[]): { at: number; mark: string }[] {
  return frames.flatMap(({ events }) =>
    events.flatMap(({ at, mark }) => (mark === undefined ? [] : [{ at, mark: sentenceOf(mark) }])),
  );
}

/** A line and a box at the moment next to the pointer. */
function pointed(hover: readonly Hover[]): Plot.Markish[] {
  const x = { x: "minute" } as const;
  return [
    Plot.ruleX(hover, Plot.pointerX({ ...x, stroke: INK, strokeOpacity: 0.35, insetTop: -6 })),
    Plot.tip(
      hover,
      Plot.pointerX({
        ...{ ...x, y: "top", fill: SURFACE, stroke: "var(--line)", fontSize: 12, lineHeight: 1.35, textPadding: 8 },
        title: ({ minute, lines }: Hover) => [formatTime(minute * 60), ...lines].join("\n"),
      }),
    ),
  ];
}

/** Frames that are not taken while a pool's inflow waits to be confirmed. */
export function confirmed(frames: readonly Frame[]): Frame[] {
  return frames.filter(({ sample: { at } }) => at % EPOCH >= SLOT);
}

/** "Echo  2.47", in columns that a reader can follow. */
export function valueLine(name: string, value: string): string {
  return `${value}  ${name}`;
}
