import { type Address, parseEventLogs } from "viem";
import { completionTrackerAbi } from "../../abi/generated.ts";
import { prepared } from "../calls/callsOf.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { SendErrorType } from "../errors.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import type { PreparedCall, ReadClient, SendOptions, Sent, TaskTypeParameter, WriteClient } from "../types.ts";
import type { SignedReceipt } from "./receiptBook.ts";

/** In the order of the contract's enumeration. */
const REASONS = [
  "none",
  "nothing new",
  "nothing spent",
  "nothing paid",
  "bad source signature",
  "bad sink signature",
] as const;

export type SubmitReceiptsParameters = TaskTypeParameter & { receipts: readonly SignedReceipt[] };

export type SubmitReceiptsReturnType = Sent & {
  /** What counted, wei. */
  acknowledged: { source: Address; sink: Address; amount: bigint }[];
  /** What did not count, and why. */
  skipped: { index: number; reason: (typeof REASONS)[number] }[];
};

export type SubmitReceiptsErrorType = SendErrorType;

/**
 * Takes receipts to the chain; anybody may. A receipt counts up to what its source has really spent and its sink was really
 * paid; the rest counts when the receipt, or a newer one, is submitted again.
 * @example
 * const book = new ReceiptBook({ deployment, taskTypeId, sink });
 * const receipt = book.deliver({ source, value: parseEther("0.001") });
 * const sourceSignature = await signReceipt(sourceClient, { deployment, receipt });
 * await book.accept(sinkClient, { receipt, sourceSignature });
 * const { acknowledged } = await submitReceipts(sinkClient, { deployment, taskTypeId, receipts: book.receipts() });
 * // acknowledged[0].amount in wei
 */
export async function submitReceipts(
  client: WriteClient,
  parameters: SubmitReceiptsParameters & SendOptions,
): Promise<SubmitReceiptsReturnType> {
  const sent = await sendInTurn(client, "submitReceipts", await prepareSubmitReceipts(client, parameters), parameters);
  const { logs } = sent.receipt;
  const counted = parseEventLogs({ abi: completionTrackerAbi, eventName: "Acknowledged", logs });
  const skipped = parseEventLogs({ abi: completionTrackerAbi, eventName: "ReceiptSkipped", logs });
  return {
    ...sent,
    acknowledged: counted.map(({ args: { source, sink, amount } }) => ({ source, sink, amount })),
    skipped: skipped.map(({ args }) => ({ index: Number(args.index), reason: REASONS[args.reason] ?? "none" })),
  };
}

/**
 * As `submitReceipts`, for others to send.
 * @example
 * const calls = await prepareSubmitReceipts(client, { deployment, taskTypeId, receipts: [] });
 */
export async function prepareSubmitReceipts(
  _: ReadClient,
  { deployment, taskTypeId, receipts }: SubmitReceiptsParameters,
): Promise<PreparedCall[]> {
  return prepared(contractsOf(deployment).completionTracker.acknowledge(taskTypeId, receipts));
}
