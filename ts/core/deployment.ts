import type { Address } from "viem";

/** The contracts of a deployment, by the names that `deployments/<chainId>.json` has for them. */
export const CONTRACTS = {
  stakeManager: "StakeManager",
  capacityRegistry: "CapacityRegistry",
  backpressurePool: "BackpressurePool",
  escrowBuffer: "EscrowBuffer",
  pipeline: "Pipeline",
  completionTracker: "CompletionTracker",
} as const;

export type ContractKey = keyof typeof CONTRACTS;
export type ContractName = (typeof CONTRACTS)[ContractKey];

/** The contracts of one deployment; `deployments/<chainId>.json` has them for each chain. */
export type Deployment = {
  /** Superfluid's host on this chain. */
  host: Address;
  stakeManager: Address;
  capacityRegistry: Address;
  backpressurePool: Address;
  escrowBuffer: Address;
  pipeline: Address;
  completionTracker: Address;
};
