import { type Address, formatUnits, isAddressEqual, zeroAddress } from "viem";
import { superTokenAt } from "../calls/contracts.ts";
import { ContractCallError, InvalidParameterError, NotASuperTokenError } from "../errors.ts";
import type { Deployment, ReadClient } from "../types.ts";
import { read } from "./call.ts";
import { type Purse, readPurse } from "./spending.ts";

const SUPER_TOKEN_DECIMALS = 18;

/** A super token and the plain token that it wraps. */
export type Wrapper = { superToken: Address; underlying: Address; decimals: number };

/** A wrapper, and what an account has of the plain token. */
export type Wrapping = Wrapper & { purse: Purse };

/**
 * Reads what a super token wraps.
 * @throws {NotASuperTokenError} @throws {InvalidParameterError} if it wraps nothing.
 */
export async function readWrapper(
  client: ReadClient,
  { host }: Pick<Deployment, "host">,
  superToken: Address,
): Promise<Wrapper> {
  const token = superTokenAt(superToken);
  const [itsHost, underlying, decimals] = await Promise.all([
    read(client, token.getHost()),
    read(client, token.getUnderlyingToken()),
    read(client, token.getUnderlyingDecimals()),
  ]).catch((cause: unknown) => {
    throw cause instanceof ContractCallError ? new NotASuperTokenError(superToken, undefined, { cause }) : cause;
  });
  if (!isAddressEqual(itsHost, host)) throw new NotASuperTokenError(superToken, undefined);
  if (underlying === zeroAddress) throw new InvalidParameterError(`${superToken} wraps no token: get it elsewhere`);
  return { superToken, underlying, decimals };
}

export async function readWrapping(
  client: ReadClient,
  deployment: Pick<Deployment, "host">,
  superToken: Address,
  owner: Address,
): Promise<Wrapping> {
  const wrapper = await readWrapper(client, deployment, superToken);
  return { ...wrapper, purse: await readPurse(client, wrapper.underlying, owner, superToken) };
}

/**
 * What wrapping takes, so that at least as much comes of it as was asked for.
 * @param amount Wei of the super token.
 * @returns `amount` wei that come of it, and smallest units of the plain token that it takes: rounded up.
 */
export function roundedUp({ decimals }: Wrapper, amount: bigint): { amount: bigint; underlyingAmount: bigint } {
  if (decimals >= SUPER_TOKEN_DECIMALS) return exactly(decimals, amount);
  const unit = 10n ** BigInt(SUPER_TOKEN_DECIMALS - decimals);
  const underlyingAmount = (amount + unit - 1n) / unit;
  return { amount: underlyingAmount * unit, underlyingAmount };
}

/** What unwrapping gives: whole units of the plain token, rounded down; the rest stays wrapped. */
export function roundedDown({ decimals }: Wrapper, amount: bigint): { amount: bigint; underlyingAmount: bigint } {
  if (decimals >= SUPER_TOKEN_DECIMALS) return exactly(decimals, amount);
  const unit = 10n ** BigInt(SUPER_TOKEN_DECIMALS - decimals);
  const underlyingAmount = amount / unit;
  return { amount: underlyingAmount * unit, underlyingAmount };
}

const exactly = (decimals: number, amount: bigint) => {
  return { amount, underlyingAmount: amount * 10n ** BigInt(decimals - SUPER_TOKEN_DECIMALS) };
};

/** Writes an amount of the plain token for people. */
export const formatOf =
  ({ decimals }: Wrapper) =>
  (amount: bigint): string =>
    formatUnits(amount, decimals);
