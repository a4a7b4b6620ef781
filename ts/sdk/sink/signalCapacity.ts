import { bytesToHex } from "viem";
import { getChainId } from "viem/actions";
import { prepared } from "../calls/callsOf.ts";
import { contractsOf } from "../calls/contracts.ts";
import {
  ContractCallError,
  type InvalidParameterError,
  type SendErrorType,
  SignalError,
  TransactionRevertedError,
} from "../errors.ts";
import { senderOf } from "../internal/account.ts";
import { hashSignal } from "../internal/hashSignal.ts";
import { sendInTurn } from "../internal/sendInTurn.ts";
import { assertSignal, type Signal } from "../internal/signal.ts";
import { waitForBlock } from "../internal/waitForBlock.ts";
import type {
  AccountParameter,
  PreparedCall,
  ReadClient,
  SendOptions,
  Sent,
  TaskTypeParameter,
  WriteClient,
} from "../types.ts";

/** What may happen to a commitment between commit and reveal that committing again repairs. */
const REPAIRABLE = [
  "CapacityRegistry_RevealTooLate",
  "CapacityRegistry_RevealTooEarly",
  "CapacityRegistry_NothingCommitted",
  "CapacityRegistry_CommitmentMismatch",
];

const DEFAULT_ATTEMPTS = 3;

export type SignalCapacityParameters = TaskTypeParameter &
  Signal &
  Pick<SendOptions, "maxFeePerGas" | "maxPriorityFeePerGas"> & {
    /** How often to commit, at most, when the window for the reveal is missed; 3 if not said. */
    attempts?: number | undefined;
    /** Gives up waiting. */
    abort?: AbortSignal | undefined;
  };

export type SignalCapacityReturnType = Sent & {
  /** How many commitments it took. */
  attempts: number;
};

export type SignalCapacityErrorType = InvalidParameterError | SignalError | SendErrorType;

/**
 * Declares capacity and backlog by commit and reveal, so that nobody can answer to a signal before it counts: commits,
 * waits for the next block, reveals; starts again if the window of 20 blocks is missed.
 * @throws {SignalError} if it is missed every time.
 * @throws {ContractCallError} `CapacityRegistry_UnknownSink`, for example.
 * @example
 * await signalCapacity(sinkClient, { deployment, taskTypeId, capacity: 100n, backlog: 0n });
 */
export async function signalCapacity(
  client: WriteClient,
  parameters: SignalCapacityParameters,
): Promise<SignalCapacityReturnType> {
  const { attempts = DEFAULT_ATTEMPTS } = parameters;
  for (let attempt = 1; ; attempt++) {
    try {
      return { ...(await commitAndReveal(client, parameters)), attempts: attempt };
    } catch (error) {
      if (!isRepairable(error)) throw error;
      if (attempt >= attempts) throw new SignalError(attempt, error);
    }
  }
}

async function commitAndReveal(client: WriteClient, parameters: SignalCapacityParameters): Promise<Sent> {
  const { commit, reveal } = await prepareSignalCapacity(client, parameters);
  const { maxFeePerGas, maxPriorityFeePerGas } = parameters;
  const fees = { maxFeePerGas, maxPriorityFeePerGas };
  const committed = await sendInTurn(client, "signalCapacity", commit, fees);
  await waitForBlock(client, committed.receipt.blockNumber + 1n, parameters.abort);
  return sendInTurn(client, "signalCapacity", reveal, fees);
}

export type PrepareSignalCapacityReturnType = {
  commit: PreparedCall[];
  /** For a later block, and at most 20 later. It says what was declared: show it to nobody before. */
  reveal: PreparedCall[];
};

/**
 * As `signalCapacity`, for others to send: first the one, and in a later block the other.
 * @example
 * const { commit, reveal } = await prepareSignalCapacity(client, {
 *   ...{ deployment, taskTypeId, account: sink },
 *   ...{ capacity: 100n, backlog: 0n },
 * });
 */
export async function prepareSignalCapacity(
  client: ReadClient,
  parameters: TaskTypeParameter & Signal & AccountParameter,
): Promise<PrepareSignalCapacityReturnType> {
  assertSignal(parameters);
  const { deployment, taskTypeId, capacity, backlog } = parameters;
  const { capacityRegistry } = contractsOf(deployment);
  // Fresh every time: a salt that was once revealed would give the values away.
  const salt = bytesToHex(globalThis.crypto.getRandomValues(new Uint8Array(32)));
  const chainId = client.chain?.id ?? (await getChainId(client));
  const sink = senderOf(client, parameters);
  const commitment = hashSignal({ deployment, chainId, taskTypeId, sink, capacity, backlog, salt });
  return {
    commit: prepared(capacityRegistry.commitCapacity(taskTypeId, commitment)),
    reveal: prepared(capacityRegistry.revealCapacity(taskTypeId, capacity, backlog, salt)),
  };
}

function isRepairable(error: unknown): boolean {
  // A reveal that was on its way while the window closed.
  if (error instanceof TransactionRevertedError) return true;
  return error instanceof ContractCallError && REPAIRABLE.includes(error.errorName ?? "");
}
