import type { Address, Hex } from "viem";
import { nameOf } from "../../core/deploymentRecord.ts";
import { type GetSinkReturnType, getSink } from "../../sdk/read/getSink.ts";
import { type GetTaskTypeReturnType, getTaskType } from "../../sdk/read/getTaskType.ts";
import { type Context, linked, symbolOf } from "./context.ts";
import { findProfile } from "./profile.ts";
import { amount, moment, type Report, rate, safeText } from "./report.ts";

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

/** What somebody should do about a sink. */
export function sinkAttention(state: GetSinkReturnType, taskType: GetTaskTypeReturnType, symbol: string): string[] {
  const { sink } = state;
  const attention: string[] = [];
  if (!state.registered) {
    attention.push(
      `${sink} is not registered: it stakes ${amount(taskType.minimumStake, symbol)} or more, then registerSink`,
    );
  } else {
    attention.push(...signalAttention(state));
  }
  if (state.registered && state.needsRebalance) {
    attention.push(`its units have not followed its capacity: call rebalance for it (npm run keeper does it)`);
  }
  if (state.claimable > 0n) {
    attention.push(`${amount(state.claimable, symbol)} wait for a claim: run connectPool once, or claim`);
  }
  if (state.ledger.strikes > 0) {
    const left = 3 - state.ledger.strikes;
    const when = left === 0 ? "anybody's assess slashes it" : `${left} more ${left === 1 ? "slashes" : "slash"} it`;
    attention.push(`it has ${state.ledger.strikes} of 3 strikes, ${when}: deliver, and submit receipts`);
  } else if (state.verifiedBacklog > state.declaredBacklog) {
    attention.push("more work is paid for than acknowledged, which costs units: submit receipts");
  }
  if (state.unbondedAt !== undefined && state.timestamp >= state.unbondedAt) {
    attention.push(`${amount(state.unbonding, symbol)} have finished unbonding: run withdraw`);
  }
  return attention;
}

function signalAttention({ sink, signal, capacityCap, declaredCapacity }: GetSinkReturnType): string[] {
  if (signal.signalledAt === undefined)
    return [`sink ${sink} has never signalled: run signalCapacity, or its pay stays 0`];
  const attention: string[] = [];
  if (!signal.alive) {
    const epochs = signal.epochsExpired === 1 ? "1 epoch" : `${signal.epochsExpired} epochs`;
    attention.push(`sink ${sink} expired ${epochs} ago: run signalCapacity, or its pay fades`);
  }
  if (declaredCapacity >= capacityCap && declaredCapacity > 0n) {
    attention.push(`its stake backs no more than the ${capacityCap} units it has declared: stake more to declare more`);
  }
  return attention;
}
