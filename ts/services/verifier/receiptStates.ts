import { encodeEventTopics, type Hex, type RpcLog, slice } from "viem";
import { capacityRegistryAbi, completionTrackerAbi, stakeManagerAbi } from "../../abi/generated.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import { read } from "../../sdk/internal/call.ts";
import type { SignedReceipt } from "../../sdk/receipts/receiptBook.ts";
import type { ChainContext } from "../intake/chain.ts";
import { FollowedStates } from "../intake/followedStates.ts";

/** What decides about a receipt beside its signatures. */
export type ReceiptView = {
  /** What counts of its work so far, wei. */
  completed: bigint;
  /** Whether its sink is registered, or gone and still liable with what it unbonds. */
  bonded: boolean;
  /** Whether its source has ever streamed to the pool. */
  streamed: boolean;
};

type Place = Pick<SignedReceipt, "taskTypeId" | "source" | "sink">;

const [ACKNOWLEDGED] = encodeEventTopics({ abi: completionTrackerAbi, eventName: "Acknowledged" }) as [Hex];

/** After these a sink may have no bond any more. */
const LEAVING = [
  ...encodeEventTopics({ abi: capacityRegistryAbi, eventName: "SinkDeregistered" }),
  ...(["Withdrawn", "Slashed", "Charged"] as const).flatMap((eventName) =>
    encodeEventTopics({ abi: stakeManagerAbi, eventName }),
  ),
] as Hex[];

/** What the chain has of receipts, sinks and sources. */
export class ReceiptStates {
  readonly #context: ChainContext;
  /** Completed work in wei; of bonds and streams 1 for yes and 0 for no. Who has once streamed always has. */
  readonly #states: FollowedStates<bigint>;

  constructor(context: ChainContext) {
    this.#context = context;
    const { client, headOf, deployment } = context;
    const { capacityRegistry, completionTracker, stakeManager } = deployment;
    const addresses = [capacityRegistry, completionTracker, stakeManager];
    const topics = [ACKNOWLEDGED, ...LEAVING];
    this.#states = new FollowedStates({ client, headOf, addresses, topics, changesOf });
  }

  /** What is known without asking for it, as of the latest block; undefined if a part of it is not. */
  async known(place: Place): Promise<ReceiptView | undefined> {
    const keys = keysOf(place);
    const known = await Promise.all([keys.completed, keys.bonded, keys.streamed].map((key) => this.#states.known(key)));
    const [completed, bonded, streamed] = known;
    if (completed === undefined || bonded === undefined || streamed === undefined) return undefined;
    return { completed, bonded: bonded > 0n, streamed: streamed > 0n };
  }

  /** What the chain says now. @throws If it cannot be asked. */
  async read(place: Place): Promise<ReceiptView> {
    const { client, deployment } = this.#context;
    const { taskTypeId, source, sink } = place;
    const { completionTracker, escrowBuffer } = contractsOf(deployment);
    const keys = keysOf(place);
    const [completed, bonded, streamed] = await Promise.all([
      this.#states.read(keys.completed, () => read(client, completionTracker.completedOf(taskTypeId, source, sink))),
      this.#states.read(keys.bonded, async () => ((await this.#isBonded(place)) ? 1n : 0n)),
      this.#states.read(keys.streamed, async () => {
        return (await read(client, escrowBuffer.streamedOf(taskTypeId, source))) > 0n ? 1n : 0n;
      }),
    ]);
    return { completed, bonded: bonded > 0n, streamed: streamed > 0n };
  }

  async #isBonded({ taskTypeId, sink }: Place): Promise<boolean> {
    const { client, deployment } = this.#context;
    const { capacityRegistry, stakeManager } = contractsOf(deployment);
    const [{ registered }, [stake, unbonding]] = await Promise.all([
      read(client, capacityRegistry.sinkOf(taskTypeId, sink)),
      read(client, stakeManager.bondOf(taskTypeId, sink)),
    ]);
    return registered || stake > 0n || unbonding > 0n;
  }
}

/** What is known to be no more is read anew: nothing else can become true by itself. */
function changesOf({ topics }: RpcLog): { key: string }[] {
  const [event, taskTypeId, first, second = first] = topics as unknown as readonly [Hex, Hex, Hex, Hex?];
  if (event !== ACKNOWLEDGED) return [{ key: bondedKey(taskTypeId, slice(first, 12)) }];
  return [{ key: completedKey({ taskTypeId, source: slice(first, 12), sink: slice(second, 12) }) }];
}

const completedKey = ({ taskTypeId, source, sink }: Place): string =>
  `completed/${taskTypeId}/${source}/${sink}`.toLowerCase();
const bondedKey = (taskTypeId: Hex, sink: Hex): string => `bonded/${taskTypeId}/${sink}`.toLowerCase();

const keysOf = (place: Place): { completed: string; bonded: string; streamed: string } => ({
  completed: completedKey(place),
  bonded: bondedKey(place.taskTypeId, place.sink),
  streamed: `streamed/${place.taskTypeId}/${place.source}`.toLowerCase(),
});
