import type { Hex } from "viem";
import type { SignedAttestation } from "../sink/signAttestation.ts";
import { type IsSignedParameters, isSignedByKey } from "./isSigned.ts";

/** What the fields of a packed attestation hold, bits. */
const CAPACITY_BITS = 40n;
const BACKLOG_BITS = 64n;

/**
 * Whether the registry takes an attestation packed: its numbers fit, and the key of its sink has signed it, whatever code the
 * sink has. Whatever else counts needs the ABI form.
 * @param digest Of the EIP-712 message.
 * @param recover As `isSigned` has it.
 */
export async function countsPacked(
  { sink: signer, capacity, backlog, signature }: SignedAttestation,
  digest: Hex,
  recover?: IsSignedParameters["recover"],
): Promise<boolean> {
  if (capacity >> CAPACITY_BITS !== 0n || backlog >> BACKLOG_BITS !== 0n) return false;
  return isSignedByKey({ signer, digest, signature, ...(recover && { recover }) });
}
