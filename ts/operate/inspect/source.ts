import type { Address, Hex } from "viem";
import { nameOf } from "../../core/deploymentRecord.ts";
import { getSource } from "../../sdk/read/getSource.ts";
import { getTaskType } from "../../sdk/read/getTaskType.ts";
import { formatDuration } from "../../sdk/utils/format.ts";
import { sourceAttention } from "./attention.ts";
import { type Context, linked, symbolOf } from "./context.ts";
import type { Report } from "./report.ts";
import { amount, moment, rate } from "./words.ts";

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
      ["stream deposit", amount(state.streamDeposit, symbol)],
      ["streamed", `at least ${amount(state.streamed, symbol)}`],
      ["acknowledged", amount(state.acknowledged, symbol)],
      ["balance", amount(state.availableBalance, symbol)],
      ["lasts", runway === undefined ? "it does not shrink" : formatDuration(runway)],
      ["owned", amount(returns.owned, symbol)],
      ["payable", amount(returns.payable, symbol)],
      ["returned", amount(returns.returned, symbol)],
      ["read at", moment(state.timestamp)],
    ],
    attention: sourceAttention(state, symbol),
    data: state,
  };
}
