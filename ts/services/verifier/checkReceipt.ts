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
import { ReceiptStates, type ReceiptView } from "./receiptStates.ts";

/**
 * Makes what holds a receipt against the chain as `CompletionTracker.acknowledge` would do it now, or later, when its source
 * has streamed more. It is stricter in one point: the sink must have a stake, because anybody can invent an address.
 * @returns A function that throws a `Refusal` with the reason for which the contract would skip it, or a
 * `TaskTypeNotFoundError`.
 */
export function receiptCheck(context: ChainContext): (message: ReceiptMessage) => Promise<void> {
  const states = new ReceiptStates(context);
  return async (message) => {
    const receipt = toReceipt(message);
    const { verifier } = await context.taskTypes.get(receipt.taskTypeId);
    if (!isAddressEqual(verifier, context.deployment.completionTracker)) {
      throw new Refusal("other_verifier", `the verifier of this task type is ${verifier}: send its receipts there`);
    }
    const known = await states.known(receipt);
    if (known === undefined || refusalOf(known, receipt) !== undefined) {
      const refusal = refusalOf(await states.read(receipt), receipt);
      if (refusal !== undefined) throw refusal;
    }
    await checkSignatures(context, receipt);
  };
}

function refusalOf({ completed, bonded, streamed }: ReceiptView, receipt: SignedReceipt): Refusal | undefined {
  if (receipt.completed <= completed) {
    const advice = "receipts are cumulative, so sign one that acknowledges more";
    return new Refusal("not_newer", `the chain has a receipt of ${completed} wei already: ${advice}`);
  }
  if (!bonded)
    return new Refusal("unknown_sink", `${receipt.sink} has neither registered nor staked for this task type`);
  if (streamed) return undefined;
  const advice = "open a stream, or synchronise it with syncSource";
  return new Refusal("nothing_streamed", `${receipt.source} has streamed nothing to this pool: ${advice}`);
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
