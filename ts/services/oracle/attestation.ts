import { z } from "@hono/zod-openapi";
import { getAddress } from "viem";
import type { SignedAttestation } from "../../sdk/sink/signAttestation.ts";
import type { MessageKind } from "../intake/messageKind.ts";
import { addressSchema, signatureSchema, taskTypeIdSchema, timestampSchema, uintSchema } from "../intake/schemas.ts";

const schema = z
  .strictObject({
    taskTypeId: taskTypeIdSchema,
    sink: addressSchema,
    capacity: uintSchema(64, "Declared capacity c, units"),
    backlog: uintSchema(96, "Declared backlog Q, unit-seconds"),
    issuedAt: timestampSchema,
    signature: signatureSchema,
  })
  .openapi("Attestation");

/** An attestation as it comes over HTTP and is kept. */
export type AttestationMessage = z.output<typeof schema>;

export const attestationKind: MessageKind<AttestationMessage> = {
  name: "attestation",
  plural: "attestations",
  schema,
  parties: ["sink"],
  versionOf: ({ issuedAt }) => BigInt(issuedAt),
  newerAdvice: "sign one with a later issuedAt",
};

/** As the SDK and the contract take it. */
export function toAttestation(message: AttestationMessage): SignedAttestation {
  const { taskTypeId, sink, capacity, backlog, issuedAt, signature } = message;
  return {
    taskTypeId,
    sink: getAddress(sink),
    capacity: BigInt(capacity),
    backlog: BigInt(backlog),
    issuedAt,
    signature,
  };
}
