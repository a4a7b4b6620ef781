import type { Hex, TransactionReceipt } from "viem";
import type { SendErrorType } from "./errors.ts";
import { sendAllInTurn } from "./internal/sendInTurn.ts";
import type { PreparedCall, SendOptions, WriteClient } from "./types.ts";

export type SendPreparedParameters = SendOptions & {
  /** From a `prepare…` function. */
  calls: readonly PreparedCall[];
  /** Whether to wait for the last one too; yes if not said. Those before it are always waited for. */
  wait?: boolean | undefined;
};

export type SendPreparedReturnType = {
  /** One for each call. */
  hashes: Hex[];
  /** One for each transaction that was waited for. */
  receipts: TransactionReceipt[];
};

export type SendPreparedErrorType = SendErrorType;

/**
 * Sends what was prepared, one after the other and in turn with whatever else the account sends: how every action of this
 * package sends. Alone it is for who does not want to wait, or prepares now and sends later.
 * @example
 * const calls = await prepareSyncSource(sourceClient, { deployment, taskTypeId });
 * const { hashes } = await sendPrepared(sourceClient, { calls, wait: false });
 */
export async function sendPrepared(
  client: WriteClient,
  { calls, wait = true, ...options }: SendPreparedParameters,
): Promise<SendPreparedReturnType> {
  return sendAllInTurn(client, "sendPrepared", calls, options, wait);
}
