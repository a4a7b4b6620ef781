import { type Address, type Hex, zeroHash } from "viem";

/** An event of the protocol or of Superfluid's distribution agreement. */
export type DirectoryEvent = {
  name: string;
  args: Record<string, unknown>;
  blockNumber: bigint;
  logIndex: number;
  /** Unix seconds; not every endpoint says. */
  blockTimestamp: number | undefined;
};

/** Where in the chain an event is; later events have higher positions. Exact for a billion blocks. */
export function positionOf({ blockNumber, logIndex }: Pick<DirectoryEvent, "blockNumber" | "logIndex">): number {
  return Number(blockNumber) * POSITIONS_PER_BLOCK + logIndex;
}

/** The block of a position. */
export function blockOf(position: number): bigint {
  return BigInt(Math.floor(position / POSITIONS_PER_BLOCK));
}

const POSITIONS_PER_BLOCK = 1_000_000;

export type SourceEntry = {
  /** Position of the latest change of its stream. */
  changed: number;
  /** When that was, Unix seconds; undefined if nobody has said yet. */
  changedAt: number | undefined;
  /** What it has streamed since then, wei per second. */
  flowRate: bigint;
  /** Position of its latest synchronisation; 0 for none. */
  synced: number;
  /** When that was, Unix seconds; undefined if nobody has said yet. */
  syncedAt: number | undefined;
  /** When the part of the escrow that it asked for returns, Unix seconds. */
  returnsAt: number | undefined;
  /** When to read it again to see how long its balance lasts, Unix seconds; undefined for at once. */
  readAgainAt: number | undefined;
  /** The value of `changed` at which it was found too small to be worth a transaction. */
  dismissed: number | undefined;
};

export type TaskTypeEntry = {
  taskTypeId: Hex;
  distributionPool: Address | undefined;
  sinks: Set<Address>;
  /** Sinks that have left and may still be liable with what they unbond. */
  left: Set<Address>;
  sources: Map<Address, SourceEntry>;
  /** Until when there is no reason to settle or judge a sink, Unix seconds; those that are left out are looked at. */
  readAgain: Map<Address, number>;
  /** What was deposited or donated since it was last looked at, wei. */
  given: bigint;
  /** The epoch in which it was last released. */
  releasedIn: number | undefined;
  /** The task type behind it in a pipeline. */
  downstream: Hex | undefined;
};

/**
 * Who there is: task types, their sinks and sources, how they are linked. Learned from events, kept in memory, and good
 * for nothing but knowing where to look: every decision rests on what the contracts say then.
 */
export class Directory {
  readonly taskTypes = new Map<Hex, TaskTypeEntry>();
  readonly #byPool = new Map<Address, TaskTypeEntry>();
  #touched = new Set<Hex>();

  /** @param serves Which task types to keep; others are not remembered. */
  constructor(readonly serves: (taskTypeId: Hex, superToken: Address) => boolean = () => true) {}

  /** Distribution pools of all task types. */
  get pools(): Address[] {
    return [...this.#byPool.keys()];
  }

  /** How many sinks, or sources, all task types have. */
  count(kind: "sinks" | "sources"): number {
    return [...this.taskTypes.values()].reduce((sum, entry) => sum + entry[kind].size, 0);
  }

  /** Task types that events have concerned since the last call. */
  takeTouched(): Set<Hex> {
    const touched = this.#touched;
    this.#touched = new Set();
    return touched;
  }

  /**
   * Takes an event into account. Events may come more than once and, near the head, may turn out never to have happened.
   * @param final Whether no reorganisation will reach it; only then has a sink left.
   */
  apply(event: DirectoryEvent, final: boolean): void {
    const { name, args } = event;
    if (name === "FlowDistributionUpdated") this.#streamChanged(event);
    if (name === "TaskTypeRegistered")
      this.#register(args.taskTypeId as Hex, args.parameters as { superToken: Address });
    const entry = this.taskTypes.get((args.taskTypeId ?? args.upstream) as Hex);
    if (entry === undefined) return;
    this.#touch(entry);
    if (name === "PoolOpened") this.#open(entry, args.distributionPool as Address);
    if (name === "SinkRegistered") moveTo(entry.sinks, entry.left, args.sink as Address);
    if (name === "SinkDeregistered" && final) moveTo(entry.left, entry.sinks, args.sink as Address);
    if (name === "DownstreamSet")
      entry.downstream = args.downstream === zeroHash ? undefined : (args.downstream as Hex);
    if (name === "SourceSynced") this.#synced(entry, args.source as Address, event);
    if (name === "Deposited" || name === "Donated") entry.given += args.amount as bigint;
    if (name === "ReturnRequested") this.#source(entry, args.source as Address).returnsAt = Number(args.returnsAt);
  }

  #register(taskTypeId: Hex, { superToken }: { superToken: Address }): void {
    if (this.taskTypes.has(taskTypeId) || !this.serves(taskTypeId, superToken)) return;
    this.taskTypes.set(taskTypeId, {
      ...{ taskTypeId, distributionPool: undefined, downstream: undefined, given: 0n, releasedIn: undefined },
      ...{
        readAgain: new Map<Address, number>(),
        sinks: new Set<Address>(),
        left: new Set<Address>(),
        sources: new Map<Address, SourceEntry>(),
      },
    });
  }

  #open(entry: TaskTypeEntry, distributionPool: Address): void {
    entry.distributionPool = distributionPool;
    this.#byPool.set(distributionPool, entry);
  }

  #streamChanged(event: DirectoryEvent): void {
    const entry = this.#byPool.get(event.args.pool as Address);
    if (entry === undefined) return;
    this.#touch(entry);
    const source = this.#source(entry, event.args.distributor as Address);
    const position = positionOf(event);
    if (position <= source.changed) return;
    source.changed = position;
    source.changedAt = event.blockTimestamp;
    source.flowRate = event.args.newDistributorToPoolFlowRate as bigint;
  }

  #synced(entry: TaskTypeEntry, account: Address, event: DirectoryEvent): void {
    const source = this.#source(entry, account);
    const position = positionOf(event);
    if (position < source.synced) return;
    source.synced = position;
    source.syncedAt = event.blockTimestamp;
  }

  #source({ sources }: TaskTypeEntry, account: Address): SourceEntry {
    const known = sources.get(account);
    if (known !== undefined) return known;
    const source: SourceEntry = {
      ...{ changed: 0, changedAt: undefined, flowRate: 0n, synced: 0, syncedAt: undefined },
      ...{ returnsAt: undefined, dismissed: undefined, readAgainAt: undefined },
    };
    sources.set(account, source);
    return source;
  }

  /** Pressure goes upstream: what concerns a stage concerns those that feed it. */
  #touch(entry: TaskTypeEntry): void {
    this.#touched.add(entry.taskTypeId);
    for (const { taskTypeId, downstream } of this.taskTypes.values()) {
      if (downstream === entry.taskTypeId) this.#touched.add(taskTypeId);
    }
  }
}

function moveTo(to: Set<Address>, from: Set<Address>, account: Address): void {
  from.delete(account);
  to.add(account);
}
