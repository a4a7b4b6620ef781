import { ContractFunctionZeroDataError } from "viem";
import { getChainId } from "viem/actions";
import { BackpressureError } from "../../core/errors.ts";
import { isUnavailable } from "../../core/rpcErrors.ts";
import { ContractCallError, RpcUnavailableError, WrongChainError } from "../errors.ts";
import type { ReadClient } from "../types.ts";

/** What a call has failed for, as the error that says so. Only for a failure the chain is asked which one it is. */
export async function failureOf(client: ReadClient, what: string, cause: unknown): Promise<BackpressureError> {
  if (cause instanceof BackpressureError) return cause;
  if (isUnavailable(cause)) return new RpcUnavailableError(what, cause);
  // Where there is no contract there is no answer either: perhaps it is not the chain that the addresses are of.
  const isEmpty = cause instanceof Error && cause.cause instanceof ContractFunctionZeroDataError;
  const wrong = isEmpty ? await wrongChain(client).catch(() => undefined) : undefined;
  return wrong ?? new ContractCallError(what, cause);
}

/** Undefined if the endpoint is of the client's chain, or the client of any. */
export async function wrongChain(client: ReadClient): Promise<WrongChainError | undefined> {
  if (client.chain === undefined) return undefined;
  const actual = await getChainId(client);
  return actual === client.chain.id ? undefined : new WrongChainError(client.chain.id, actual);
}
