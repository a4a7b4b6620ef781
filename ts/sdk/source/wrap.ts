import type { Address } from "viem";
import { prepared } from "../calls/callsOf.ts";
import { superTokenAt } from "../calls/contracts.ts";
import type { InvalidParameterError, NotASuperTokenError, SendErrorType, WrongDecimalsError } from "../errors.ts";
import { accountOf, senderOf } from "../internal/account.ts";
import { assertAmount, type ForceParameter } from "../internal/decimals.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import { approveCalls } from "../internal/spending.ts";
import { formatOf, readWrapping, roundedUp } from "../internal/wrapping.ts";
import type {
  AccountParameter,
  Deployment,
  PreparedCall,
  ReadClient,
  SendOptions,
  Sent,
  WriteClient,
} from "../types.ts";

export type WrapParameters = ForceParameter & {
  deployment: Pick<Deployment, "host">;
  /** The wrapper, USDCx for example: `superToken` of `getTaskType`. */
  superToken: Address;
  /** Wei of the super token, whatever decimals the plain one has: `parseEther("5")` for five dollars. */
  amount: bigint;
};

export type WrapReturnType = Sent & {
  /** What came of it, wei of the super token: at least what was asked for, rounded up to whole units of the plain one. */
  amount: bigint;
  /** What it took, smallest units of the plain token. */
  underlyingAmount: bigint;
};

export type WrapErrorType = InvalidParameterError | WrongDecimalsError | NotASuperTokenError | SendErrorType;

/**
 * Turns a plain token into its super token, USDC into USDCx; approves exactly what it takes first, if need be.
 * @throws {NotASuperTokenError} @throws {InsufficientFundsError} @throws {WrongDecimalsError}
 * @example
 * const { underlyingAmount } = await wrap(sourceClient, { deployment, superToken, amount: parseEther("5") });
 * // 5000000 of a token of six decimals
 */
export async function wrap(client: WriteClient, parameters: WrapParameters & SendOptions): Promise<WrapReturnType> {
  const { calls, ...amounts } = await readWrap(client, parameters, accountOf(client).address);
  return { ...(await sendInTurn(client, "wrap", calls, parameters)), ...amounts };
}

/**
 * As `wrap`, for others to send.
 * @throws As `wrap`.
 * @example
 * const calls = await prepareWrap(client, { deployment, superToken, amount: parseEther("5"), account: source });
 */
export async function prepareWrap(
  client: ReadClient,
  parameters: WrapParameters & AccountParameter,
): Promise<PreparedCall[]> {
  return (await readWrap(client, parameters, senderOf(client, parameters))).calls;
}

async function readWrap(client: ReadClient, parameters: WrapParameters, owner: Address) {
  const { deployment, superToken } = parameters;
  assertAmount(parameters.amount, parameters);
  const wrapping = await readWrapping(client, deployment, superToken, owner);
  const { amount, underlyingAmount } = roundedUp(wrapping, parameters.amount);
  const approvals = approveCalls(wrapping.purse, underlyingAmount, "to be wrapped", formatOf(wrapping));
  return { amount, underlyingAmount, calls: [...approvals, ...prepared(superTokenAt(superToken).upgrade(amount))] };
}
