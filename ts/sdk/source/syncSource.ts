import { type Address, parseEventLogs } from "viem";
import { escrowBufferAbi } from "../../abi/generated.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { ContractCallError, TransactionRevertedError } from "../errors.ts";
import { send } from "../internal/call.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type SyncSourceParameters = TaskTypeParameter & {
  /** Anybody's; the account's own if not said. */
  source?: Address | undefined;
};

export type SyncSourceReturnType = Sent & {
  /** What the source got back, wei. */
  amount: bigint;
};

export type SyncSourceErrorType = ContractCallError | TransactionRevertedError;

/**
 * Brings a source up to date: pays it what the escrow has set aside for it, and makes sure of what it has earned since
 * the last time. Streams that the SDK opens, changes and closes are always up to date; one that was changed otherwise
 * earns nothing until this is called.
 * @example
 * const { amount } = await syncSource(sourceClient, { deployment, taskTypeId });
 * // wei
 */
export async function syncSource(
  client: WriteClient,
  { deployment, taskTypeId, source = client.account.address }: SyncSourceParameters,
): Promise<SyncSourceReturnType> {
  const sent = await send(client, contractsOf(deployment).escrowBuffer.syncSource(taskTypeId, source));
  const [refused] = parseEventLogs({ abi: escrowBufferAbi, logs: sent.receipt.logs, eventName: "PaymentRefused" });
  const [synced] = parseEventLogs({ abi: escrowBufferAbi, logs: sent.receipt.logs, eventName: "SourceSynced" });
  return { ...sent, amount: refused === undefined ? (synced?.args.returned ?? 0n) : 0n };
}
