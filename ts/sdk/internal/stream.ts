import { gdaAt } from "../calls/contracts.ts";
import { changeStreamCall } from "../calls/superfluid.ts";
import { getTaskType } from "../read/getTaskType.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";
import { read, send } from "./call.ts";
import { getGda } from "./superfluid.ts";

export type SetStreamReturnType = Sent & {
  /** What really streams now, read back from the chain, wei per second. */
  flowRate: bigint;
};

/** Sets the account's stream, as `changeStreamCall` describes it. */
export async function setStream(
  client: WriteClient,
  { deployment, taskTypeId, flowRate }: TaskTypeParameter & { flowRate: bigint },
): Promise<SetStreamReturnType> {
  const source = client.account.address;
  const [{ superToken, distributionPool }, gda] = await Promise.all([
    getTaskType(client, { deployment, taskTypeId }),
    getGda(client, deployment),
  ]);
  const change = changeStreamCall(deployment, { gda, superToken, distributionPool, taskTypeId, source, flowRate });
  const sent = await send(client, change);
  return { ...sent, flowRate: await read(client, gdaAt(gda).getFlowRate(superToken, source, distributionPool)) };
}
