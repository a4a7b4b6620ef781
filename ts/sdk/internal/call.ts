import type { Abi, ContractFunctionName, ContractFunctionReturnType, ReadContractParameters } from "viem";
import { readContract } from "viem/actions";
import { type AnyCall, type Call, prepared } from "../calls/callsOf.ts";
import type { ReadClient, Sent, WriteClient } from "../types.ts";
import { failureOf } from "./failure.ts";
import { readerOf } from "./reader.ts";
import { sendInTurn } from "./sendInTurn.ts";

/**
 * Reads from a contract; what is read at once is one request.
 * @param blockNumber The state at the end of which block to read; the latest if it is left out.
 * @throws {ContractCallError} if the contract refuses; {@link ReadErrorType} has the other causes.
 */
export async function read<const abi extends Abi, name extends ContractFunctionName<abi, "view" | "pure">>(
  client: ReadClient,
  view: Call<abi, name>,
  blockNumber?: bigint,
): Promise<ContractFunctionReturnType<abi, "view" | "pure", name>> {
  const at = blockNumber === undefined ? {} : { blockNumber };
  try {
    return (await readContract(readerOf(client), { ...(view as unknown as ReadContractParameters), ...at })) as never;
  } catch (cause) {
    throw await failureOf(client, view.functionName, cause);
  }
}

/** Estimates a call, sends it, waits for it, and fails if the chain did. */
export function send<const abi extends Abi, name extends ContractFunctionName<abi, "nonpayable" | "payable">>(
  client: WriteClient,
  change: Call<abi, name>,
): Promise<Sent> {
  return sendInTurn(client, change.functionName, prepared(change as AnyCall));
}
