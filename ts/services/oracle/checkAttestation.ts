import { type Address, type Hex, hashTypedData } from "viem";
import { getBlock } from "viem/actions";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import { read } from "../../sdk/internal/call.ts";
import { isSigned } from "../../sdk/utils/isSigned.ts";
import { attestationTypedData } from "../../sdk/utils/typedData.ts";
import type { ChainContext } from "../intake/chain.ts";
import { Refusal } from "../intake/refusal.ts";
import { type AttestationMessage, toAttestation } from "./attestation.ts";

/**
 * Holds an attestation against the chain as `CapacityRegistry.submitAttestations` would do it now.
 * @throws {Refusal} with the reason for which the contract would skip it.
 * @throws {TaskTypeNotFoundError}
 */
export async function checkAttestation(context: ChainContext, message: AttestationMessage): Promise<void> {
  const { client, chainId, deployment } = context;
  const attestation = toAttestation(message);
  const { taskTypeId, sink, issuedAt, signature } = attestation;
  const { reportDelay } = await context.taskTypes.get(taskTypeId);
  const [{ registered, signalledAt }, { timestamp }] = await Promise.all([
    readSink(context, taskTypeId, sink),
    getBlock(client),
  ]);
  if (!registered) throw new Refusal("unknown_sink", `${sink} is not registered for this task type: call registerSink`);
  const age = Number(timestamp) - issuedAt;
  if (age < 0) {
    const advice = "sign with the time of the latest block";
    throw new Refusal("from_the_future", `issuedAt is ${-age} s ahead of the chain's clock: ${advice}`);
  }
  if (age > reportDelay) {
    throw new Refusal("too_old", `issuedAt is ${age} s ago and the task type allows ${reportDelay} s: sign a new one`);
  }
  if (issuedAt <= signalledAt) {
    const advice = "sign one with a later issuedAt";
    throw new Refusal("not_newer", `the chain has a signal of ${signalledAt}, this one is of ${issuedAt}: ${advice}`);
  }
  const digest = hashTypedData(attestationTypedData({ deployment, chainId, attestation }));
  if (!(await isSigned(client, { signer: sink, digest, signature }))) {
    const advice = `sign CapacityAttestation for chain ${chainId} and registry ${deployment.capacityRegistry}`;
    throw new Refusal("bad_signature", `${sink} has not signed this attestation: ${advice}`);
  }
}

/** What the registry knows of a sink, now or at a block. */
export function readSink({ client, deployment }: ChainContext, taskTypeId: Hex, sink: Address, blockNumber?: bigint) {
  return read(client, contractsOf(deployment).capacityRegistry.sinkOf(taskTypeId, sink), blockNumber);
}
