import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { slashesBetween } from "../events.ts";
import { formatTime } from "../format.ts";
import type { Sample, StageSample } from "../sample.ts";
import {
  BUFFER_SECONDS,
  capacityOf,
  DEAD,
  DYING,
  EPOCH,
  LIAR,
  SLOT,
  STAGES,
  type Timeline,
  UNIT_RATE,
  WAD,
} from "../scenario.ts";

/** The same chart for wide and for narrow screens, as inline SVG. */
export type Chart = { wide: string; narrow: string };

const WIDTHS = { wide: 720, narrow: 380 } as const;
const HEIGHT = 340;

/** Colours are the page's: it knows whether it is light or dark. They stay apart for every kind of colour vision. */
export const SERIES = ["var(--series-1)", "var(--series-2)", "var(--series-3)", "var(--series-4)"] as const;
/** Marks a slash. */
export const SLASH = "✕";
/** So that lines differ without colour. */
export const DASHES = ["none", "7,3", "2,3"] as const;
export const INK = "currentColor";
export const ALERT = "var(--alert)";

const { document } = parseHTML("<!doctype html><html><body></body></html>");

type Draw = { label: string; description: string; unit: string; marks: Plot.Markish[]; y?: Plot.ScaleOptions };

/** Draws marks over time, with the shocks. */
function draw({ label, description, unit, marks, y }: Draw, timeline: Timeline): Chart {
  const at = (width: number): string => {
    const plot = Plot.plot({
      document,
      width,
      height: HEIGHT,
      marginLeft: 44,
      marginTop: 50,
      marginBottom: 42,
      style: { fontSize: "12px" },
      ariaLabel: label,
      ariaDescription: description,
      x: {
        domain: [0, timeline.end / 60],
        label: "minutes after the start",
        ticks: width > 500 ? 12 : 6,
        labelAnchor: "center",
        labelArrow: "none",
      },
      y: { grid: true, label: `↑ ${unit}`, labelAnchor: "top", labelArrow: "none", nice: true, ...y },
      marks: [...marks, Plot.ruleY([0]), ...shocks(timeline, width)],
    });
    return plot.outerHTML;
  };
  return { wide: at(WIDTHS.wide), narrow: at(WIDTHS.narrow) };
}

/** Lines where something happens, named at their upper end; on a narrow chart by number. */
function shocks({ death, doubling, revival }: Timeline, width: number): Plot.Markish[] {
  const lines = shockNames().map((name, index) => {
    const minute = ([death, doubling, revival][index] as number) / 60;
    return { minute, name: width > 500 ? name : String(index + 1) };
  });
  const style = { stroke: ALERT, strokeDasharray: "3,3", strokeWidth: 1.5 };
  return [
    Plot.ruleX(lines, { x: "minute", ...style, insetTop: -6 }),
    Plot.text(lines, {
      x: "minute",
      text: "name",
      frameAnchor: "top",
      dy: -20,
      fill: ALERT,
      fontWeight: 600,
      fontSize: 11,
    }),
  ];
}

/** What the three lines in every chart are, in order. */
export function shockNames(): [string, string, string] {
  return [`${DYING.name} dies`, "demand doubles", `${DYING.name} is back`];
}

/** Samples that are not taken while a pool's inflow waits to be confirmed. */
function confirmed(samples: readonly Sample[]): Sample[] {
  return samples.filter(({ at }) => at % EPOCH >= SLOT);
}

