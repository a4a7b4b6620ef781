import { type Address, parseEventLogs } from "viem";
import { escrowBufferAbi } from "../../abi/generated.ts";
import { prepared } from "../calls/callsOf.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { SendErrorType } from "../errors.ts";
import { senderOf } from "../internal/account.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import type {
  AccountParameter,
  PreparedCall,
  ReadClient,
  SendOptions,
  Sent,
  TaskTypeParameter,
  WriteClient,
} from "../types.ts";

export type SyncSourceParameters = TaskTypeParameter & {
  /** Anybody's; the account's own if not said. */
  source?: Address | undefined;
};

export type SyncSourceReturnType = Sent & {
  /** What the source got back, wei. */
  amount: bigint;
};

export type SyncSourceErrorType = SendErrorType;

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
  parameters: SyncSourceParameters & SendOptions,
): Promise<SyncSourceReturnType> {
  const sent = await sendInTurn(client, "syncSource", await prepareSyncSource(client, parameters), parameters);
  const [refused] = parseEventLogs({ abi: escrowBufferAbi, logs: sent.receipt.logs, eventName: "PaymentRefused" });
  const [synced] = parseEventLogs({ abi: escrowBufferAbi, logs: sent.receipt.logs, eventName: "SourceSynced" });
  return { ...sent, amount: refused === undefined ? (synced?.args.returned ?? 0n) : 0n };
}

/**
 * As `syncSource`, for others to send.
 * @example
 * const calls = await prepareSyncSource(client, { deployment, taskTypeId, source });
 */
export async function prepareSyncSource(
  client: ReadClient,
  parameters: SyncSourceParameters & AccountParameter,
): Promise<PreparedCall[]> {
  const { deployment, taskTypeId, source = senderOf(client, parameters) } = parameters;
  return prepared(contractsOf(deployment).escrowBuffer.syncSource(taskTypeId, source));
}
