import { type FeeValuesEIP1559, type Hex, keccak256, type LocalAccount, type SendTransactionParameters } from "viem";
import {
  estimateFeesPerGas,
  getBalance,
  getTransaction,
  getTransactionCount,
  sendRawTransaction,
  sendTransaction,
} from "viem/actions";
import { isAlreadyKnown, isNonceTooLow, isOutOfFunds, isUnavailable } from "../../core/rpcErrors.ts";
import { InsufficientFundsError, TransactionUnconfirmedError } from "../errors.ts";
import type { PreparedCall, SendOptions, WriteClient } from "../types.ts";
import { pause } from "./waitForBlock.ts";

/** How often a nonce is asked for again: the endpoints behind one address are not all at the same block. */
const ATTEMPTS = 5;

type Terms = { chainId: number; gas: bigint } & Partial<FeeValuesEIP1559>;

type Transaction = PreparedCall & Required<Terms>;

/**
 * Hands a transaction to the endpoint.
 * @returns Its hash, once the endpoint has taken it.
 * @throws {InsufficientFundsError} for gas. @throws {TransactionUnconfirmedError} if the answer was lost.
 */
export async function broadcast(
  client: WriteClient,
  what: string,
  one: PreparedCall,
  { nonce, ...terms }: Terms & { nonce: number | undefined },
): Promise<Hex> {
  const { account, chain = null } = client;
  if (account.type !== "local") {
    const { chainId: _, ...chosen } = nonce === undefined ? terms : { ...terms, nonce };
    return sendTransaction(client, { ...one, ...chosen, account, chain } as SendTransactionParameters);
  }
  const transaction = { ...one, ...terms } as Transaction;
  for (let attempt = 1; ; attempt++) {
    try {
      return await signAndSend(client, what, transaction, nonce);
    } catch (error) {
      if (isOutOfFunds(error)) throw await shortOfGas(client, transaction);
      if (nonce !== undefined || attempt >= ATTEMPTS || !isNonceTooLow(error)) throw error;
      await pause(client.pollingInterval);
    }
  }
}

/**
 * What to offer per gas. A wallet that is not told chooses itself. For a key it is found here: nodes fill in fees that they
 * then refuse.
 */
export async function feesOf(
  client: WriteClient,
  { maxFeePerGas, maxPriorityFeePerGas }: SendOptions,
): Promise<Partial<FeeValuesEIP1559>> {
  const isKey = client.account.type === "local";
  if (maxFeePerGas !== undefined) return { maxFeePerGas, maxPriorityFeePerGas: maxPriorityFeePerGas ?? 0n };
  const fees = isKey ? await estimateFeesPerGas(client) : undefined;
  if (maxPriorityFeePerGas === undefined || fees === undefined) return fees ?? {};
  return { maxFeePerGas: fees.maxFeePerGas - fees.maxPriorityFeePerGas + maxPriorityFeePerGas, maxPriorityFeePerGas };
}

/** Signs before it sends, so that what was sent is known whatever becomes of the answer: it is never sent twice. */
async function signAndSend(
  client: WriteClient,
  what: string,
  transaction: Transaction,
  givenNonce: number | undefined,
): Promise<Hex> {
  const account = client.account as LocalAccount;
  const { address, nonceManager } = account;
  const nonces = { address, chainId: transaction.chainId };
  const nonce =
    givenNonce ??
    (await nonceManager?.consume({ ...nonces, client })) ??
    (await getTransactionCount(client, { address, blockTag: "pending" }));
  const serializer = client.chain?.serializers?.transaction;
  const signed = await account.signTransaction({ ...transaction, nonce, type: "eip1559" }, { serializer } as never);
  const hash = keccak256(signed);
  try {
    return await sendRawTransaction(client, { serializedTransaction: signed });
  } catch (error) {
    // A transport that tries again after an answer was lost hears that it is there already.
    if (isAlreadyKnown(error) || (isNonceTooLow(error) && (await isThere(client, hash)))) return hash;
    nonceManager?.reset(nonces);
    throw isUnavailable(error) ? new TransactionUnconfirmedError(what, hash, error) : error;
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