/** Who is paid what in one stage: areas for the agents, lines for what comes in and for what they can take. */
export function payChart(samples: readonly Sample[], stage: number, timeline: Timeline): Chart {
  const plan = STAGES[stage] as (typeof STAGES)[number];
  const rows = confirmed(samples).flatMap(({ at, stages }) => {
    return plan.agents.map(({ name }, agent) => ({
      minute: at / 60,
      name,
      flow: (stages[stage]?.sinks[agent] ?? 0) / 1000,
    }));
  });
  const lines = confirmed(samples).map(({ at, stages }) => {
    const { inflow = 0, capacity = 0 } = stages[stage] ?? {};
    return { minute: at / 60, inflow: inflow / 1000, capacity: capacity / 1000 };
  });
  const names = plan.agents.map(({ name }) => name);
  const slashed = slashesIn(samples);
  return draw(
    {
      label: `Pay of the agents of ${plan.name}`,
      description: `Stacked areas: what ${names.join(", ")} are paid. Lines: inflow and capacity.`,
      unit: "thousand tokens per second",
      marks: [
        Plot.areaY(
          rows,
          Plot.stackY({
            x: "minute",
            y: "flow",
            fill: ({ name }: { name: string }) => SERIES[names.indexOf(name)],
            z: "name",
            order: names,
            fillOpacity: 0.85,
            stroke: "var(--surface)",
            strokeWidth: 1,
          }),
        ),
        Plot.lineY(lines, { x: "minute", y: "inflow", stroke: INK, strokeWidth: 1.5 }),
        Plot.lineY(lines, { x: "minute", y: "capacity", stroke: INK, strokeWidth: 2, strokeDasharray: "6,4" }),
        slashMarks(
          slashed.filter((slash) => slash.stage === stage),
          timeline,
        ),
      ],
    },
    timeline,
  );
}

type SlashMark = ReturnType<typeof slashesIn>[number];

/** All slashes of a run. */
function slashesIn(samples: readonly Sample[]) {
  return samples.flatMap((now, index) => {
    return slashesBetween(samples[index - 1], now).map((slash) => ({ ...slash, minute: now.at / 60 }));
  });
}

/** Crosses along the time axis, and `lift` pixels above it the agent's name. */
function slashMarks(slashes: readonly SlashMark[], { end }: Timeline, lift = 26): Plot.Markish[] {
  const style = { x: "minute", y: 0, fill: ALERT, stroke: "var(--surface)", strokeWidth: 4, fontWeight: 700 } as const;
  return [
    Plot.text(slashes, { ...style, text: () => SLASH, fontSize: 15, dy: -9 }),
    ...[false, true].map((late) =>
      Plot.text(
        slashes.filter(({ at }) => at > end * 0.85 === late),
        {
          ...style,
          text: ({ name }: SlashMark) => `${name} slashed`,
          fontSize: 11,
          dy: -lift,
          ...(late ? { textAnchor: "end", dx: 8 } : {}),
        },
      ),
    ),
  ];
}

/** What the liar and the dead agent are paid, and what the liar really serves. */
export function truthChart(samples: readonly Sample[], timeline: Timeline): Chart {
  const { declares, rate } = STAGES[LIAR.stage].agents[LIAR.agent] as (typeof STAGES)[number]["agents"][number];
  const flowOf =
    ({ stage, agent }: typeof LIAR | typeof DEAD) =>
    ({ at, stages }: Sample) => {
      return { minute: at / 60, flow: (stages[stage]?.sinks[agent] ?? 0) / 1000 };
    };
  const line = { x: "minute", y: "flow", strokeWidth: 2 } as const;
  const level = { strokeWidth: 2, stroke: INK } as const;
  return draw(
    {
      label: `Pay of ${LIAR.name} and of ${DEAD.name}`,
      description: `Lines: what ${LIAR.name} and ${DEAD.name} are paid, what ${LIAR.name} declares and what it can serve.`,
      unit: "thousand tokens per second",
      y: { domain: [0, (declares / 1000) * 1.1] },
      marks: [
        Plot.ruleY([declares / 1000], { ...level, strokeDasharray: "1,4" }),
        Plot.ruleY([rate / 1000], { ...level, strokeDasharray: "6,4" }),
        Plot.lineY(confirmed(samples).map(flowOf(LIAR)), { ...line, stroke: SERIES[LIAR.agent] as string }),
        Plot.lineY(confirmed(samples).map(flowOf(DEAD)), { ...line, stroke: SERIES[DEAD.agent] as string }),
        slashMarks(
          slashesIn(samples).filter(({ name }) => name === DEAD.name),
          timeline,
          56,
        ),
      ],
    },
    timeline,
  );
}

