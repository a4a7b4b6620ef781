import { getBlock } from "viem/actions";
import type { TaskTypeNotFoundError } from "../errors.ts";
import type { Signal } from "../internal/signal.ts";
import { pause } from "../internal/waitForBlock.ts";
import { getSink } from "../read/getSink.ts";
import { type GetTaskTypeReturnType, getTaskType } from "../read/getTaskType.ts";
import type { TaskTypeParameter, WriteClient } from "../types.ts";
import { type SignalCapacityReturnType, signalCapacity } from "./signalCapacity.ts";
import { whySignal } from "./whySignal.ts";

export type StartSignalLoopParameters = TaskTypeParameter & {
  /** Asked for at least once an epoch: capacity in units, backlog in unit-seconds; see `TaskQueue.measure`. */
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

type Terms = Pick<GetTaskTypeReturnType, "epochLength" | "horizon">;

/**
 * Looks in every epoch, by the chain's clock, whether a signal is worth its transactions (`whySignal`), and gives it, until
 * it is stopped: a steady sink signals once in as many epochs as a signal lives. After a failure it tries again, less and
 * less often, within the same epoch.
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
  const taskType = await getTaskType(client, parameters);
  const controller = new AbortController();
  const ended = runLoop(client, parameters, taskType, controller.signal);
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
  taskType: Terms,
  abort: AbortSignal,
): Promise<void> {
  const { epochLength } = taskType;
  const longestPause = (epochLength * 1000) / 2;
  let lookedAt = -1;
  let failures = 0;
  while (!abort.aborted) {
    try {
      const epoch = Math.floor(Number((await getBlock(client)).timestamp) / epochLength);
      if (epoch > lookedAt) {
        await signalIfDue(client, parameters, taskType, abort);
        lookedAt = epoch;
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

async function signalIfDue(
  client: WriteClient,
  { deployment, taskTypeId, measure, onSignal }: StartSignalLoopParameters,
  { epochLength, horizon }: Terms,
  abort: AbortSignal,
): Promise<void> {
  const task = { deployment, taskTypeId };
  const { declaredCapacity, declaredBacklog, capacityCap, signal, timestamp } = await getSink(client, {
    ...task,
    sink: client.account.address,
  });
  const measured = await measure();
  const latest =
    signal.signalledAt === undefined ? undefined : { capacity: declaredCapacity, backlog: declaredBacklog };
  const { expiresAt } = signal;
  const reason = whySignal({ measured, latest, capacityCap, expiresAt, epochLength, horizon, now: timestamp });
  if (reason === undefined) return;
  const sent = await signalCapacity(client, { ...task, ...measured, abort });
  onSignal?.({ ...measured, ...sent });
}
