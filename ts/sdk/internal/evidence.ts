import { type Address, isAddressEqual } from "viem";
import { contractsOf } from "../calls/contracts.ts";
import type { ReadClient, TaskTypeParameter } from "../types.ts";
import { read } from "./call.ts";

/** How much the money in a pool says about its sinks. */
export type PoolEvidence = {
  /** P: share of the pay of late whose payers take part in acknowledging, 0 to 1. Below a third nobody can be judged. */
  participation: number;
  /** Whether anybody can be judged: if not, money is protected by declared backlog alone. */
  verified: boolean;
};

/** Undefined where another verifier than the protocol's judges. */
export async function readEvidence(
  client: ReadClient,
  { deployment, taskTypeId }: TaskTypeParameter,
  { verifier }: { verifier: Address },
): Promise<PoolEvidence | undefined> {
  if (!isAddressEqual(verifier, deployment.completionTracker)) return undefined;
  const { completionTracker } = contractsOf(deployment);
  const [participation, verified] = await Promise.all([
    read(client, completionTracker.participationOf(taskTypeId)),
    read(client, completionTracker.verified(taskTypeId)),
  ]);
  return { participation: Number(participation) / 1e18, verified };
}
