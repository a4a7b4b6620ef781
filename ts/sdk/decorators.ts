import { getDeposit } from "./read/getDeposit.ts";
import { getPipeline } from "./read/getPipeline.ts";
import { getPool } from "./read/getPool.ts";
import { getSink } from "./read/getSink.ts";
import { getSource } from "./read/getSource.ts";
import { getTaskType } from "./read/getTaskType.ts";
import { signReceipt } from "./receipts/signReceipt.ts";
import { submitReceipts } from "./receipts/submitReceipts.ts";
import { claim } from "./sink/claim.ts";
import { connectPool } from "./sink/connectPool.ts";
import { deregisterSink } from "./sink/deregisterSink.ts";
import { registerSink } from "./sink/registerSink.ts";
import { requestUnstake } from "./sink/requestUnstake.ts";
import { setProfile } from "./sink/setProfile.ts";
import { signAttestation } from "./sink/signAttestation.ts";
import { signalCapacity } from "./sink/signalCapacity.ts";
import { stake } from "./sink/stake.ts";
import { startSignalLoop } from "./sink/startSignalLoop.ts";
import { submitAttestations } from "./sink/submitAttestations.ts";
import { withdraw } from "./sink/withdraw.ts";
import { changeStream } from "./source/changeStream.ts";
import { closeStream } from "./source/closeStream.ts";
import { deposit } from "./source/deposit.ts";
import { openStream } from "./source/openStream.ts";
import { quoteStream } from "./source/quoteStream.ts";
import { requestReturn } from "./source/requestReturn.ts";
import { syncSource } from "./source/syncSource.ts";
import { withdrawDeposit } from "./source/withdrawDeposit.ts";
import type { Deployment, ReadClient, WriteClient } from "./types.ts";

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
  requestReturn,
  signReceipt,
  syncSource,
};

const sinkWrites = {
  stake,
  registerSink,
  setProfile,
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
