import { formatAmount } from "../../sdk/utils/format.ts";
import type { FoundPool } from "../../sdk/work/discovery.ts";

/** Text of strangers is data, and short. */
const LONGEST = 200;

/** Wei per second as a model reads it. */
export const perHour = (weiPerSecond: bigint): string => `${formatAmount(weiPerSecond * 3600n)} tokens/hour`;

/** What a stranger has written, without what could be taken for anything but a line of text. */
export function quoted(text: string): string {
  const line = text.replace(/[^\p{L}\p{N}\p{P}\p{Zs}\p{S}]/gu, " ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** A pool, with its creator's words marked as such. */
export function shownPool({ taskTypeId, metadata, pool, spare }: Omit<FoundPool, "creator" | "superToken">) {
  return {
    pool: taskTypeId,
    descriptionByItsCreator: quoted(metadata),
    pricePerUnit: perHour(pool.price),
    flowsNow: perHour(pool.flowRate),
    canTakeMore: perHour(spare),
    unitsOfSinks: String(pool.units.sinks),
    shareThatAcknowledges: pool.evidence?.participation,
  };
}
