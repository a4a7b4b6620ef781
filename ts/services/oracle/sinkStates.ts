import { type Address, decodeAbiParameters, encodeEventTopics, type Hex, type RpcLog, slice } from "viem";
import { getBlock } from "viem/actions";
import { capacityRegistryAbi } from "../../abi/generated.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import { read } from "../../sdk/internal/call.ts";
import type { Deployment } from "../../sdk/types.ts";
import { unpackSignals } from "../../sdk/utils/packedAttestations.ts";
import { FollowedStates } from "../intake/followedStates.ts";
import type { ServiceClient } from "../runtime/client.ts";
import type { Head } from "../runtime/heads.ts";

export type SinkStatesParameters = {
  client: ServiceClient;
  deployment: Deployment;
  /** The latest block that is known; undefined if none is. */
  headOf: () => Head | undefined;
};

/** What decides about an attestation beside its signature. */
export type SinkView = {
  registered: boolean;
  /** Time of its latest signal, Unix seconds, or a little later: the event of a single one does not say. */
  signalledAt: number;
  /** The chain's time, Unix seconds. */
  now: number;
};

type State = Pick<SinkView, "registered" | "signalledAt">;

const TOPICS = (["CapacitySignalled", "CapacitiesSignalled", "SinkRegistered", "SinkDeregistered"] as const).map(
  (eventName) => encodeEventTopics({ abi: capacityRegistryAbi, eventName })[0],
) as [Hex, Hex, ...Hex[]];
const [SIGNALLED, BATCH_SIGNALLED] = TOPICS;

/** What the registry knows of sinks. */
export class SinkStates {
  readonly #parameters: SinkStatesParameters;
  readonly #states: FollowedStates<State>;
  #time: Promise<number> | undefined;

  constructor(parameters: SinkStatesParameters) {
    this.#parameters = parameters;
    const { client, deployment, headOf } = parameters;
    const from = { addresses: [deployment.capacityRegistry], topics: TOPICS };
    this.#states = new FollowedStates({ client, headOf, ...from, changesOf });
  }

  /** What is known of a sink without asking for it, as of the latest block. */
  async known(taskTypeId: Hex, sink: Address): Promise<SinkView | undefined> {
    const head = this.#parameters.headOf();
    const state = await this.#states.known(keyOf(taskTypeId, sink));
    return head === undefined || state === undefined ? undefined : { ...state, now: Number(head.timestamp) };
  }

  /** What the chain says of a sink now. @throws If it cannot be asked. */
  async read(taskTypeId: Hex, sink: Address): Promise<SinkView> {
    const { client, deployment } = this.#parameters;
    const view = contractsOf(deployment).capacityRegistry.sinkOf(taskTypeId, sink);
    // Many are read at once, and the time is the same for all.
    this.#time ??= getBlock(client)
      .then(({ timestamp }) => Number(timestamp))
      .finally(() => {
        this.#time = undefined;
      });
    const state = this.#states.read(keyOf(taskTypeId, sink), async () => {
      const { registered, signalledAt } = await read(client, view);
      return { registered, signalledAt };
    });
    const [known, now] = await Promise.all([state, this.#time]);
    return { ...known, now };
  }
}

function changesOf({ topics, data }: RpcLog, head: Head): { key: string; state?: State }[] {
  const [event, taskTypeId, sink = "0x"] = topics as unknown as readonly [Hex, Hex, Hex?];
  if (event === BATCH_SIGNALLED) {
    const [signals] = decodeAbiParameters([{ type: "bytes" }], data);
    return unpackSignals(signals).map(({ sink, issuedAt: signalledAt }) => {
      return { key: keyOf(taskTypeId, sink), state: { registered: true, signalledAt } };
    });
  }
  const key = keyOf(taskTypeId, slice(sink, 12));
  if (event !== SIGNALLED) return [{ key }];
  return [{ key, state: { registered: true, signalledAt: Number(head.timestamp) } }];
}

const keyOf = (taskTypeId: Hex, sink: Address): string => `${taskTypeId}/${sink}`.toLowerCase();
