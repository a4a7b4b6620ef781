import type { Hex } from "viem";
import { getBlock, signTypedData } from "viem/actions";
import type { InvalidParameterError } from "../errors.ts";
import { assertSignal } from "../internal/signal.ts";
import type { TaskTypeParameter, WriteClient } from "../types.ts";
import { type Attestation, attestationTypedData } from "../utils/typedData.ts";

/** A signal that anybody may carry to the chain. */
export type SignedAttestation = Attestation & { signature: Hex };

export type SignAttestationParameters = TaskTypeParameter & {
  /** c, units. */
  capacity: bigint;
  /** Q: work paid for and not finished, unit-seconds. */
  backlog: bigint;
  /** When it is signed, Unix seconds; the latest block's time if not said, so that it is never from the future. */
  issuedAt?: number | undefined;
};

export type SignAttestationReturnType = SignedAttestation;

export type SignAttestationErrorType = InvalidParameterError;

/**
 * Signs a signal that anybody may take to the chain: an oracle, or `submitAttestations`. It costs the sink no gas.
 * @example
 * const attestation = await signAttestation(sinkClient, { deployment, taskTypeId, capacity: 100n, backlog: 0n });
 */
export async function signAttestation(
  client: WriteClient,
  { deployment, taskTypeId, capacity, backlog, issuedAt }: SignAttestationParameters,
): Promise<SignAttestationReturnType> {
  assertSignal({ capacity, backlog });
  const { account, chain } = client;
  const attestation = {
    taskTypeId,
    sink: account.address,
    capacity,
    backlog,
    issuedAt: issuedAt ?? Number((await getBlock(client)).timestamp),
  };
  const typedData = attestationTypedData({ deployment, chainId: chain.id, attestation });
  return { ...attestation, signature: await signTypedData(client, { account, ...typedData }) };
}
