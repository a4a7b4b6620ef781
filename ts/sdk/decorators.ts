import { getDeposit } from "./read/getDeposit.ts";
import { getPipeline } from "./read/getPipeline.ts";
import { getPool } from "./read/getPool.ts";
import { getSink } from "./read/getSink.ts";
import { getSource } from "./read/getSource.ts";
import { getTaskType } from "./read/getTaskType.ts";
import { signReceipt } from "./receipts/signReceipt.ts";
import { prepareSubmitReceipts, submitReceipts } from "./receipts/submitReceipts.ts";
import { sendPrepared } from "./sendPrepared.ts";
import { claim, prepareClaim } from "./sink/claim.ts";
import { connectPool, prepareConnectPool } from "./sink/connectPool.ts";
import { deregisterSink, prepareDeregisterSink } from "./sink/deregisterSink.ts";
import { prepareRegisterSink, registerSink } from "./sink/registerSink.ts";
import { prepareRequestUnstake, requestUnstake } from "./sink/requestUnstake.ts";
import { prepareSetProfile, setProfile } from "./sink/setProfile.ts";
import { signAttestation } from "./sink/signAttestation.ts";
import { prepareSignalCapacity, signalCapacity } from "./sink/signalCapacity.ts";
import { prepareStake, quoteStake, stake } from "./sink/stake.ts";
import { startSignalLoop } from "./sink/startSignalLoop.ts";
import { prepareSubmitAttestations, submitAttestations } from "./sink/submitAttestations.ts";
import { prepareWithdraw, withdraw } from "./sink/withdraw.ts";
import { changeStream, prepareChangeStream } from "./source/changeStream.ts";
import { closeStream, prepareCloseStream } from "./source/closeStream.ts";
import { deposit, prepareDeposit } from "./source/deposit.ts";
import { openStream, prepareOpenStream } from "./source/openStream.ts";
import { quoteStream } from "./source/quoteStream.ts";
import { prepareRequestReturn, requestReturn } from "./source/requestReturn.ts";
import { prepareSyncSource, syncSource } from "./source/syncSource.ts";
import { prepareUnwrap, unwrap } from "./source/unwrap.ts";
import { prepareWithdrawDeposit, withdrawDeposit } from "./source/withdrawDeposit.ts";
import {
  type LimitedStream,
  type WithStreamParameters,
  type WithStreamReturnType,
  withStream,
} from "./source/withStream.ts";
import { prepareWrap, wrap } from "./source/wrap.ts";
import type { Deployment, ReadClient, WriteClient } from "./types.ts";

/** An action with client and deployment filled in. */
type Bound<action> = action extends (client: never, parameters: infer parameters) => infer result
  ? (parameters: Omit<parameters, "deployment">) => result
  : never;

type BoundAll<actions> = { [name in keyof actions]: Bound<actions[name]> };

const reads = { getTaskType, getPool, getSink, getSource, getPipeline, getDeposit, quoteStream };

/** What both sides do. */
const writes = {
  sendPrepared,
  prepareSubmitReceipts,
  signReceipt,
  submitReceipts,
  prepareUnwrap,
  unwrap,
  prepareWrap,
  wrap,
};

const sourceWrites = {
  ...{ prepareOpenStream, openStream, prepareChangeStream, changeStream, prepareCloseStream, closeStream },
  ...{ prepareDeposit, deposit, prepareWithdrawDeposit, withdrawDeposit },
  ...{ prepareRequestReturn, requestReturn, prepareSyncSource, syncSource },
};

const sinkWrites = {
  ...{ quoteStake, prepareStake, stake, prepareRequestUnstake, requestUnstake, prepareWithdraw, withdraw },
  ...{ prepareRegisterSink, registerSink, prepareDeregisterSink, deregisterSink, prepareSetProfile, setProfile },
  ...{ prepareSignalCapacity, signalCapacity, startSignalLoop },
  ...{ signAttestation, prepareSubmitAttestations, submitAttestations },
  ...{ prepareClaim, claim, prepareConnectPool, connectPool },
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

/** What a client can read of pools: every read of this package, with client and deployment filled in. */
export type ReadActions = BoundAll<typeof reads>;

/** What a source reads and does, with client and deployment filled in. */
export type SourceActions = BoundAll<typeof reads & typeof writes & typeof sourceWrites> & {
  /** See `withStream`: the stream is closed whatever `use` does. */
  withStream: <result>(
    parameters: Omit<WithStreamParameters, "deployment">,
    use: (stream: LimitedStream) => Promise<result>,
  ) => Promise<WithStreamReturnType<result>>;
};

/** What a sink reads and does, with client and deployment filled in. */
export type SinkActions = BoundAll<typeof reads & typeof writes & typeof sinkWrites>;

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
  return (client) => ({
    ...bindAll({ ...reads, ...writes, ...sourceWrites }, deployment, client),
    withStream: (parameters, use) => withStream(client, { deployment, ...parameters }, use),
  });
}

/**
 * Everything that a sink does, as methods of a viem client.
 * @example
 * const seller = sinkClient.extend(sinkActions(deployment));
 * const state = await seller.getSink({ taskTypeId, sink });
 */
export function sinkActions(deployment: Deployment): (client: WriteClient) => SinkActions {
  return (client) => bindAll({ ...reads, ...writes, ...sinkWrites }, deployment, client);
}
