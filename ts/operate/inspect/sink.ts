import type { Address, Hex } from "viem";
import { nameOf } from "../../core/deploymentRecord.ts";
import { getSink } from "../../sdk/read/getSink.ts";
import { getTaskType } from "../../sdk/read/getTaskType.ts";
import { sinkAttention } from "./attention.ts";
import { type Context, linked, symbolOf } from "./context.ts";
import { findProfile } from "./profile.ts";
import type { Report } from "./report.ts";
import { amount, moment, rate, safeText } from "./words.ts";

/** `inspect sink`. */
export async function inspectSink(context: Context, taskTypeId: Hex, sink: Address): Promise<Report> {
  const parameters = { deployment: context.deployment, taskTypeId };
  const [taskType, state] = await Promise.all([
    getTaskType(context.client, parameters),
    getSink(context.client, { ...parameters, sink }),
  ]);
  const [symbol, profile] = await Promise.all([
    symbolOf(context, taskType.superToken),
    state.registered ? findProfile(context, taskTypeId, sink) : undefined,
  ]);
  const { signal, ledger, unbondedAt } = state;
  return {
    title: `Sink of ${nameOf(context, taskTypeId) ?? taskTypeId}`,
    rows: [
      ["account", linked(context, sink)],
      ["registered", state.registered ? "yes" : "no"],
      ["profile", profile === undefined ? undefined : safeText(profile)],
      ["pay", rate(state.flowRate, symbol)],
      ["paid", amount(state.paid, symbol)],
      ["to claim", state.connected ? "nothing, it is connected" : amount(state.claimable, symbol)],
      ["units", `${state.units} in the pool, ${state.effectiveCapacity} by its capacity`],
      [
        "capacity",
        `${state.declaredCapacity} declared, ${state.smoothedCapacity} smoothed, ${state.capacityCap} backed`,
      ],
      ["backlog", `${state.declaredBacklog} declared, ${state.verifiedBacklog} verified, unit-seconds`],
      ["signalled", signal.signalledAt === undefined ? "never" : moment(signal.signalledAt)],
      ["expires", signal.expiresAt === undefined ? undefined : moment(signal.expiresAt)],
      ["stake", amount(state.stake, symbol)],
      [
        "unbonding",
        unbondedAt === undefined ? undefined : `${amount(state.unbonding, symbol)} until ${moment(unbondedAt)}`,
      ],
      ["acknowledged", amount(ledger.acknowledged, symbol)],
      ["owed", `${amount(ledger.owed, symbol)}, ${ledger.strikes} of 3 strikes`],
      ["earned since", amount(ledger.earned, symbol)],
      ["exit charge", amount(ledger.exitCharge, symbol)],
      ["read at", moment(state.timestamp)],
    ],
    attention: sinkAttention(state, taskType, symbol),
    data: { ...state, profile },
  };
}
