import type { Address, Hex } from "viem";
import type { Deployment } from "../types.ts";

const TYPES = {
  CapacityAttestation: [
    { name: "taskTypeId", type: "bytes32" },
    { name: "sink", type: "address" },
    { name: "capacity", type: "uint64" },
    { name: "backlog", type: "uint96" },
    { name: "issuedAt", type: "uint32" },
  ],
  Receipt: [
    { name: "taskTypeId", type: "bytes32" },
    { name: "source", type: "address" },
    { name: "sink", type: "address" },
    { name: "completed", type: "uint128" },
  ],
} as const;

/** A signal that its sink signs and anybody may carry. */
export type Attestation = {
  taskTypeId: Hex;
  sink: Address;
  /** c, units. */
  capacity: bigint;
  /** Q, unit-seconds. */
  backlog: bigint;
  /** When it was signed, Unix seconds. */
  issuedAt: number;
};

/** All work of a sink that a source has ever acknowledged; one receipt replaces all before it. */
export type Receipt = {
  taskTypeId: Hex;
  source: Address;
  sink: Address;
  /** Value of the work since the beginning, wei. */
  completed: bigint;
};

type Domain = { deployment: Deployment; chainId: number };

const domainOf = (chainId: number, verifyingContract: Address) =>
  ({ name: "Backpressure Economics", version: "1", chainId, verifyingContract }) as const;

/**
 * The EIP-712 message of an attestation, for any signer.
 * @example
 * const attestation = { taskTypeId, sink, capacity: 100n, backlog: 0n, issuedAt: 1_800_000_000 };
 * const digest = hashTypedData(attestationTypedData({ deployment, chainId: 31337, attestation }));
 */
export function attestationTypedData({ deployment, chainId, attestation }: Domain & { attestation: Attestation }) {
  const domain = domainOf(chainId, deployment.capacityRegistry);
  return { domain, types: TYPES, primaryType: "CapacityAttestation", message: attestation } as const;
}

/**
 * The EIP-712 message of a receipt, for any signer.
 * @example
 * const receipt = { taskTypeId, source, sink, completed: parseEther("1") };
 * const digest = hashTypedData(receiptTypedData({ deployment, chainId: 31337, receipt }));
 */
export function receiptTypedData({ deployment, chainId, receipt }: Domain & { receipt: Receipt }) {
  const domain = domainOf(chainId, deployment.completionTracker);
  return { domain, types: TYPES, primaryType: "Receipt", message: receipt } as const;
}
