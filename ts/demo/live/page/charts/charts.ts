import * as Plot from "@observablehq/plot";
import { slashesBetween } from "../../../events.ts";
import { formatShare, formatThousands, formatTokensAsMoney } from "../../../format.ts";
import type { Frame } from "../../../frame.ts";
import { usdcOf } from "../../../sample.ts";
import { BUFFER_SECONDS, capacityOf, DEAD, LIAR, STAGES } from "../../../scenario.ts";
import type { Cast } from "../../pageData.ts";
import { agentColour, nameOf, stageColour } from "../look.ts";
import { ALERT, type ChartParts, confirmed, type Hover, INK, SLASH, SURFACE, valueLine } from "./plot.ts";

/** So that lines differ without colour. */
export const DASHES = ["none", "7,3", "2,3"] as const;
const AREA = { fillOpacity: 0.85, stroke: SURFACE, strokeWidth: 1 } as const;
const minuteOf = ({ sample }: Frame): number => sample.at / 60;

/** Who is paid what in one stage: areas for the agents, lines for what comes in and for what they can take. */
export function payChart(all: readonly Frame[], cast: Cast, stage: number): ChartParts {
  const { name = "", agents = [] } = cast.stages[stage] ?? {};
  const frames = confirmed(all);
  const names = agents.map((agent) => nameOf(agent.name));
  const rows = frames.flatMap((frame) => {
    const { sinks = [] } = frame.sample.stages[stage] ?? {};
    return names.map((_, agent) => ({ minute: minuteOf(frame), agent, flow: (sinks[agent] ?? 0) / 1000 }));
  });
  const lines = frames.map((frame) => {
    const { inflow = 0, capacity = 0 } = frame.sample.stages[stage] ?? {};
    return { minute: minuteOf(frame), inflow: inflow / 1000, capacity: capacity / 1000 };
  });
  const hover = frames.map((frame): Hover => {
    const { sinks = [], inflow = 0, capacity = 0 } = frame.sample.stages[stage] ?? {};
    const paid = names.map((each, agent) => valueLine(each, formatThousands(sinks[agent] ?? 0)));
    const totals = [valueLine("inflow", formatThousands(inflow)), valueLine("capacity", formatThousands(capacity))];
    return { minute: minuteOf(frame), top: inflow / 1000, lines: [...paid.reverse(), ...totals] };
  });
  return {
    label: `Pay of the agents of ${nameOf(name)}`,
    description: `Stacked areas: what ${names.join(", ")} are paid. Lines: inflow and capacity.`,
    unit: "thousand tokens per second",
    hover,
    marks: [
      Plot.areaY(rows, {
        ...Plot.stackY({
          ...{ x: "minute", y: "flow", z: "agent", order: names.map((_, agent) => agent) },
          fill: ({ agent }: { agent: number }) => agentColour(stage, agent),
        }),
        ...AREA,
      }),
      Plot.lineY(lines, { x: "minute", y: "inflow", stroke: INK, strokeWidth: 1.5 }),
      Plot.lineY(lines, { x: "minute", y: "capacity", stroke: INK, strokeWidth: 2, strokeDasharray: "6,4" }),
      slashMarks(
        slashesIn(all).filter((slash) => slash.stage === stage),
        all,
      ),
    ],
  };
}

type SlashMark = ReturnType<typeof slashesIn>[number];

/** All slashes of a run. */
function slashesIn(frames: readonly Frame[]) {
  return frames.flatMap(({ sample }, index) => {
    return slashesBetween(frames[index - 1]?.sample, sample).map((slash) => ({ ...slash, minute: sample.at / 60 }));
  });
}

/** Crosses along the time axis, and `lift` pixels above it the agent's name. */
function slashMarks(slashes: readonly SlashMark[], frames: readonly Frame[], lift = 26): Plot.Markish[] {
  const end = frames.at(-1)?.sample.at ?? 0;
  const style = { x: "minute", y: 0, fill: ALERT, stroke: SURFACE, strokeWidth: 4, fontWeight: 700 } as const;
  return [
    Plot.text(slashes, { ...style, text: () => SLASH, fontSize: 15, dy: -9 }),
    ...[false, true].map((late) =>
      Plot.text(
        slashes.filter(({ at }) => at > end * 0.85 === late),
        {
          ...{ ...style, text: ({ name }: SlashMark) => `${nameOf(name)} slashed`, fontSize: 11, dy: -lift },
          ...(late ? { textAnchor: "end", dx: 8 } : {}),
        },
      ),
    ),
  ];
}

/** What the liar and the dead agent are paid, and what the liar really serves. */
export function truthChart(all: readonly Frame[], cast: Cast): ChartParts {
  const { declares = 0, rate = 0 } = cast.stages[LIAR.stage]?.agents[LIAR.agent] ?? {};
  const frames = confirmed(all);
  const payOf = ({ stage, agent }: { stage: number; agent: number }, { sample }: Frame): number =>
    sample.stages[stage]?.sinks[agent] ?? 0;
  const line = (who: typeof LIAR | typeof DEAD): Plot.Markish =>
    Plot.lineY(frames, {
      ...{ x: minuteOf, y: (frame: Frame) => payOf(who, frame) / 1000, strokeWidth: 2.5 },
      stroke: agentColour(who.stage, who.agent),
    });
  const level = { strokeWidth: 2, stroke: INK } as const;
  return {
    label: `Pay of ${LIAR.name} and of ${DEAD.name}`,
    description: `Lines: what ${LIAR.name} and ${DEAD.name} are paid, what ${LIAR.name} declares and what it can serve.`,
    unit: "thousand tokens per second",
    y: { domain: [0, (declares / 1000) * 1.1] },
    hover: frames.map((frame) => ({
      minute: minuteOf(frame),
      top: payOf(LIAR, frame) / 1000,
      lines: [LIAR, DEAD].map((who) => valueLine(who.name, formatThousands(payOf(who, frame)))),
    })),
    marks: [
      Plot.ruleY([declares / 1000], { ...level, strokeDasharray: "1,4" }),
      Plot.ruleY([rate / 1000], { ...level, strokeDasharray: "6,4" }),
      line(LIAR),
      line(DEAD),
      slashMarks(
        slashesIn(all).filter(({ name }) => name === DEAD.name),
        all,
        56,
      ),
    ],
  };
}

