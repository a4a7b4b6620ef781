import type { Address } from "viem";
import { prepared } from "../calls/callsOf.ts";
import { superTokenAt } from "../calls/contracts.ts";
import { InsufficientFundsError } from "../errors.ts";
import { accountOf, senderOf } from "../internal/account.ts";
import { read } from "../internal/call.ts";
import { assertAmount } from "../internal/decimals.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import { readWrapper, roundedDown } from "../internal/wrapping.ts";
import type { AccountParameter, PreparedCall, ReadClient, SendOptions, Sent, WriteClient } from "../types.ts";
import type { WrapErrorType, WrapParameters } from "./wrap.ts";

export type UnwrapParameters = WrapParameters;

export type UnwrapReturnType = Sent & {
  /** What was unwrapped, wei of the super token: at most what was asked for, rounded down to whole units of the plain one. */
  amount: bigint;
  /** What came of it, smallest units of the plain token. */
  underlyingAmount: bigint;
};

export type UnwrapErrorType = WrapErrorType;

/**
 * Turns a super token back into its plain token, USDCx into USDC. What streams and deposits hold cannot be unwrapped.
 * @throws {NotASuperTokenError} @throws {InsufficientFundsError} @throws {WrongDecimalsError}
 * @example
 * const { underlyingAmount } = await unwrap(sourceClient, { deployment, superToken, amount: parseEther("5") });
 * // 5000000 of a token of six decimals
 */
export async function unwrap(
  client: WriteClient,
  parameters: UnwrapParameters & SendOptions,
): Promise<UnwrapReturnType> {
  const { calls, ...amounts } = await readUnwrap(client, parameters, accountOf(client).address);
  return { ...(await sendInTurn(client, "unwrap", calls, parameters)), ...amounts };
}

/**
 * As `unwrap`, for others to send.
 * @throws As `unwrap`.
 * @example
 * const calls = await prepareUnwrap(client, { deployment, superToken, amount: parseEther("5"), account: source });
 */
export async function prepareUnwrap(
  client: ReadClient,
  parameters: UnwrapParameters & AccountParameter,
): Promise<PreparedCall[]> {
  return (await readUnwrap(client, parameters, senderOf(client, parameters))).calls;
}

async function readUnwrap(client: ReadClient, parameters: UnwrapParameters, owner: Address) {
  const { deployment, superToken } = parameters;
  assertAmount(parameters.amount, parameters);
  const [wrapper, [available]] = await Promise.all([
    readWrapper(client, deployment, superToken),
    read(client, superTokenAt(superToken).realtimeBalanceOfNow(owner)),
  ]);
  const { amount, underlyingAmount } = roundedDown(wrapper, parameters.amount);
  if (available < amount) throw new InsufficientFundsError(amount, available, superToken, "to be unwrapped");
  return { amount, underlyingAmount, calls: prepared(superTokenAt(superToken).downgrade(amount)) };
}
