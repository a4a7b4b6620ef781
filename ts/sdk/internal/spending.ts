import type { Address } from "viem";
import { prepared } from "../calls/callsOf.ts";
import { superTokenAt } from "../calls/contracts.ts";
import { InsufficientFundsError } from "../errors.ts";
import type { PreparedCall, ReadClient } from "../types.ts";
import { read } from "./call.ts";

/** What an account has of a token, and what somebody may take of it; in the token's smallest units. */
export type Purse = { token: Address; spender: Address; balance: bigint; allowance: bigint };

/** Of any ERC-20 token: a super token is one. */
export async function readPurse(client: ReadClient, token: Address, owner: Address, spender: Address): Promise<Purse> {
  const [balance, allowance] = await Promise.all([
    read(client, superTokenAt(token).balanceOf(owner)),
    read(client, superTokenAt(token).allowance(owner, spender)),
  ]);
  return { token, spender, balance, allowance };
}

/**
 * Lets the spender take exactly this amount, unless it may already.
 * @throws {InsufficientFundsError} if it is not there.
 */
export function approveCalls(
  { token, spender, balance, allowance }: Purse,
  amount: bigint,
  purpose: string,
  format?: (amount: bigint) => string,
): PreparedCall[] {
  if (balance < amount) throw new InsufficientFundsError(amount, balance, token, purpose, format);
  return allowance >= amount ? [] : prepared(superTokenAt(token).approve(spender, amount));
}
