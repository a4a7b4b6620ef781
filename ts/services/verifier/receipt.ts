import { z } from "@hono/zod-openapi";
import { getAddress } from "viem";
import type { SignedReceipt } from "../../sdk/receipts/receiptBook.ts";
import type { MessageKind } from "../intake/messageKind.ts";
import { addressSchema, signatureSchema, taskTypeIdSchema, uintSchema } from "../intake/schemas.ts";

const schema = z
  .strictObject({
    taskTypeId: taskTypeIdSchema,
    source: addressSchema,
    sink: addressSchema,
    completed: uintSchema(128, "Value of all work so far, wei"),
    sourceSignature: signatureSchema,
    sinkSignature: signatureSchema,
  })
  .openapi("Receipt");

/** A receipt as it comes over HTTP and is kept. */
export type ReceiptMessage = z.output<typeof schema>;

export const receiptKind: MessageKind<ReceiptMessage> = {
  name: "receipt",
  plural: "receipts",
  schema,
  parties: ["source", "sink"],
  versionOf: ({ completed }) => BigInt(completed),
  newerAdvice: "receipts are cumulative, so sign one that acknowledges more",
};

/** As the SDK and the contract take it. */
export function toReceipt({ source, sink, completed, ...rest }: ReceiptMessage): SignedReceipt {
  return { ...rest, source: getAddress(source), sink: getAddress(sink), completed: BigInt(completed) };
}
