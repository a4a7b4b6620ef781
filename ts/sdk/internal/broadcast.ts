import { type Hex, keccak256, type LocalAccount } from "viem";
import {
  estimateFeesPerGas,
  getBalance,
  getTransaction,
  getTransactionCount,
  sendRawTransaction,
  sendTransaction,
} from "viem/actions";
import { isAlreadyKnown, isNonceTooLow, isOutOfFunds } from "../../core/rpcErrors.ts";
import { InsufficientFundsError } from "../errors.ts";
import type { PreparedCall, SendOptions, WriteClient } from "../types.ts";
import { wrongChain } from "./failure.ts";
import { pause } from "./waitForBlock.ts";

/** How often a nonce is asked for again: the endpoints behind one address are not all at the same block. */
const ATTEMPTS = 5;

type Transaction = PreparedCall & {
  chainId: number;
  gas: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
};

/**
 * Hands a transaction to the endpoint.
 * @returns Its hash, once the endpoint has taken it.
 * @throws {WrongChainError} @throws {InsufficientFundsError} for gas.
 */
export async function broadcast(
  client: WriteClient,
  one: PreparedCall,
  options: SendOptions & { gas: bigint },
): Promise<Hex> {
  const { account, chain } = client;
  const { gas, nonce } = options;
  const wrong = await wrongChain(client);
  if (wrong !== undefined) throw wrong;
  // A wallet chooses its own fees and nonce. For a key they are found here: nodes fill in fees that they then refuse.
  if (account.type !== "local") return sendTransaction(client, { ...one, ...chosen(options), account, chain });
  const transaction = { ...one, chainId: chain.id, gas, ...(await feesOf(client, options)) };
  for (let attempt = 1; ; attempt++) {
    try {
      return await signAndSend(client, account, transaction, nonce);
    } catch (error) {
      if (isOutOfFunds(error)) throw await shortOfGas(client, transaction);
      if (nonce !== undefined || attempt >= ATTEMPTS || !isNonceTooLow(error)) throw error;
      await pause(client.pollingInterval);
    }
  }
}

/** What was said of a transaction, without what was not. */
function chosen({ gas, nonce, maxFeePerGas, maxPriorityFeePerGas }: SendOptions) {
  return {
    ...(gas === undefined ? {} : { gas }),
    ...(nonce === undefined ? {} : { nonce }),
    ...(maxFeePerGas === undefined ? {} : { maxFeePerGas }),
    ...(maxPriorityFeePerGas === undefined ? {} : { maxPriorityFeePerGas }),
  };
}

async function feesOf(client: WriteClient, { maxFeePerGas, maxPriorityFeePerGas }: SendOptions) {
  if (maxFeePerGas !== undefined) return { maxFeePerGas, maxPriorityFeePerGas: maxPriorityFeePerGas ?? 0n };
  const fees = await estimateFeesPerGas(client);
  if (maxPriorityFeePerGas === undefined) return fees;
  return { maxFeePerGas: fees.maxFeePerGas - fees.maxPriorityFeePerGas + maxPriorityFeePerGas, maxPriorityFeePerGas };
}

/** Signs before it sends, so that what was sent is known whatever becomes of the answer: it is never sent twice. */
async function signAndSend(
  client: WriteClient,
  account: LocalAccount,
  transaction: Transaction,
  givenNonce: number | undefined,
): Promise<Hex> {
  const { address, nonceManager } = account;
  const nonces = { address, chainId: transaction.chainId };
  const nonce =
    givenNonce ??
    (await nonceManager?.consume({ ...nonces, client })) ??
    (await getTransactionCount(client, { address, blockTag: "pending" }));
  const { serializers } = client.chain;
  const signed = await account.signTransaction({ ...transaction, nonce, type: "eip1559" }, {
    ...(serializers?.transaction === undefined ? {} : { serializer: serializers.transaction }),
  } as never);
  const hash = keccak256(signed);
  try {
    return await sendRawTransaction(client, { serializedTransaction: signed });
  } catch (error) {
    // A transport that tries again after an answer was lost hears that it is there already.
    if (isAlreadyKnown(error) || (isNonceTooLow(error) && (await isThere(client, hash)))) return hash;
    nonceManager?.reset(nonces);
    throw error;
  }
}

async function isThere(client: WriteClient, hash: Hex): Promise<boolean> {
  return getTransaction(client, { hash }).then(
    () => true,
    () => false,
  );
}

async function shortOfGas(client: WriteClient, { gas, maxFeePerGas, value }: Transaction) {
  const available = await getBalance(client, { address: client.account.address, blockTag: "pending" });
  return new InsufficientFundsError(value + gas * maxFeePerGas, available, undefined, "gas at the fee that is offered");
}
