import { countsPacked } from "../../sdk/utils/countsPacked.ts";
import { isSigned } from "../../sdk/utils/isSigned.ts";
import { attestationTypedData } from "../../sdk/utils/typedData.ts";
import type { ChainContext } from "../intake/chain.ts";
import { digestOf } from "../intake/digestOf.ts";
import { Refusal } from "../intake/refusal.ts";
import { type AttestationMessage, toAttestation } from "./attestation.ts";
import { SinkStates, type SinkView } from "./sinkStates.ts";

/**
 * Makes what holds an attestation against the chain, as `CapacityRegistry.submitAttestations` would do it now.
 * @returns A function that throws a `Refusal` with the reason for which the contract would skip it, or a
 * `TaskTypeNotFoundError`.
 */
export function attestationCheck(context: ChainContext): (message: AttestationMessage) => Promise<void> {
  const { client, chainId, deployment, recover } = context;
  const sinks = new SinkStates(context);
  return async (message) => {
    const attestation = toAttestation(message);
    const { taskTypeId, sink, issuedAt, signature } = attestation;
    const { reportDelay } = await context.taskTypes.get(taskTypeId);
    const refusalIn = (view: SinkView): Refusal | undefined => refusalOf(view, { sink, issuedAt, reportDelay });
    const known = await sinks.known(taskTypeId, sink);
    if (known === undefined || refusalIn(known) !== undefined) {
      const refusal = refusalIn(await sinks.read(taskTypeId, sink));
      if (refusal !== undefined) throw refusal;
    }
    const digest = digestOf(attestationTypedData({ deployment, chainId, attestation }));
    if (await isSigned(client, { signer: sink, digest, signature, recover })) return;
    const advice = `sign CapacityAttestation for chain ${chainId} and registry ${deployment.capacityRegistry}`;
    throw new Refusal("bad_signature", `${sink} has not signed this attestation: ${advice}`);
  };
}

/** Makes what says whether an attestation counts packed. */
export function packedCheck({
  chainId,
  deployment,
  recover,
}: ChainContext): (message: AttestationMessage) => Promise<boolean> {
  return (message) => {
    const attestation = toAttestation(message);
    return countsPacked(attestation, digestOf(attestationTypedData({ deployment, chainId, attestation })), recover);
  };
}

type Claim = { sink: string; issuedAt: number; reportDelay: number };

function refusalOf({ registered, signalledAt, now }: SinkView, { sink, issuedAt, reportDelay }: Claim) {
  if (!registered)
    return new Refusal("unknown_sink", `${sink} is not registered for this task type: call registerSink`);
  const age = now - issuedAt;
  if (age < 0) {
    const advice = "sign with the time of the latest block";
    return new Refusal("from_the_future", `issuedAt is ${-age} s ahead of the chain's clock: ${advice}`);
  }
  if (age > reportDelay) {
    return new Refusal("too_old", `issuedAt is ${age} s ago and the task type allows ${reportDelay} s: sign a new one`);
  }
  if (issuedAt <= signalledAt) {
    const advice = "sign one with a later issuedAt";
    return new Refusal("not_newer", `the chain has a signal of ${signalledAt}, this one is of ${issuedAt}: ${advice}`);
  }
  return undefined;
}
