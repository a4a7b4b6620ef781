import type { Address } from "viem";
import {
  backpressurePoolAbi,
  capacityRegistryAbi,
  completionTrackerAbi,
  escrowBufferAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidAbi,
  iSuperfluidPoolAbi,
  iSuperTokenAbi,
  pipelineAbi,
  stakeManagerAbi,
} from "../../abi/generated.ts";
import { governanceAbi } from "../internal/abis.ts";
import type { Deployment } from "../types.ts";
import { type Calls, callsOf } from "./callsOf.ts";

/** The contracts of a deployment, ready to be called. */
export type Contracts = {
  backpressurePool: Calls<typeof backpressurePoolAbi>;
  capacityRegistry: Calls<typeof capacityRegistryAbi>;
  completionTracker: Calls<typeof completionTrackerAbi>;
  escrowBuffer: Calls<typeof escrowBufferAbi>;
  host: Calls<typeof iSuperfluidAbi>;
  pipeline: Calls<typeof pipelineAbi>;
  stakeManager: Calls<typeof stakeManagerAbi>;
};

/**
 * The contracts of a deployment, ready to be called.
 * @example
 * const { escrowBuffer } = contractsOf(deployment);
 * const [held, payable] = await readContract(client, escrowBuffer.claimOf(taskTypeId, source));
 */
export function contractsOf(deployment: Deployment): Contracts {
  return {
    backpressurePool: callsOf(backpressurePoolAbi)(deployment.backpressurePool),
    capacityRegistry: callsOf(capacityRegistryAbi)(deployment.capacityRegistry),
    completionTracker: callsOf(completionTrackerAbi)(deployment.completionTracker),
    escrowBuffer: callsOf(escrowBufferAbi)(deployment.escrowBuffer),
    host: hostAt(deployment.host),
    pipeline: callsOf(pipelineAbi)(deployment.pipeline),
    stakeManager: callsOf(stakeManagerAbi)(deployment.stakeManager),
  };
}

/** Superfluid's pool behind a task type: `distributionPool`. */
export const distributionPoolAt: (address: Address) => Calls<typeof iSuperfluidPoolAbi> = callsOf(iSuperfluidPoolAbi);

/** Superfluid's General Distribution Agreement; `getGda` finds it. */
export const gdaAt: (address: Address) => Calls<typeof iGeneralDistributionAgreementV1Abi> = callsOf(
  iGeneralDistributionAgreementV1Abi,
);

/** Superfluid's host. */
export const hostAt: (address: Address) => Calls<typeof iSuperfluidAbi> = callsOf(iSuperfluidAbi);

/** Superfluid's governance, where deposits are set. */
export const governanceAt: (address: Address) => Calls<typeof governanceAbi> = callsOf(governanceAbi);

/** A Superfluid token, and what it has of an ERC-20 token. */
export const superTokenAt: (address: Address) => Calls<typeof iSuperTokenAbi> = callsOf(iSuperTokenAbi);
