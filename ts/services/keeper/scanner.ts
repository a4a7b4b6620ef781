import { type Hex, hexToBigInt, numberToHex } from "viem";
import { min } from "../../core/bigints.ts";
import { LogRange } from "../../core/logRange.ts";
import { classifyRpcError } from "../../core/rpcErrors.ts";
import type { Endpoints } from "../runtime/endpoints.ts";
import type { Logger } from "../runtime/logger.ts";
import type { RpcCall } from "../runtime/rpcBatch.ts";
import { Checkpoints, SPACING } from "./checkpoints.ts";
import { type Directory, type DirectoryEvent, positionOf } from "./directory.ts";
import { decode, type EventSources, everything, protocolEvents, type RawLog, streamEvents } from "./events.ts";

export type ScannerParameters = EventSources & {
  endpoints: Pick<Endpoints, "together">;
  directory: Directory;
  log: Logger;
  /** The deployment's block: no event is older. */
  firstBlock: bigint;
  /** Most blocks to ask an endpoint for at once. */
  blocksPerQuery: bigint;
  interrupted: AbortSignal;
  /** Hears of every step of a long way. */
  onProgress: () => void;
};

type Block = { number: Hex; hash: Hex };

/** Where a chain does not say what is final: no reorganisation goes deeper. Two minutes on Base. */
const REORGANISATION_DEPTH = 64n;

/** In so few blocks other people's streams are few, and one query is enough for everything. */
const FEW = 100n;

/**
 * Reads events into a directory, every block once. It goes no further than the endpoint that served the events has blocks,
 * whatever head was claimed; and it goes back to where the chain is still the one that was read: at once when the head falls
 * behind, otherwise within 64 blocks.
 */
export class Scanner {
  readonly #parameters: ScannerParameters;
  readonly #checkpoints = new Checkpoints();
  readonly #range: LogRange;
  /** Sinks that have left, if no reorganisation brings them back; by the position of the event. */
  readonly #leavers = new Map<number, DirectoryEvent>();
  #read: bigint;
  #final: bigint;
  /** The head at which the latest checkpoint was last held against the chain. */
  #checkedAt: bigint | undefined;
  #knowsFinal = true;
  #waits: { since: number; for: bigint } | undefined;

  constructor(parameters: ScannerParameters) {
    this.#parameters = parameters;
    this.#range = new LogRange(parameters.blocksPerQuery);
    this.#read = this.#final = parameters.firstBlock - 1n;
  }

  /** The last block whose events are in the directory. */
  get read(): bigint {
    return this.#read;
  }

  /** The block that no endpoint has although it was claimed as the head, and since when, milliseconds. */
  get waits(): { since: number; for: bigint } | undefined {
    return this.#waits;
  }

  /** Brings the directory up to a block, or as far as an endpoint has it. May be called again after an error. */
  async scan(head: bigint): Promise<void> {
    const due = this.#read > head || this.#checkedAt === undefined || head >= this.#checkedAt + SPACING;
    if (due) await this.#rewind();
    let goesOn = true;
    while (goesOn && this.#read < head) {
      this.#parameters.interrupted.throwIfAborted();
      goesOn = await this.#step(head);
    }
    if (due && goesOn) await this.#settle(head);
  }

  /** @returns Whether there was an endpoint that has the blocks. */
  async #step(head: bigint): Promise<boolean> {
    const { log, onProgress } = this.#parameters;
    const from = this.#read + 1n;
    const { to, answer: block } = await this.#range.ask(from, head, (last) => this.#readBlocks(from, last, head));
    if (block === undefined) {
      if (this.#waits === undefined)
        log.warn({ claimed: head }, "no endpoint has the block that was claimed as the head");
      this.#waits = { since: this.#waits?.since ?? Date.now(), for: head };
      return false;
    }
    this.#waits = undefined;
    this.#read = to;
    this.#checkpoints.add({ number: to, hash: block.hash });
    if (to < head) log.debug({ block: to, of: head }, "events read");
    onProgress();
    return true;
  }

