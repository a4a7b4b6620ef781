import { type Address, hashTypedData, parseEventLogs } from "viem";
import { capacityRegistryAbi } from "../../abi/generated.ts";
import { prepared } from "../calls/callsOf.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { SendErrorType } from "../errors.ts";
import { chainIdOf } from "../internal/failure.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import type { PreparedCall, ReadClient, SendOptions, Sent, TaskTypeParameter, WriteClient } from "../types.ts";
import { countsPacked } from "../utils/countsPacked.ts";
import { packAttestations, unpackSignals } from "../utils/packedAttestations.ts";
import { attestationTypedData } from "../utils/typedData.ts";
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
 * Takes signed signals of one task type to the chain; anybody may. One bad entry does not hurt the others. Where all sinks
 * have signed by key they are packed, which costs a fifth less gas; one wallet among them, and none is.
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
  const single = parseEventLogs({ abi: capacityRegistryAbi, eventName: "CapacitySignalled", logs });
  const batches = parseEventLogs({ abi: capacityRegistryAbi, eventName: "CapacitiesSignalled", logs });
  const accepted = [...single.map(({ args }) => args), ...batches.flatMap(({ args }) => unpackSignals(args.signals))];
  const skipped = parseEventLogs({ abi: capacityRegistryAbi, eventName: "AttestationSkipped", logs });
  return {
    ...sent,
    accepted: accepted.map(({ sink, capacity, backlog }) => ({ sink, capacity, backlog })),
    skipped: skipped.map(({ args }) => ({ index: Number(args.index), reason: REASONS[args.reason] ?? "none" })),
  };
}

/**
 * As `submitAttestations`, for others to send.
 * @example
 * const calls = await prepareSubmitAttestations(client, { deployment, taskTypeId, attestations: [] });
 */
export async function prepareSubmitAttestations(
  client: ReadClient,
  parameters: SubmitAttestationsParameters,
): Promise<PreparedCall[]> {
  const { deployment, taskTypeId, attestations } = parameters;
  const { capacityRegistry } = contractsOf(deployment);
  return prepared(
    (await arePacked(client, parameters))
      ? capacityRegistry.submitPackedAttestations(taskTypeId, packAttestations(attestations))
      : capacityRegistry.submitAttestations(taskTypeId, attestations),
  );
}

async function arePacked(client: ReadClient, { deployment, attestations }: SubmitAttestationsParameters) {
  const chainId = client.chain?.id ?? (await chainIdOf(client));
  const packed = attestations.map((attestation) =>
    countsPacked(attestation, hashTypedData(attestationTypedData({ deployment, chainId, attestation }))),
  );
  return (await Promise.all(packed)).every(Boolean);
}
