import type { Address } from "viem";
import { gdaAt } from "../calls/contracts.ts";
import { type ContractCallError, PoolAddressError } from "../errors.ts";
import { read } from "../internal/call.ts";
import { getGda } from "../internal/superfluid.ts";
import type { Deployment, ReadClient } from "../types.ts";

export type AssertNotPoolAddressParameters = {
  deployment: Pick<Deployment, "host">;
  /** The token that is about to be sent or streamed. */
  superToken: Address;
  /** Who is about to receive it. */
  receiver: Address;
};

export type AssertNotPoolAddressErrorType = PoolAddressError | ContractCallError;

/**
 * Call it before every transfer and every CFA stream: Superfluid accepts both to a pool's address, and the money is
 * stuck for ever. A pool is paid with `openStream`, or with `deposit` once.
 * @throws {PoolAddressError} if the receiver is a pool of this token.
 * @example
 * await assertNotPoolAddress(client, { deployment, superToken, receiver: sink });
 */
export async function assertNotPoolAddress(
  client: ReadClient,
  { deployment, superToken, receiver }: AssertNotPoolAddressParameters,
): Promise<void> {
  const isPool = await read(client, gdaAt(await getGda(client, deployment)).isPool(superToken, receiver));
  if (isPool) throw new PoolAddressError(receiver);
}