  /** @returns The last block, from the endpoint that has answered; undefined if none has it. */
  async #readBlocks(from: bigint, to: bigint, head: bigint): Promise<Block | undefined> {
    const { directory } = this.#parameters;
    const blocks = { from, to };
    const what = to + REORGANISATION_DEPTH > head ? "news" : "structure";
    if (to - from < FEW) return this.#ask([everything(this.#parameters, what, blocks)], to);
    const last = await this.#ask([protocolEvents(this.#parameters, what, blocks)], to);
    // After the events of the protocol: they tell which pools there are.
    const streams = streamEvents(this.#parameters, directory.pools, blocks);
    return last === undefined || streams.length === 0 ? last : this.#ask(streams, to, last.hash);
  }

  async #ask(queries: RpcCall[], to: bigint, hash?: Hex): Promise<Block | undefined> {
    const { endpoints } = this.#parameters;
    const has = (block: unknown): boolean => {
      return block !== null && (hash === undefined || (block as Block).hash === hash);
    };
    const answers = await endpoints.together([blockCall(to), ...queries], has);
    if (answers === undefined) return undefined;
    const [block, ...logs] = answers as [Block, ...RawLog[][]];
    const events = logs.flat().flatMap((raw) => decode(raw) ?? []);
    const isStream = ({ name }: DirectoryEvent): boolean => name === "FlowDistributionUpdated";
    // What opens a pool comes before what streams into it.
    for (const event of events) if (!isStream(event)) this.#apply(event);
    for (const event of events) if (isStream(event)) this.#apply(event);
    return block;
  }

  #apply(event: DirectoryEvent): void {
    if (event.name === "SinkDeregistered") this.#leavers.set(positionOf(event), event);
    this.#parameters.directory.apply(event, false);
  }

  /** Back to the last block that was read and still is of the chain. */
  async #rewind(): Promise<void> {
    const { endpoints, firstBlock, log } = this.#parameters;
    for (let last = this.#checkpoints.last; last !== undefined; last = this.#checkpoints.last) {
      const answers = await endpoints.together([blockCall(last.number)]);
      if ((answers?.[0] as Block | null | undefined)?.hash === last.hash) break;
      this.#checkpoints.drop();
    }
    const read = this.#checkpoints.last?.number ?? firstBlock - 1n;
    if (read === this.#read) return;
    log.warn({ from: this.#read, to: read }, "the chain is not what it was: reading events again");
    this.#read = read;
    this.#final = min(this.#final, read);
    for (const [position, { blockNumber }] of this.#leavers) if (blockNumber > read) this.#leavers.delete(position);
  }

  /** Lets go who has left for good. */
  async #settle(head: bigint): Promise<void> {
    this.#checkedAt = head;
    if (this.#leavers.size === 0) return;
    const { directory } = this.#parameters;
    const final = min((await this.#finalBlock()) ?? head - REORGANISATION_DEPTH, this.#read);
    if (final > this.#final) this.#final = final;
    for (const [position, event] of this.#leavers) {
      if (event.blockNumber > this.#final) continue;
      directory.apply(event, true);
      this.#leavers.delete(position);
    }
  }

  /** As the chain itself says; undefined where nobody does. */
  async #finalBlock(): Promise<bigint | undefined> {
    if (!this.#knowsFinal) return undefined;
    try {
      const call = { method: "eth_getBlockByNumber", params: ["finalized", false] };
      const [block] = (await this.#parameters.endpoints.together([call])) ?? [];
      return block == null ? undefined : hexToBigInt((block as { number: Hex }).number);
    } catch (error) {
      if (classifyRpcError(error) === "answered") this.#knowsFinal = false;
      return undefined;
    }
  }
}

const blockCall = (number: bigint): RpcCall => ({
  method: "eth_getBlockByNumber",
  params: [numberToHex(number), false],
});