/** Money in the escrows and what went back to the sources. */
export function escrowChart(frames: readonly Frame[], cast: Cast): ChartParts {
  const limit = usdcOf(capacityOf(STAGES[0]) * BUFFER_SECONDS);
  const returnedIn = ({ sample }: Frame): number => sample.stages.reduce((sum, stage) => sum + stage.returned, 0);
  const full = frames.some((frame) => returnedIn(frame) > 0);
  const line = { y: limit, fill: INK } as const;
  return {
    label: "Money in the escrow buffers",
    description: "Stacked areas: escrow level per stage. Dashed line: returned to the sources so far.",
    unit: "USDCx",
    hover: frames.map((frame) => {
      const levels = frame.sample.stages.map(({ escrow }, stage) =>
        valueLine(stageName(cast, stage), formatTokensAsMoney(escrow)),
      );
      const top = usdcOf(frame.sample.stages.reduce((sum, { escrow }) => sum + escrow, 0));
      return {
        minute: minuteOf(frame),
        top,
        lines: [...levels.reverse(), valueLine("returned", formatTokensAsMoney(returnedIn(frame)))],
      };
    }),
    marks: [
      stackedByStage(frames, ({ sample }, stage) => usdcOf(sample.stages[stage]?.escrow ?? 0)),
      Plot.lineY(frames, {
        ...{ x: minuteOf, y: (frame: Frame) => usdcOf(returnedIn(frame)) },
        ...{ stroke: INK, strokeWidth: 2, strokeDasharray: "6,4" },
      }),
      ...(full
        ? [
            Plot.ruleY([limit], { stroke: INK, strokeDasharray: "1,4" }),
            Plot.text([limit], { ...line, text: ["limit of transcribe"], frameAnchor: "left", dx: 6, dy: -8 }),
          ]
        : []),
    ],
  };
}

/** Work that was paid for and is not done. */
export function backlogChart(frames: readonly Frame[], cast: Cast): ChartParts {
  return {
    label: "Backlog",
    description: "Stacked areas: work that was paid for and is not done, per stage.",
    unit: "thousand tokens",
    hover: frames.map((frame) => {
      const each = frame.sample.stages.map(({ backlog }, stage) =>
        valueLine(stageName(cast, stage), formatThousands(backlog, 1)),
      );
      const top = frame.sample.stages.reduce((sum, { backlog }) => sum + backlog, 0) / 1000;
      return { minute: minuteOf(frame), top, lines: each.reverse() };
    }),
    marks: [stackedByStage(frames, ({ sample }, stage) => (sample.stages[stage]?.backlog ?? 0) / 1000)],
  };
}

/** What a unit is paid, as a share of the most that it may be paid. */
export function priceChart(all: readonly Frame[], cast: Cast): ChartParts {
  const frames = confirmed(all);
  const priceOf = ({ sample }: Frame, stage: number): number => sample.stages[stage]?.price ?? 0;
  return {
    label: "Price of a unit",
    description: "Lines: flow per unit in percent of the price cap, per stage.",
    unit: "% of the cap",
    y: { domain: [0, 110] },
    hover: frames.map((frame) => ({
      minute: minuteOf(frame),
      top: priceOf(frame, 0) * 100,
      lines: cast.stages.map((_, stage) => valueLine(stageName(cast, stage), formatShare(priceOf(frame, stage), 0))),
    })),
    marks: [
      ...cast.stages.map((_, stage) =>
        Plot.lineY(frames, {
          ...{ x: minuteOf, y: (frame: Frame) => priceOf(frame, stage) * 100, strokeWidth: 2.5 },
          ...{ stroke: stageColour(stage), strokeDasharray: DASHES[stage % DASHES.length] ?? "none" },
        }),
      ),
      Plot.ruleY([100], { stroke: INK, strokeWidth: 1.5 }),
      Plot.text([100], { y: 100, text: ["price cap"], frameAnchor: "right", dx: -4, dy: -8, fill: INK }),
    ],
  };
}

function stackedByStage(frames: readonly Frame[], pick: (frame: Frame, stage: number) => number): Plot.Markish {
  const rows = frames.flatMap((frame) => {
    return frame.sample.stages.map((_, stage) => ({ minute: minuteOf(frame), stage, value: pick(frame, stage) }));
  });
  const order = frames[0]?.sample.stages.map((_, stage) => stage) ?? [];
  return Plot.areaY(rows, {
    ...Plot.stackY({
      ...{ x: "minute", y: "value", z: "stage", order },
      fill: ({ stage }: { stage: number }) => stageColour(stage),
    }),
    ...AREA,
  });
}

function stageName(cast: Cast, stage: number): string {
  return nameOf(cast.stages[stage]?.name ?? "");
}
