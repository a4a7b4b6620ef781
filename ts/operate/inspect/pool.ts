import type { Hex } from "viem";
import { nameOf } from "../../core/deploymentRecord.ts";
import { type GetPoolReturnType, getPool } from "../../sdk/read/getPool.ts";
import { poolAttention } from "./attention.ts";
import { type Context, linked, symbolOf } from "./context.ts";
import type { Report } from "./report.ts";
import { amount, moment, percent, rate } from "./words.ts";

/** `inspect pool`. */
export async function inspectPool(context: Context, taskTypeId: Hex): Promise<Report> {
  const pool = await getPool(context.client, { deployment: context.deployment, taskTypeId });
  const { taskType, units, escrow, fee } = pool;
  const symbol = await symbolOf(context, taskType.superToken);
  return {
    title: `Pool of ${nameOf(context, taskTypeId) ?? taskTypeId}`,
    rows: [
      ["pool", linked(context, taskType.distributionPool)],
      ["super token", `${symbol} ${linked(context, taskType.superToken)}`],
      ["inflow", rate(pool.flowRate, symbol)],
      ["sinks can take", `${rate(pool.intake, symbol)}${pool.limit === undefined ? "" : ", limited by the pipeline"}`],
      ["saturation", pool.priceCap === 0n ? undefined : percent(Number(pool.price) / Number(pool.priceCap))],
      ["price", `${rate(pool.price, symbol)} per unit`],
      ["price cap", `${rate(pool.priceCap, symbol)} per unit`],
      ["units", `${units.sinks} sinks + ${units.escrow} escrow + ${units.fee} fee = ${units.total}`],
      ["smallest stream", rate(pool.totalUnits, symbol)],
      ["escrow overflow", `${amount(escrow.overflow, symbol)} of ${amount(taskType.bufferMax, symbol)}`],
      ["escrow deposits", amount(escrow.deposits, symbol)],
      ["paid to sinks", amount(pool.paid, symbol)],
      ["streamed", amount(pool.streamed, symbol)],
      ["set aside", `${amount(escrow.setAside, symbol)} for the sources`],
      ["smallest deposit", amount(escrow.minDeposit, symbol)],
      ["evidence", evidenceOf(pool)],
      ["fee", fee.basisPoints === 0 ? "none" : `${percent(fee.basisPoints / 10_000)} to ${fee.recipient}`],
      ["read at", moment(pool.timestamp)],
    ],
    attention: poolAttention(pool, symbol),
    data: pool,
  };
}

/** Whether sinks can be judged, by how much of the pool's money. */
function evidenceOf({ evidence }: GetPoolReturnType): string {
  if (evidence === undefined) return "kept by another verifier";
  const { verified, participation } = evidence;
  return `${verified ? "verified" : "unverified"}, receipts speak for ${percent(participation)} of the pay`;
}
