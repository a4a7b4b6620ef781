import type { Address } from "viem";
import { distributionPoolAt, gdaAt } from "../calls/contracts.ts";
import type { ReadClient, TaskTypeParameter } from "../types.ts";
import { read } from "./call.ts";
import { readerFor } from "./reader.ts";
import { getGda } from "./superfluid.ts";
import { withTaskType } from "./withTaskType.ts";

/** How a pool pays an account. */
export type Membership = {
  gda: Address;
  distributionPool: Address;
  /** Whether pay goes to the balance by itself. */
  connected: boolean;
  /** Pay that waits for a claim, wei; always 0 for a connected account. */
  claimable: bigint;
};

export async function readMembership(
  from: ReadClient,
  parameters: TaskTypeParameter,
  member: Address,
): Promise<Membership> {
  const client = readerFor(from, parameters);
  const [{ distributionPool }, gda] = await withTaskType(client, parameters, () =>
    getGda(client, parameters.deployment),
  );
  const [connected, [claimable]] = await Promise.all([
    read(client, gdaAt(gda).isMemberConnected(distributionPool, member)),
    read(client, distributionPoolAt(distributionPool).getClaimableNow(member)),
  ]);
  return { gda, distributionPool, connected, claimable: connected ? 0n : claimable };
}
