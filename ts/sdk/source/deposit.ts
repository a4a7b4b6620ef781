import { parseEventLogs } from "viem";
import { escrowBufferAbi } from "../../abi/generated.ts";
import { contractsOf } from "../calls/contracts.ts";
import {
  type ContractCallError,
  InvalidParameterError,
  type TaskTypeNotFoundError,
  type TransactionRevertedError,
} from "../errors.ts";
import { approve } from "../internal/approve.ts";
import { read, send } from "../internal/call.ts";
import { getTaskType } from "../read/getTaskType.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";

export type DepositParameters = TaskTypeParameter & {
  /** Wei; at least `escrow.minDeposit` of `getPool`. */
  amount: bigint;
};

export type DepositReturnType = Sent & {
  /** Place in the queue; `getDeposit` and `withdrawDeposit` ask for it. */
  depositId: bigint;
};

export type DepositErrorType =
  | InvalidParameterError
  | TaskTypeNotFoundError
  | ContractCallError
  | TransactionRevertedError;

/**
 * Prepays work without a stream: the amount waits behind earlier deposits until sinks have spare capacity. Approves
 * the escrow buffer for exactly this amount first, if need be.
 * @example
 * const { depositId } = await deposit(sourceClient, { deployment, taskTypeId, amount: parseEther("5") });
 */
export async function deposit(client: WriteClient, parameters: DepositParameters): Promise<DepositReturnType> {
  const { deployment, taskTypeId, amount } = parameters;
  const [{ superToken }, minimum] = await Promise.all([
    getTaskType(client, parameters),
    read(client, contractsOf(deployment).escrowBuffer.minDepositOf(taskTypeId)),
  ]);
  if (amount < minimum) throw new InvalidParameterError(`a deposit is at least ${minimum} wei, not ${amount}`);
  await approve(client, superToken, deployment.escrowBuffer, amount);
  const sent = await send(client, contractsOf(deployment).escrowBuffer.deposit(taskTypeId, amount));
  const [event] = parseEventLogs({ abi: escrowBufferAbi, eventName: "Deposited", logs: sent.receipt.logs });
  if (event === undefined) throw new InvalidParameterError(`${deployment.escrowBuffer} is no escrow buffer`);
  return { ...sent, depositId: event.args.depositId };
}
