import {
  type Abi,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionReturnType,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  type ReadContractParameters,
  type TransactionReceipt,
} from "viem";
import {
  call,
  estimateFeesPerGas,
  estimateGas,
  readContract,
  sendTransaction,
  waitForTransactionReceipt,
} from "viem/actions";
import { ContractCallError, TransactionRevertedError } from "../errors.ts";
import type { ReadClient, Sent, WriteClient } from "../types.ts";

/** Reads from a contract; what it refuses becomes a `ContractCallError`. */
export async function read<
  const abi extends Abi,
  name extends ContractFunctionName<abi, "view" | "pure">,
  const args extends ContractFunctionArgs<abi, "view" | "pure", name>,
>(
  client: ReadClient,
  parameters: ReadContractParameters<abi, name, args>,
): Promise<ContractFunctionReturnType<abi, "view" | "pure", name, args>> {
  try {
    return await readContract(client, parameters);
  } catch (cause) {
    throw new ContractCallError(String(parameters.functionName), cause);
  }
}

/** How much more gas than estimated is offered: what a stream has accrued changes from block to block. */
const GAS_MARGIN = { numerator: 6n, denominator: 5n };

export type SendParameters<
  abi extends Abi,
  name extends ContractFunctionName<abi, "nonpayable" | "payable">,
> = EncodeFunctionDataParameters<abi, name> & { address: `0x${string}` };

/** Simulates a call, sends it, waits for it, and fails if the chain did. */
export async function send<const abi extends Abi, name extends ContractFunctionName<abi, "nonpayable" | "payable">>(
  client: WriteClient,
  parameters: SendParameters<abi, name>,
): Promise<Sent> {
  const name = String(parameters.functionName);
  const transaction = {
    account: client.account,
    to: parameters.address,
    data: encodeFunctionData(parameters as unknown as EncodeFunctionDataParameters),
  };
  const gas = await refused(name, async () => {
    await call(client, transaction);
    return estimateGas(client, { ...transaction, ...(await fees(client)) });
  });
  const hash = await sendTransaction(client, {
    ...transaction,
    ...(await fees(client)),
    chain: client.chain,
    gas: (gas * GAS_MARGIN.numerator) / GAS_MARGIN.denominator,
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
