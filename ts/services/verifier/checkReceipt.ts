import { hashTypedData, isAddressEqual } from "viem";
import { capacityRegistryAbi, completionTrackerAbi, escrowBufferAbi, stakeManagerAbi } from "../../abi/generated.ts";
import { read } from "../../sdk/internal/call.ts";
import type { SignedReceipt } from "../../sdk/receipts/receiptBook.ts";
import { receiptTypedData } from "../../sdk/utils/typedData.ts";
import type { ChainContext } from "../intake/chain.ts";
import { Refusal } from "../intake/refusal.ts";
import { isSigned } from "../intake/signature.ts";
import { type ReceiptMessage, toReceipt } from "./receipt.ts";

/**
 * Holds a receipt against the chain as `CompletionTracker.acknowledge` would do it now, or later, when its source has
 * streamed more. It is stricter in one point: the sink must have a stake, because anybody can invent an address.
 * @throws {Refusal} with the reason for which the contract would skip it.
 * @throws {TaskTypeNotFoundError}
 */
export async function checkReceipt(context: ChainContext, message: ReceiptMessage): Promise<void> {
  const receipt = toReceipt(message);
  const { verifier } = await context.taskTypes.get(receipt.taskTypeId);
  if (!isAddressEqual(verifier, context.deployment.completionTracker)) {
    throw new Refusal("other_verifier", `the verifier of this task type is ${verifier}: send its receipts there`);
  }
  const [completed, bonded] = await Promise.all([readCompleted(context, receipt), isBonded(context, receipt)]);
  if (receipt.completed <= completed) {
    const advice = "receipts are cumulative, so sign one that acknowledges more";
    throw new Refusal("not_newer", `the chain has a receipt of ${completed} wei already: ${advice}`);
  }
  if (!bonded)
    throw new Refusal("unknown_sink", `${receipt.sink} has neither registered nor staked for this task type`);
  if ((await readPaid(context, receipt, "streamedOf")) === 0n) {
    const advice = "open a stream, or synchronise it with syncSource";
    throw new Refusal("nothing_streamed", `${receipt.source} has streamed nothing to this pool: ${advice}`);
  }
  await checkSignatures(context, receipt);
}

/** What counts of the work that a receipt is about so far, wei. */
function readCompleted({ client, deployment }: ChainContext, { taskTypeId, source, sink }: SignedReceipt) {
  return read(client, {
    address: deployment.completionTracker,
    abi: completionTrackerAbi,
    functionName: "completedOf",
    args: [taskTypeId, source, sink],
  });
}

/** What a source has streamed to the pool, or has not got back of it, at least, wei. */
function readPaid(
  { client, deployment }: ChainContext,
  { taskTypeId, source }: SignedReceipt,
  functionName: "streamedOf" | "spentOf",
) {
  return read(client, {
    address: deployment.escrowBuffer,
    abi: escrowBufferAbi,
    functionName,
    args: [taskTypeId, source],
  });
}

/** Whether something of a receipt would count now: a source can acknowledge no more than it has spent. */
export async function isCreditable(context: ChainContext, message: ReceiptMessage): Promise<boolean> {
  const receipt = toReceipt(message);
  const [spent, acknowledged] = await Promise.all([
    readPaid(context, receipt, "spentOf"),
    read(context.client, {
      address: context.deployment.completionTracker,
      abi: completionTrackerAbi,
      functionName: "acknowledgedBy",
      args: [receipt.taskTypeId, receipt.source],
    }),
  ]);
  return spent > acknowledged;
}

/** Registered, or gone and still liable with what it unbonds. */
async function isBonded({ client, deployment }: ChainContext, { taskTypeId, sink }: SignedReceipt): Promise<boolean> {
  const [{ registered }, [stake, unbonding]] = await Promise.all([
    read(client, {
      address: deployment.capacityRegistry,
      abi: capacityRegistryAbi,
      functionName: "sinkOf",
      args: [taskTypeId, sink],
    }),
    read(client, {
      address: deployment.stakeManager,
      abi: stakeManagerAbi,
      functionName: "bondOf",
      args: [taskTypeId, sink],
    }),
  ]);
  return registered || stake > 0n || unbonding > 0n;
}

async function checkSignatures({ client, chainId, deployment }: ChainContext, receipt: SignedReceipt): Promise<void> {
  const digest = hashTypedData(receiptTypedData({ deployment, chainId, receipt }));
  const sides = [
    ["sourceSignature", receipt.source, receipt.sourceSignature],
    ["sinkSignature", receipt.sink, receipt.sinkSignature],
  ] as const;
  for (const [field, signer, signature] of sides) {
    if (await isSigned(client, { signer, digest, signature })) continue;
    const advice = `sign Receipt for chain ${chainId} and tracker ${deployment.completionTracker}`;
    throw new Refusal("bad_signature", `${field} is not ${signer}'s: ${advice}`);
  }
}
