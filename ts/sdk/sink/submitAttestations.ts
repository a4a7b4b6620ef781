import { type Address, parseEventLogs } from "viem";
import { capacityRegistryAbi } from "../../abi/generated.ts";
import { prepared } from "../calls/callsOf.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { SendErrorType } from "../errors.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import type { PreparedCall, ReadClient, SendOptions, Sent, TaskTypeParameter, WriteClient } from "../types.ts";
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

export type SubmitAttestationsErrorType = SendErrorType;

/**
 * Takes signed signals of one task type to the chain; anybody may. One bad entry does not hurt the others.
 * @example
 * const attestation = await signAttestation(sinkClient, { deployment, taskTypeId, capacity: 100n, backlog: 0n });
 * const attestations = [attestation];
 * const { accepted, skipped } = await submitAttestations(sourceClient, { deployment, taskTypeId, attestations });
 */
export async function submitAttestations(
  client: WriteClient,
  parameters: SubmitAttestationsParameters & SendOptions,
): Promise<SubmitAttestationsReturnType> {
  const sent = await sendInTurn(
    client,
    "submitAttestations",
    await prepareSubmitAttestations(client, parameters),
    parameters,
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

/**
 * As `submitAttestations`, for others to send.
 * @example
 * const calls = await prepareSubmitAttestations(client, { deployment, taskTypeId, attestations: [] });
 */
export async function prepareSubmitAttestations(
  _: ReadClient,
  { deployment, taskTypeId, attestations }: SubmitAttestationsParameters,
): Promise<PreparedCall[]> {
  return prepared(contractsOf(deployment).capacityRegistry.submitAttestations(taskTypeId, attestations));
}
