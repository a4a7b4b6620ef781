import { isAddressEqual } from "viem";
import { contractsOf, distributionPoolAt } from "../../sdk/calls/contracts.ts";
import { read } from "../../sdk/internal/call.ts";
import type { SignedReceipt } from "../../sdk/receipts/receiptBook.ts";
import { isSigned } from "../../sdk/utils/isSigned.ts";
import { receiptTypedData } from "../../sdk/utils/typedData.ts";
import type { ChainContext } from "../intake/chain.ts";
import { digestOf } from "../intake/digestOf.ts";
import { Refusal } from "../intake/refusal.ts";
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
  if ((await readStreamed(context, receipt)) === 0n) {
    const advice = "open a stream, or synchronise it with syncSource";
    throw new Refusal("nothing_streamed", `${receipt.source} has streamed nothing to this pool: ${advice}`);
  }
  await checkSignatures(context, receipt);
}

/** What counts of the work that a receipt is about so far, wei. */
function readCompleted({ client, deployment }: ChainContext, { taskTypeId, source, sink }: SignedReceipt) {
  return read(client, contractsOf(deployment).completionTracker.completedOf(taskTypeId, source, sink));
}

/** What a source has streamed to the pool, at least, wei. */
function readStreamed({ client, deployment }: ChainContext, { taskTypeId, source }: SignedReceipt) {
  return read(client, contractsOf(deployment).escrowBuffer.streamedOf(taskTypeId, source));
}

/**
 * Whether something of a receipt would count now: a source can acknowledge no more than it has spent, and nobody more than
 * the sink was paid.
 */
export async function isCreditable(context: ChainContext, message: ReceiptMessage): Promise<boolean> {
  const { taskTypeId, source, sink } = toReceipt(message);
  const { client, deployment, taskTypes } = context;
  const { completionTracker, escrowBuffer } = contractsOf(deployment);
  const { distributionPool } = await taskTypes.get(taskTypeId);
  const [spent, acknowledgedBySource, paid, { acknowledged }] = await Promise.all([
    read(client, escrowBuffer.spentOf(taskTypeId, source)),
    read(client, completionTracker.acknowledgedBy(taskTypeId, source)),
    read(client, distributionPoolAt(distributionPool).getTotalAmountReceivedByMember(sink)),
    read(client, completionTracker.ledgerOf(taskTypeId, sink)),
  ]);
  return spent > acknowledgedBySource && paid > acknowledged;
}

/** Registered, or gone and still liable with what it unbonds. */
async function isBonded({ client, deployment }: ChainContext, { taskTypeId, sink }: SignedReceipt): Promise<boolean> {
  const { capacityRegistry, stakeManager } = contractsOf(deployment);
  const [{ registered }, [stake, unbonding]] = await Promise.all([
    read(client, capacityRegistry.sinkOf(taskTypeId, sink)),
    read(client, stakeManager.bondOf(taskTypeId, sink)),
  ]);
  return registered || stake > 0n || unbonding > 0n;
}

async function checkSignatures({ client, chainId, deployment, recover }: ChainContext, receipt: SignedReceipt) {
  const digest = digestOf(receiptTypedData({ deployment, chainId, receipt }));
  const sides = [
    ["sourceSignature", receipt.source, receipt.sourceSignature],
    ["sinkSignature", receipt.sink, receipt.sinkSignature],
  ] as const;
  for (const [field, signer, signature] of sides) {
    if (await isSigned(client, { signer, digest, signature, recover })) continue;
    const advice = `sign Receipt for chain ${chainId} and tracker ${deployment.completionTracker}`;
    throw new Refusal("bad_signature", `${field} is not ${signer}'s: ${advice}`);
  }
}
