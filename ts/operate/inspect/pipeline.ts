import type { Hex } from "viem";
import { nameOf } from "../../core/deploymentRecord.ts";
import { getPipeline, type PipelineStage } from "../../sdk/read/getPipeline.ts";
import { formatAmount } from "../../sdk/utils/format.ts";
import { fromFlowRate } from "../../sdk/utils/units.ts";
import { poolAttention, staleLimit } from "./attention.ts";
import { type Context, symbolOf } from "./context.ts";
import type { Report } from "./report.ts";
import { percent } from "./words.ts";

/** `inspect pipeline`. */
export async function inspectPipeline(context: Context, taskTypeId: Hex): Promise<Report> {
  const pipeline = await getPipeline(context.client, { deployment: context.deployment, taskTypeId });
  const { stages, bottleneck } = pipeline;
  const symbols = await Promise.all(stages.map(({ pool }) => symbolOf(context, pool.taskType.superToken)));
  const name = (id: Hex): string => nameOf(context, id) ?? `${id.slice(0, 10)}…`;
  const attention = stages.flatMap((stage, index) =>
    [...staleLimit(stage.pool), ...poolAttention(stage.pool, symbols[index] ?? "")].map(
      (text) => `stage ${index + 1}, ${name(stage.taskTypeId)}: ${text}`,
    ),
  );
  const limiting = bottleneck === undefined ? undefined : stages[bottleneck];
  return {
    title: `Pipeline from ${nameOf(context, taskTypeId) ?? taskTypeId}`,
    rows: [
      ["stages", String(stages.length)],
      ["bottleneck", limiting === undefined ? "none" : `stage ${(bottleneck ?? 0) + 1}, ${name(limiting.taskTypeId)}`],
    ],
    table: {
      head: ["stage", "task type", "inflow/month", "can take/month", "saturation", "escrow", "ratio to next"],
      rows: stages.map((stage, index) => stageRow(stage, index, name(stage.taskTypeId), symbols[index] ?? "")),
    },
    attention,
    data: pipeline,
  };
}

function stageRow({ pool, ratio }: PipelineStage, index: number, name: string, symbol: string): string[] {
  const monthly = (flowRate: bigint): string => `${formatAmount(fromFlowRate({ flowRate, per: "month" }))} ${symbol}`;
  return [
    String(index + 1),
    name,
    monthly(pool.flowRate),
    monthly(pool.intake),
    percent(Number(pool.price) / Number(pool.priceCap)),
    `${formatAmount(pool.escrow.overflow)} ${symbol}`,
    ratio === undefined ? "" : String(ratio),
  ];
}
