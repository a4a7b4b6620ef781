import { parseEventLogs } from "viem";
import { escrowBufferAbi } from "../../abi/generated.ts";
import { prepared } from "../calls/callsOf.ts";
import { contractsOf } from "../calls/contracts.ts";
import {
  InvalidParameterError,
  type SendErrorType,
  type TaskTypeNotFoundError,
  type WrongDecimalsError,
} from "../errors.ts";
import { senderOf } from "../internal/account.ts";
import { read } from "../internal/call.ts";
import { assertAmount, type ForceParameter } from "../internal/decimals.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import { approveCalls, readPurse } from "../internal/spending.ts";
import { withTaskType } from "../internal/withTaskType.ts";
import type {
  AccountParameter,
  PreparedCall,
  ReadClient,
  SendOptions,
  Sent,
  TaskTypeParameter,
  WriteClient,
} from "../types.ts";

export type DepositParameters = TaskTypeParameter &
  ForceParameter & {
    /** Wei; at least `escrow.minDeposit` of `getPool`. */
    amount: bigint;
  };

export type DepositReturnType = Sent & {
  /** Place in the queue; `getDeposit` and `withdrawDeposit` ask for it. */
  depositId: bigint;
};

export type DepositErrorType = InvalidParameterError | WrongDecimalsError | TaskTypeNotFoundError | SendErrorType;

/**
 * Prepays work without a stream: the amount waits behind earlier deposits until sinks have spare capacity. Approves
 * the escrow buffer for exactly this amount first, if need be.
 * @throws {WrongDecimalsError} @throws {InsufficientFundsError}
 * @example
 * const { depositId } = await deposit(sourceClient, { deployment, taskTypeId, amount: parseEther("5") });
 */
export async function deposit(
  client: WriteClient,
  parameters: DepositParameters & SendOptions,
): Promise<DepositReturnType> {
  const sent = await sendInTurn(client, "deposit", await prepareDeposit(client, parameters), parameters);
  const [event] = parseEventLogs({ abi: escrowBufferAbi, eventName: "Deposited", logs: sent.receipt.logs });
  if (event === undefined) throw new InvalidParameterError(`${parameters.deployment.escrowBuffer} is no escrow buffer`);
  return { ...sent, depositId: event.args.depositId };
}

/**
 * As `deposit`, for others to send.
 * @throws {WrongDecimalsError} @throws {InsufficientFundsError}
 * @example
 * const calls = await prepareDeposit(client, { deployment, taskTypeId, amount: parseEther("5"), account: source });
 */
export async function prepareDeposit(
  client: ReadClient,
  parameters: DepositParameters & AccountParameter,
): Promise<PreparedCall[]> {
  const { deployment, taskTypeId, amount } = parameters;
  const owner = senderOf(client, parameters);
  const { escrowBuffer } = contractsOf(deployment);
  const [{ superToken }, minimum] = await withTaskType(client, parameters, () =>
    read(client, escrowBuffer.minDepositOf(taskTypeId)),
  );
  if (amount < minimum) throw new InvalidParameterError(`a deposit is at least ${minimum} wei, not ${amount}`);
  assertAmount(amount, parameters);
  const purse = await readPurse(client, superToken, owner, deployment.escrowBuffer);
  return [...approveCalls(purse, amount, "the deposit"), ...prepared(escrowBuffer.deposit(taskTypeId, amount))];
}
