import type { Address } from "viem";
import { nameOf } from "../../core/deploymentRecord.ts";
import { type FoundPool, findPools } from "../../sdk/work/discovery.ts";
import { type Context, symbolOf } from "./context.ts";
import type { Report } from "./report.ts";
import { monthly, percent, safeText } from "./words.ts";

const NAME_LENGTH = 26;

/** `inspect list`. @param name Part of the names to look for; all if undefined. */
export async function inspectList(context: Context, name: string | undefined): Promise<Report> {
  const { client, deployment, record } = context;
  const pools = await findPools(client, { deployment, fromBlock: BigInt(record.block), name });
  const symbols = await symbolsOf(context, pools);
  return {
    title: name === undefined ? "Pools, most spare capacity first" : `Pools of "${safeText(name, NAME_LENGTH)}"`,
    rows: [["pools", String(pools.length)]],
    table: {
      head: ["name", "unit/month", "spare/month", "token", "acknowledged"],
      rows: pools.map((found) => [
        nameOf(context, found.taskTypeId) ?? safeText(found.metadata, NAME_LENGTH),
        monthly(found.pool.price),
        monthly(found.spare),
        symbols.get(found.superToken) ?? "?",
        evidenceOf(found),
      ]),
      below: pools.map(({ taskTypeId }) => taskTypeId),
    },
    attention: pools.length === 0 ? ["there is no such pool: look with less of the name, or at another network"] : [],
    data: { pools },
  };
}

/** Which part of the pay receipts speak for, and whether that is too few to judge anybody. */
function evidenceOf({ pool: { evidence } }: FoundPool): string {
  if (evidence === undefined) return "otherwise";
  return `${percent(evidence.participation)}${evidence.verified ? "" : ", few"}`;
}

/** A token that has none is shown all the same. */
async function symbolsOf(context: Context, pools: readonly FoundPool[]): Promise<Map<Address, string>> {
  const tokens = [...new Set(pools.map(({ superToken }) => superToken))];
  const symbols = await Promise.all(tokens.map((token) => symbolOf(context, token).catch(() => "?")));
  return new Map(tokens.map((token, index) => [token, symbols[index] ?? "?"]));
}
