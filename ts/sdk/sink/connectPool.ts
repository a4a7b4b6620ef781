import { encodeFunctionData } from "viem";
import { iGeneralDistributionAgreementV1Abi, iSuperfluidAbi } from "../../abi/generated.ts";
import type { ContractCallError, TaskTypeNotFoundError, TransactionRevertedError } from "../errors.ts";
import { read, send } from "../internal/call.ts";
import { getGda } from "../internal/superfluid.ts";
import { getTaskType } from "../read/getTaskType.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type ConnectPoolParameters = TaskTypeParameter;

/** Undefined if the account was connected already. */
export type ConnectPoolReturnType = Sent | undefined;

export type ConnectPoolErrorType = TaskTypeNotFoundError | ContractCallError | TransactionRevertedError;

/**
 * Lets what a pool pays a sink count in its balance second by second, without claims. It also makes every update of the
 * sink's units cheaper. An account can be connected to 256 pools of a token.
 * @example
 * await connectPool(sinkClient, { deployment, taskTypeId });
 */
export async function connectPool(
  client: WriteClient,
  { deployment, taskTypeId }: ConnectPoolParameters,
): Promise<ConnectPoolReturnType> {
  const [{ distributionPool: address }, gda] = await Promise.all([
    getTaskType(client, { deployment, taskTypeId }),
    getGda(client, deployment),
  ]);
  const abi = iGeneralDistributionAgreementV1Abi;
  const connected = await read(client, {
    address: gda,
    abi,
    functionName: "isMemberConnected",
    args: [address, client.account.address],
  });
  if (connected) return undefined;
  const callData = encodeFunctionData({ abi, functionName: "connectPool", args: [address, "0x"] });
  return send(client, {
    address: deployment.host,
    abi: iSuperfluidAbi,
    functionName: "callAgreement",
    args: [gda, callData, "0x"],
  });
}
