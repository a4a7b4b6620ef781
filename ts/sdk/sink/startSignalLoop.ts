import { getBlock } from "viem/actions";
import type { TaskTypeNotFoundError } from "../errors.ts";
import type { Signal } from "../internal/signal.ts";
import { pause } from "../internal/waitForBlock.ts";
import { getTaskType } from "../read/getTaskType.ts";
import type { TaskTypeParameter, WriteClient } from "../types.ts";
import { type SignalCapacityReturnType, signalCapacity } from "./signalCapacity.ts";

export type StartSignalLoopParameters = TaskTypeParameter & {
  /** Asked for once an epoch: capacity in units, backlog in unit-seconds; see `TaskQueue.measure`. */
  measure: () => Signal | Promise<Signal>;
  /** Told of every signal that the chain has taken. */
  onSignal?: ((signal: Signal & SignalCapacityReturnType) => void) | undefined;
  /** Told of every failure; the loop goes on. */
  onError?: ((error: unknown) => void) | undefined;
};

export type StartSignalLoopReturnType = {
  /** Ends the loop; resolves when nothing more will be sent. */
  stop: () => Promise<void>;
};

export type StartSignalLoopErrorType = TaskTypeNotFoundError;

/**
 * Signals once in every epoch, by the chain's clock, until it is stopped. After a failure it tries again, less and less
 * often, within the same epoch.
 * @example
 * const loop = await startSignalLoop(sinkClient, {
 *   deployment,
 *   taskTypeId,
 *   measure: () => ({ capacity: 100n, backlog: 0n }),
 *   onError: console.error,
 * });
 * await loop.stop();
 */
export async function startSignalLoop(
  client: WriteClient,
  parameters: StartSignalLoopParameters,
): Promise<StartSignalLoopReturnType> {
  const { epochLength } = await getTaskType(client, parameters);
  const controller = new AbortController();
  const ended = runLoop(client, parameters, epochLength, controller.signal);
  return {
    stop: async () => {
      controller.abort();
      await ended;
    },
  };
}

async function runLoop(
  client: WriteClient,
  parameters: StartSignalLoopParameters,
  epochLength: number,
  abort: AbortSignal,
): Promise<void> {
  const longestPause = (epochLength * 1000) / 2;
  let signalledEpoch = -1;
  let failures = 0;
  while (!abort.aborted) {
    try {
      const epoch = Math.floor(Number((await getBlock(client)).timestamp) / epochLength);
      if (epoch > signalledEpoch) {
        await signalOnce(client, parameters, abort);
        signalledEpoch = epoch;
      }
      failures = 0;
    } catch (error) {
      if (abort.aborted) return;
      failures += 1;
      parameters.onError?.(error);
    }
    await pause(Math.min(client.pollingInterval * 2 ** failures, longestPause), abort).catch(() => {});
  }
}

async function signalOnce(
  client: WriteClient,
  { deployment, taskTypeId, measure, onSignal }: StartSignalLoopParameters,
  abort: AbortSignal,
): Promise<void> {
  const { capacity, backlog } = await measure();
  const sent = await signalCapacity(client, { deployment, taskTypeId, capacity, backlog, abort });
  onSignal?.({ capacity, backlog, ...sent });
}
