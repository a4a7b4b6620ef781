import { bytesToHex } from "viem";
import { contractsOf } from "../calls/contracts.ts";
import {
  ContractCallError,
  type InvalidParameterError,
  SignalError,
  type TransactionRevertedError,
} from "../errors.ts";
import { send } from "../internal/call.ts";
import { assertSignal, type Signal } from "../internal/signal.ts";
import { waitForBlock } from "../internal/waitForBlock.ts";
import type { Sent, TaskTypeParameter, WriteClient } from "../types.ts";
import { hashSignal } from "../utils/hashSignal.ts";

/** What may happen to a commitment between commit and reveal that committing again repairs. */
const REPAIRABLE = [
  "CapacityRegistry_RevealTooLate",
  "CapacityRegistry_RevealTooEarly",
  "CapacityRegistry_NothingCommitted",
  "CapacityRegistry_CommitmentMismatch",
];

const DEFAULT_ATTEMPTS = 3;

export type SignalCapacityParameters = TaskTypeParameter &
  Signal & {
    /** How often to commit, at most, when the window for the reveal is missed; 3 if not said. */
    attempts?: number | undefined;
    /** Gives up waiting. */
    abort?: AbortSignal | undefined;
  };

export type SignalCapacityReturnType = Sent & {
  /** How many commitments it took. */
  attempts: number;
};

export type SignalCapacityErrorType =
  | InvalidParameterError
  | SignalError
  | ContractCallError
  | TransactionRevertedError;

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
  assertSignal(parameters);
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
  const { deployment, taskTypeId, capacity, backlog, abort } = parameters;
  const { capacityRegistry } = contractsOf(deployment);
  // Fresh every time: a salt that was once revealed would give the values away.
  const salt = bytesToHex(globalThis.crypto.getRandomValues(new Uint8Array(32)));
  const [chainId, sink] = [client.chain.id, client.account.address];
  const commitment = hashSignal({ deployment, chainId, taskTypeId, sink, capacity, backlog, salt });
  const committed = await send(client, capacityRegistry.commitCapacity(taskTypeId, commitment));
  await waitForBlock(client, committed.receipt.blockNumber + 1n, abort);
  return send(client, capacityRegistry.revealCapacity(taskTypeId, capacity, backlog, salt));
}

function isRepairable(error: unknown): boolean {
  return error instanceof ContractCallError && REPAIRABLE.includes(error.errorName ?? "");
}
