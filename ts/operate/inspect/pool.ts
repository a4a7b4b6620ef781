import type { Hex } from "viem";
import { nameOf } from "../../core/deploymentRecord.ts";
import { type GetPoolReturnType, getPool } from "../../sdk/read/getPool.ts";
import { type Context, linked, symbolOf } from "./context.ts";
import { amount, moment, percent, type Report, rate } from "./report.ts";

/** Below this, rounding to whole wei per second and unit costs more than a basis point. */
const SMALL_PRICE = 10_000n;

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

/** What somebody should do about a pool. */
export function poolAttention(pool: GetPoolReturnType, symbol: string): string[] {
  const { escrow } = pool;
  const keeper = "npm run keeper does it";
  const attention: string[] = [];
  if (pool.units.sinks === 0n && pool.flowRate > 0n) {
    attention.push("no sink has units: what comes in waits in the escrow, and what is too much returns to the sources");
  }
  if (pool.flowRate > 0n && pool.evidence?.verified === false) {
    attention.push("too few sources give receipts to judge any sink: only declared backlog protects the money here");
  }
  if (pool.needsRebalance) attention.push(`the escrow has not followed the inflow yet: call rebalance (${keeper})`);
  if (pool.price > pool.priceCap) {
    attention.push("units are paid more than they may be: call rebalance now and 12 s later");
  }
  if (escrow.drainable > 0n) {
    attention.push(`${amount(escrow.drainable, symbol)} can be paid to the sinks: call drain (${keeper})`);
  }
  if (escrow.releasable > 0n) {
    attention.push(`${amount(escrow.releasable, symbol)} can return to the sources: call release (${keeper})`);
  }
  if (pool.flowRate > 0n && pool.price < SMALL_PRICE) {
    attention.push(
      `a unit is paid ${pool.price} wei per second, so rounding costs: streams are too small for this pool`,
    );
  }
  return attention;
}
