import type { Hex, TransactionReceipt } from "viem";
import { call, estimateGas, waitForTransactionReceipt } from "viem/actions";
import { gasOffered } from "../../core/gasOffered.ts";
import { isUnavailable } from "../../core/rpcErrors.ts";
import { TransactionRevertedError, TransactionUnconfirmedError } from "../errors.ts";
import type { PreparedCall, SendOptions, Sent, WriteClient } from "../types.ts";
import { accountOf } from "./account.ts";
import { broadcast, feesOf } from "./broadcast.ts";
import { chainIdOf, failureOf } from "./failure.ts";
import { inTurn } from "./turns.ts";

/** What was sent: a hash for each call, and a receipt for each that was waited for. */
export type SentAll = { hashes: Hex[]; receipts: TransactionReceipt[] };

/**
 * Sends calls one after the other, each when the one before is in a block, and nothing else of the same account between
 * them or meanwhile: two transactions that are prepared at the same time would get one nonce.
 * @param what What they are together, for errors.
 * @param options `gas` is for the last call, `nonce` for the first.
 * @param wait Whether the last is waited for too.
 * @throws What {@link SendErrorType} says.
 */
export function sendAllInTurn(
  client: WriteClient,
  what: string,
  calls: readonly PreparedCall[],
  options: SendOptions,
  wait: boolean,
): Promise<SentAll> {
  const account = accountOf(client);
  return inTurn(`${client.chain?.id}:${account.address}`, async () => {
    const sent: SentAll = { hashes: [], receipts: [] };
    for (const [index, one] of calls.entries()) {
      const isLast = index === calls.length - 1;
      const nonce = options.nonce === undefined ? undefined : options.nonce + index;
      const hash = await sendOne(client, what, one, { ...options, nonce, gas: isLast ? options.gas : undefined });
      sent.hashes.push(hash);
      if (!isLast || wait) sent.receipts.push(await confirmed(client, what, hash));
    }
    return sent;
  });
}

/** As `sendAllInTurn`; waits for all, and tells of the last. */
export async function sendInTurn(
  client: WriteClient,
  what: string,
  calls: readonly PreparedCall[],
  options: SendOptions = {},
): Promise<Sent> {
  const { hashes, receipts } = await sendAllInTurn(client, what, calls, options, true);
  return { hash: hashes.at(-1) as Hex, receipt: receipts.at(-1) as TransactionReceipt };
}

async function sendOne(client: WriteClient, what: string, one: PreparedCall, options: SendOptions): Promise<Hex> {
  try {
    return await broadcast(client, what, one, { nonce: options.nonce, ...(await termsOf(client, one, options)) });
  } catch (cause) {
    throw await failureOf(client, what, cause);
  }
}

/** Everything but the nonce, asked for at once: the less time passes, the less changes until it is in a block. */
async function termsOf(client: WriteClient, one: PreparedCall, options: SendOptions) {
  const gas = options.gas ?? estimated(client, one).then(gasOffered);
  const asked = [chainIdOf(client), gas, feesOf(client, options)] as const;
  await Promise.allSettled(asked);
  // The wrong chain before what else has failed: there anything may.
  return { chainId: await asked[0], gas: await asked[1], ...(await asked[2]) };
}

/** By address, so that viem prepares nothing: of a key it would look for nonce and fees first. */
async function estimated(client: WriteClient, one: PreparedCall): Promise<bigint> {
  const transaction = { account: client.account.address, ...one };
  try {
    return await estimateGas(client, transaction);
  } catch (cause) {
    // Some nodes say only that it would fail; a call says why.
    if (!isUnavailable(cause)) await call(client, transaction);
    throw cause;
  }
}

async function confirmed(client: WriteClient, what: string, hash: Hex): Promise<TransactionReceipt> {
  const receipt = await waitForTransactionReceipt(client, { hash }).catch((cause: unknown) => {
    throw new TransactionUnconfirmedError(what, hash, cause);
  });
  if (receipt.status === "reverted") throw new TransactionRevertedError(what, hash);
  return receipt;
}
