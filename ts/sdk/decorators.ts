import { changeStream } from "./changeStream.ts";
import { claim } from "./claim.ts";
import { closeStream } from "./closeStream.ts";
import { connectPool } from "./connectPool.ts";
import { deposit } from "./deposit.ts";
import { deregisterSink } from "./deregisterSink.ts";
import { getDeposit } from "./getDeposit.ts";
import { getPipeline } from "./getPipeline.ts";
import { getPool } from "./getPool.ts";
import { getSink } from "./getSink.ts";
import { getSource } from "./getSource.ts";
import { getTaskType } from "./getTaskType.ts";
import { openStream } from "./openStream.ts";
import { quoteStream } from "./quoteStream.ts";
import { registerSink } from "./registerSink.ts";
import { requestUnstake } from "./requestUnstake.ts";
import { signAttestation } from "./signAttestation.ts";
import { signalCapacity } from "./signalCapacity.ts";
import { signReceipt } from "./signReceipt.ts";
import { stake } from "./stake.ts";
import { startSignalLoop } from "./startSignalLoop.ts";
import { submitAttestations } from "./submitAttestations.ts";
import { submitReceipts } from "./submitReceipts.ts";
import { syncSource } from "./syncSource.ts";
import type { Deployment, ReadClient, WriteClient } from "./types.ts";
import { withdraw } from "./withdraw.ts";
import { withdrawDeposit } from "./withdrawDeposit.ts";

/** An action with client and deployment filled in. */
type Bound<action> = action extends (client: never, parameters: infer parameters) => infer result
  ? (parameters: Omit<parameters, "deployment">) => result
  : never;

type BoundAll<actions> = { [name in keyof actions]: Bound<actions[name]> };

const reads = { getTaskType, getPool, getSink, getSource, getPipeline, getDeposit, quoteStream };

const sourceWrites = {
  openStream,
  changeStream,
  closeStream,
  deposit,
  withdrawDeposit,
  signReceipt,
  syncSource,
};

const sinkWrites = {
  stake,
  registerSink,
  deregisterSink,
  requestUnstake,
  withdraw,
  signalCapacity,
  startSignalLoop,
  signAttestation,
  submitAttestations,
  submitReceipts,
  signReceipt,
  claim,
  connectPool,
};

// biome-ignore lint/suspicious/noExplicitAny: the parameters of each action are checked by `Bound`.
type AnyAction = (client: any, parameters: any) => unknown;

function bindAll<actions extends Record<string, AnyAction>>(
  actions: actions,
  deployment: Deployment,
  client: unknown,
): BoundAll<actions> {
  const bound = Object.entries(actions).map(([name, action]) => [
    name,
    (parameters: object) => action(client, { deployment, ...parameters }),
  ]);
  return Object.fromEntries(bound) as BoundAll<actions>;
}

export type ReadActions = BoundAll<typeof reads>;

export type SourceActions = BoundAll<typeof reads & typeof sourceWrites>;

export type SinkActions = BoundAll<typeof reads & typeof sinkWrites>;

/**
 * The reads as methods of a viem client.
 * @example
 * const reader = client.extend(readActions(deployment));
 * const pool = await reader.getPool({ taskTypeId });
 */
export function readActions(deployment: Deployment): (client: ReadClient) => ReadActions {
  return (client) => bindAll(reads, deployment, client);
}

/**
 * Everything that a source does, as methods of a viem client.
 * @example
 * const buyer = sourceClient.extend(sourceActions(deployment));
 * const quote = await buyer.quoteStream({ taskTypeId, source, flowRate: parseEther("0.001") });
 */
export function sourceActions(deployment: Deployment): (client: WriteClient) => SourceActions {
  return (client) => bindAll({ ...reads, ...sourceWrites }, deployment, client);
}

/**
 * Everything that a sink does, as methods of a viem client.
 * @example
 * const seller = sinkClient.extend(sinkActions(deployment));
 * const state = await seller.getSink({ taskTypeId, sink });
 */
export function sinkActions(deployment: Deployment): (client: WriteClient) => SinkActions {
  return (client) => bindAll({ ...reads, ...sinkWrites }, deployment, client);
}
