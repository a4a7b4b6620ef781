import { type Address, isAddressEqual, parseEventLogs } from "viem";
import { iGeneralDistributionAgreementV1Abi } from "../../abi/generated.ts";
import { prepared } from "../calls/callsOf.ts";
import { gdaAt } from "../calls/contracts.ts";
import { changeStreamCall, type Operation } from "../calls/superfluid.ts";
import type { PreparedCall, ReadClient, Sent, TaskTypeParameter } from "../types.ts";
import { read } from "./call.ts";
import { readerFor } from "./reader.ts";
import { getGda } from "./superfluid.ts";
import { withTaskType } from "./withTaskType.ts";

export type SetStreamReturnType = Sent & {
  /** What really streams now, as the chain says, wei per second. */
  flowRate: bigint;
};

/** A stream into a task type's pool, and by which contracts it goes. */
export type StreamPath = { gda: Address; superToken: Address; distributionPool: Address };

/** What sets a stream, as `changeStreamCall` describes it. */
export function streamCalls(
  { deployment, taskTypeId, flowRate }: TaskTypeParameter & { flowRate: bigint },
  { gda, superToken, distributionPool }: StreamPath,
  source: Address,
  before: readonly Operation[] = [],
): PreparedCall[] {
  const stream = { gda, superToken, distributionPool, taskTypeId, source, flowRate };
  return prepared(changeStreamCall(deployment, stream, before));
}

/** The stream of a source as it is now; a rate of 0 for none. */
export async function readStream(from: ReadClient, parameters: TaskTypeParameter, source: Address) {
  const client = readerFor(from, parameters);
  const [{ superToken, distributionPool }, gda] = await withTaskType(client, parameters, () =>
    getGda(client, parameters.deployment),
  );
  const [, flowRate, streamDeposit] = await read(client, gdaAt(gda).getFlow(superToken, source, distributionPool));
  return { gda, superToken, distributionPool, flowRate, streamDeposit };
}

/** What was sent, and the rate that came of it. */
export function withRate(sent: Sent, source: Address): SetStreamReturnType {
  const abi = iGeneralDistributionAgreementV1Abi;
  const changes = parseEventLogs({ abi, eventName: "FlowDistributionUpdated", logs: sent.receipt.logs });
  const change = changes.findLast(({ args }) => isAddressEqual(args.distributor, source));
  return { ...sent, flowRate: change?.args.newDistributorToPoolFlowRate ?? 0n };
}
