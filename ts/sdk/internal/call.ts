import type {
  Abi,
  ContractFunctionName,
  ContractFunctionReturnType,
  ReadContractParameters,
  TransactionReceipt,
} from "viem";
import {
  call,
  estimateFeesPerGas,
  estimateGas,
  readContract,
  sendTransaction,
  waitForTransactionReceipt,
} from "viem/actions";
import { gasOffered } from "../../core/gasOffered.ts";
import { type AnyCall, type Call, encodeCall } from "../calls/callsOf.ts";
import { ContractCallError, TransactionRevertedError } from "../errors.ts";
import type { ReadClient, Sent, WriteClient } from "../types.ts";
import { readerOf } from "./reader.ts";

/**
 * Reads from a contract; what is read at once is one request. What the contract refuses becomes a `ContractCallError`.
 * @param blockNumber The state at the end of which block to read; the latest if it is left out.
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
    throw new ContractCallError(view.functionName, cause);
  }
}

/** Simulates a call, sends it, waits for it, and fails if the chain did. */
export async function send<const abi extends Abi, name extends ContractFunctionName<abi, "nonpayable" | "payable">>(
  client: WriteClient,
  change: Call<abi, name>,
): Promise<Sent> {
  const name = change.functionName;
  const transaction = { account: client.account, ...encodeCall(change as AnyCall) };
  const gas = await refused(name, async () => {
    await call(client, transaction);
    return estimateGas(client, { ...transaction, ...(await fees(client)) });
  });
  const hash = await sendTransaction(client, {
    ...transaction,
    ...(await fees(client)),
    chain: client.chain,
    gas: gasOffered(gas),
  });
  return { hash, receipt: await confirmed(client, name, hash) };
}

/** A wallet chooses its own fees. For a key they are computed here: nodes fill in fees that they then refuse. */
async function fees(client: WriteClient) {
  return client.account.type === "local" ? estimateFeesPerGas(client) : {};
}

async function refused<result>(name: string, action: () => Promise<result>): Promise<result> {
  try {
    return await action();
  } catch (cause) {
    throw new ContractCallError(name, cause);
  }
}

async function confirmed(client: WriteClient, name: string, hash: `0x${string}`): Promise<TransactionReceipt> {
  const receipt = await waitForTransactionReceipt(client, { hash });
  if (receipt.status === "reverted") throw new TransactionRevertedError(name, hash);
  return receipt;
}
