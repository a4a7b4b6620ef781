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
  const wrong = isEmpty ? await chainIdOf(client).catch((error: unknown) => error) : undefined;
  return wrong instanceof WrongChainError ? wrong : new ContractCallError(what, cause);
}

/** The chain that the endpoint is of. @throws {WrongChainError} if the client is of another. */
export async function chainIdOf(client: ReadClient): Promise<number> {
  const actual = await getChainId(client);
  if (client.chain === undefined || client.chain.id === actual) return actual;
  throw new WrongChainError(client.chain.id, actual);
}
