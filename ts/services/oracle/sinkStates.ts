import { type Address, encodeEventTopics, type Hex, type RpcLog, slice } from "viem";
import { getBlock } from "viem/actions";
import { capacityRegistryAbi } from "../../abi/generated.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import { read } from "../../sdk/internal/call.ts";
import type { Deployment } from "../../sdk/types.ts";
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
  /** Time of its latest signal, Unix seconds, or a little later: an event does not say. */
  signalledAt: number;
  /** The chain's time, Unix seconds. */
  now: number;
};

type State = Pick<SinkView, "registered" | "signalledAt">;

const [SIGNALLED, ...CHANGED] = (["CapacitySignalled", "SinkRegistered", "SinkDeregistered"] as const).map(
  (eventName) => encodeEventTopics({ abi: capacityRegistryAbi, eventName })[0],
) as [Hex, ...Hex[]];

/** What the registry knows of sinks. */
export class SinkStates {
  readonly #parameters: SinkStatesParameters;
  readonly #states: FollowedStates<State>;
  #time: Promise<number> | undefined;

  constructor(parameters: SinkStatesParameters) {
    this.#parameters = parameters;
    const { client, deployment, headOf } = parameters;
    const from = { addresses: [deployment.capacityRegistry], topics: [SIGNALLED, ...CHANGED] };
    this.#states = new FollowedStates({ client, headOf, ...from, changeOf });
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

function changeOf({ topics }: RpcLog, head: Head): { key: string; state?: State } {
  const [event, taskTypeId, sink] = topics as unknown as readonly [Hex, Hex, Hex];
  const key = keyOf(taskTypeId, slice(sink, 12));
  return event === SIGNALLED ? { key, state: { registered: true, signalledAt: Number(head.timestamp) } } : { key };
}

const keyOf = (taskTypeId: Hex, sink: Address): string => `${taskTypeId}/${sink}`.toLowerCase();