/** Money in the escrows and what went back to the sources. */
export function escrowChart(samples: readonly Sample[], timeline: Timeline): Chart {
  const usdc = (tokens: number): number => (tokens * Number(UNIT_RATE)) / Number(WAD);
  const limit = usdc(capacityOf(STAGES[0]) * BUFFER_SECONDS);
  const returned = samples.map(({ at, stages }) => {
    return { minute: at / 60, returned: usdc(stages.reduce((sum, stage) => sum + stage.returned, 0)) };
  });
  const full = returned.some((row) => row.returned > 0);
  return draw(
    {
      label: "Money in the escrow buffers",
      description: "Stacked areas: escrow level per stage. Dashed line: returned to the sources so far.",
      unit: "USDCx",
      marks: [
        stackedByStage(samples, ({ escrow }) => usdc(escrow)),
        Plot.lineY(returned, { x: "minute", y: "returned", stroke: INK, strokeWidth: 2, strokeDasharray: "6,4" }),
        ...(full
          ? [
              Plot.ruleY([limit], { stroke: INK, strokeDasharray: "1,4" }),
              Plot.text([limit], {
                y: limit,
                text: ["limit of transcribe"],
                frameAnchor: "left",
                dx: 6,
                dy: -8,
                fill: INK,
              }),
            ]
          : []),
      ],
    },
    timeline,
  );
}

/** Work that was paid for and is not done. */
export function backlogChart(samples: readonly Sample[], timeline: Timeline): Chart {
  return draw(
    {
      label: "Backlog",
      description: "Stacked areas: work that was paid for and is not done, per stage.",
      unit: "thousand tokens",
      marks: [stackedByStage(samples, ({ backlog }) => backlog / 1000)],
    },
    timeline,
  );
}

/** What a unit is paid, as a share of the most that it may be paid. */
export function priceChart(samples: readonly Sample[], timeline: Timeline): Chart {
  return draw(
    {
      label: "Price of a unit",
      description: "Lines: flow per unit in percent of the price cap, per stage.",
      unit: "% of the cap",
      y: { domain: [0, 110] },
      marks: [
        ...STAGES.map((_, stage) =>
          Plot.lineY(confirmed(samples), {
            x: ({ at }: Sample) => at / 60,
            y: ({ stages }: Sample) => (stages[stage]?.price ?? 0) * 100,
            stroke: SERIES[stage] as string,
            strokeWidth: 2,
            strokeDasharray: DASHES[stage] as string,
          }),
        ),
        Plot.ruleY([100], { stroke: INK, strokeWidth: 1.5 }),
        Plot.text([100], { y: 100, text: ["price cap"], frameAnchor: "right", dx: -4, dy: -8, fill: INK }),
      ],
    },
    timeline,
  );
}

function stackedByStage(samples: readonly Sample[], pick: (stage: StageSample) => number): Plot.Markish {
  const rows = samples.flatMap(({ at, stages }) => {
    return stages.map((stage, index) => ({ minute: at / 60, stage: index, value: pick(stage) }));
  });
  return Plot.areaY(
    rows,
    Plot.stackY({
      x: "minute",
      y: "value",
      z: "stage",
      order: [0, 1, 2],
      fill: ({ stage }: { stage: number }) => SERIES[stage],
      fillOpacity: 0.85,
      stroke: "var(--surface)",
      strokeWidth: 1,
    }),
  );
}

/** "20:00" for the legend of the shocks. */
export function shockTimes({ death, doubling, revival }: Timeline): [string, string, string] {
  return [formatTime(death), formatTime(doubling), formatTime(revival)];
}
