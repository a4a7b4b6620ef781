import type { Address } from "viem";
import { prepared } from "../calls/callsOf.ts";
import { contractsOf } from "../calls/contracts.ts";
import type { SendErrorType, TaskTypeNotFoundError, WrongDecimalsError } from "../errors.ts";
import { accountOf, senderOf } from "../internal/account.ts";
import { assertAmount, type ForceParameter } from "../internal/decimals.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import { approveCalls, readPurse } from "../internal/spending.ts";
import { warningsOf } from "../internal/warnings.ts";
import { getTaskType } from "../read/getTaskType.ts";
import type {
  AccountParameter,
  PreparedCall,
  ReadClient,
  SendOptions,
  Sent,
  TaskTypeParameter,
  WriteClient,
} from "../types.ts";

export type StakeParameters = TaskTypeParameter &
  ForceParameter & {
    /** Wei of the task type's super token, added to what is staked; see `stakeForCapacity`. */
    amount: bigint;
  };

export type StakeReturnType = Sent & {
  /** As `quoteStake` gives them. */
  warnings: string[];
};

export type StakeErrorType = WrongDecimalsError | TaskTypeNotFoundError | SendErrorType;

/**
 * Bonds tokens of the account as a sink; approves the stake manager for exactly this amount first, if need be. What it
 * backs counts from the next signal on. Ask `quoteStake` first who may slash it.
 * @throws {WrongDecimalsError} @throws {InsufficientFundsError}
 * @example
 * const taskType = await getTaskType(client, { deployment, taskTypeId });
 * const amount = stakeForCapacity({ taskType, capacity: 100n });
 * await stake(sinkClient, { deployment, taskTypeId, amount });
 */
export async function stake(client: WriteClient, parameters: StakeParameters & SendOptions): Promise<StakeReturnType> {
  const { calls, warnings } = await readStake(client, parameters, accountOf(client).address);
  return { ...(await sendInTurn(client, "stake", calls, parameters)), warnings };
}

/**
 * As `stake`, for others to send.
 * @throws {WrongDecimalsError} @throws {InsufficientFundsError}
 * @example
 * const calls = await prepareStake(client, { deployment, taskTypeId, amount: parseEther("1"), account: source });
 */
export async function prepareStake(
  client: ReadClient,
  parameters: StakeParameters & AccountParameter,
): Promise<PreparedCall[]> {
  return (await readStake(client, parameters, senderOf(client, parameters))).calls;
}

export type QuoteStakeReturnType = {
  /** What it would back beyond the minimum stake if nothing is staked yet, units, rounded down. */
  capacity: bigint;
  /** What the account has of the token, wei. */
  available: bigint;
  /** What should be known before, in words: who else than the protocol's tracker can have the stake slashed. */
  warnings: string[];
};

export type QuoteStakeErrorType = StakeErrorType;

/**
 * What a stake would be, before it is made.
 * @throws {WrongDecimalsError} @throws {InsufficientFundsError}
 * @example
 * const { warnings } = await quoteStake(sinkClient, { deployment, taskTypeId, amount: parseEther("20") });
 * if (warnings.length > 0) console.log(warnings.join("\n"));
 */
export async function quoteStake(
  client: ReadClient,
  parameters: StakeParameters & AccountParameter,
): Promise<QuoteStakeReturnType> {
  const { taskType, available, warnings } = await readStake(client, parameters, senderOf(client, parameters));
  const backing = parameters.amount - taskType.minimumStake;
  const capacity = backing > 0n && taskType.bondPerUnit > 0n ? backing / taskType.bondPerUnit : 0n;
  return { capacity, available, warnings };
}

async function readStake(client: ReadClient, parameters: StakeParameters, owner: Address) {
  const { deployment, taskTypeId, amount } = parameters;
  assertAmount(amount, parameters);
  const taskType = await getTaskType(client, parameters);
  const purse = await readPurse(client, taskType.superToken, owner, deployment.stakeManager);
  const calls = [
    ...approveCalls(purse, amount, "the stake"),
    ...prepared(contractsOf(deployment).stakeManager.stake(taskTypeId, amount)),
  ];
  return { taskType, available: purse.balance, warnings: warningsOf(deployment, taskType), calls };
}
