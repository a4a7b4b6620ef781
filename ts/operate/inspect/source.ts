import type { Address, Hex } from "viem";
import { nameOf } from "../../core/deploymentRecord.ts";
import { type GetSourceReturnType, getSource } from "../../sdk/read/getSource.ts";
import { getTaskType } from "../../sdk/read/getTaskType.ts";
import { formatDuration } from "../../sdk/utils/format.ts";
import { type Context, linked, symbolOf } from "./context.ts";
import { amount, moment, type Report, rate } from "./report.ts";

const DAY = 86_400;

/** `inspect source`. */
export async function inspectSource(context: Context, taskTypeId: Hex, source: Address): Promise<Report> {
  const parameters = { deployment: context.deployment, taskTypeId };
  const [{ superToken }, state] = await Promise.all([
    getTaskType(context.client, parameters),
    getSource(context.client, { ...parameters, source }),
  ]);
  const symbol = await symbolOf(context, superToken);
  const { returns, changedAt, runway } = state;
  return {
    title: `Source ${source} of ${nameOf(context, taskTypeId) ?? taskTypeId}`,
    rows: [
      ["account", linked(context, source)],
      ["stream", state.flowRate === 0n ? "none" : rate(state.flowRate, symbol)],
      ["since", changedAt === undefined ? undefined : moment(changedAt)],
      ["deposit", amount(state.streamDeposit, symbol)],
      ["streamed", `at least ${amount(state.streamed, symbol)}`],
      ["acknowledged", amount(state.acknowledged, symbol)],
      ["balance", amount(state.availableBalance, symbol)],
      ["lasts", runway === undefined ? "it does not shrink" : formatDuration(runway)],
      ["in the escrow", amount(returns.owned, symbol)],
      ["to come back", amount(returns.payable, symbol)],
      ["came back", amount(returns.returned, symbol)],
      ["read at", moment(state.timestamp)],
    ],
    attention: sourceAttention(state, symbol),
    data: state,
  };
}

/** What somebody should do about a source. */
export function sourceAttention(state: GetSourceReturnType, symbol: string): string[] {
  const { source, availableBalance, runway, returns } = state;
  const attention: string[] = [];
  if (availableBalance < 0n) {
    attention.push(`source ${source} is out of money: top up, or anybody may close its streams and take its deposits`);
  } else if (runway !== undefined && runway < DAY) {
    attention.push(`the balance of source ${source} lasts ${formatDuration(runway)}: top up`);
  }
  if (returns.payable > 0n) {
    attention.push(`${amount(returns.payable, symbol)} are set aside for it: anybody's syncSource pays them`);
  }
  return attention;
}
