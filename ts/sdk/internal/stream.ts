import { type Address, encodeFunctionData } from "viem";
import {
  backpressurePoolAbi,
  escrowBufferAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidAbi,
} from "../../abi/generated.ts";
import { getTaskType } from "../read/getTaskType.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";
import { read, send } from "./call.ts";
import { distributeFlowOperation, forwardCall, getGda } from "./superfluid.ts";

export type SetStreamReturnType = Sent & {
  /** What really streams now, read back from the chain, wei per second. */
  flowRate: bigint;
};

/**
 * Sets the account's stream in one batch: synchronise at the old rate, change, synchronise at the new one, and let the
 * pool look at its inflow. The first two keep what it has earned in the escrow, and go on with it; the last
 * starts the confirmation.
 */
export async function setStream(
  client: WriteClient,
  { deployment, taskTypeId, flowRate }: TaskTypeParameter & { flowRate: bigint },
): Promise<SetStreamReturnType> {
  const source = client.account.address;
  const [{ superToken, distributionPool: pool }, gda] = await Promise.all([
    getTaskType(client, { deployment, taskTypeId }),
    getGda(client, deployment),
  ]);
  const sync = forwardCall(
    deployment.escrowBuffer,
    encodeFunctionData({ abi: escrowBufferAbi, functionName: "syncSource", args: [taskTypeId, source] }),
  );
  const rebalance = forwardCall(
    deployment.backpressurePool,
    encodeFunctionData({ abi: backpressurePoolAbi, functionName: "rebalance", args: [taskTypeId, []] }),
  );
  const change = distributeFlowOperation({ gda, superToken, source, pool, flowRate });
  const sent = await send(client, {
    address: deployment.host,
    abi: iSuperfluidAbi,
    functionName: "batchCall",
    args: [[sync, change, sync, rebalance]],
  });
  return { ...sent, flowRate: await readFlowRate(client, gda, superToken, source, pool) };
}

function readFlowRate(client: WriteClient, gda: Address, superToken: Address, source: Address, pool: Address) {
  return read(client, {
    address: gda,
    abi: iGeneralDistributionAgreementV1Abi,
    functionName: "getFlowRate",
    args: [superToken, source, pool],
  });
}
