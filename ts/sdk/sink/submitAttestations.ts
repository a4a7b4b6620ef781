import { type Address, parseEventLogs } from "viem";
import { capacityRegistryAbi } from "../../abi/generated.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { ContractCallError, TransactionRevertedError } from "../errors.ts";
import { send } from "../internal/call.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";
import type { SignedAttestation } from "./signAttestation.ts";

/** In the order of the contract's enumeration. */
const REASONS = ["none", "unknown sink", "from the future", "too old", "out of order", "bad signature"] as const;

export type SubmitAttestationsParameters = TaskTypeParameter & { attestations: readonly SignedAttestation[] };

export type SubmitAttestationsReturnType = Sent & {
  /** What counted: capacity (capped by the bond) in units, backlog in unit-seconds. */
  accepted: { sink: Address; capacity: bigint; backlog: bigint }[];
  /** What did not count, and why. */
  skipped: { index: number; reason: (typeof REASONS)[number] }[];
};

export type SubmitAttestationsErrorType = ContractCallError | TransactionRevertedError;

/**
 * Takes signed signals of one task type to the chain; anybody may. One bad entry does not hurt the others.
 * @example
 * const attestation = await signAttestation(sinkClient, { deployment, taskTypeId, capacity: 100n, backlog: 0n });
 * const attestations = [attestation];
 * const { accepted, skipped } = await submitAttestations(sourceClient, { deployment, taskTypeId, attestations });
 */
export async function submitAttestations(
  client: WriteClient,
  { deployment, taskTypeId, attestations }: SubmitAttestationsParameters,
): Promise<SubmitAttestationsReturnType> {
  const sent = await send(
    client,
    contractsOf(deployment).capacityRegistry.submitAttestations(taskTypeId, attestations),
  );
  const { logs } = sent.receipt;
  const accepted = parseEventLogs({ abi: capacityRegistryAbi, eventName: "CapacitySignalled", logs });
  const skipped = parseEventLogs({ abi: capacityRegistryAbi, eventName: "AttestationSkipped", logs });
  return {
    ...sent,
    accepted: accepted.map(({ args: { sink, capacity, backlog } }) => ({ sink, capacity, backlog })),
    skipped: skipped.map(({ args }) => ({ index: Number(args.index), reason: REASONS[args.reason] ?? "none" })),
  };
}
