import { type Address, decodeEventLog, type Hex, isAddressEqual, toEventSelector } from "viem";
import { iGeneralDistributionAgreementV1Abi } from "../abi/generated.ts";
import type { MinedBlock } from "../localchain/localChain.ts";

/** One stream, from the last time it changed. */
type Stream = { rate: bigint; since: number; before: bigint };

const eventAbi = iGeneralDistributionAgreementV1Abi.filter(
  (item) => item.type === "event" && item.name === "FlowDistributionUpdated",
);

const SELECTORS = new Set<Hex | undefined>(eventAbi.map((item) => toEventSelector(item)));

/**
 * What everybody has streamed, to the wei: the rates of Superfluid's FlowDistributionUpdated events, times the time for
 * which each was in force. It is the one side of I1 that no contract keeps.
 */
export class StreamLedger {
  readonly #streams = new Map<string, Stream>();
  readonly #changedAt = new Map<string, number>();
  readonly #flow = new Map<string, bigint>();

  /** @param agreement Superfluid's General Distribution Agreement; events of others do not count. */
  constructor(readonly agreement: Address) {}

  /** Takes the events of a block into account. Blocks come in order. */
  record({ timestamp, logs }: MinedBlock): void {
    for (const log of logs) {
      if (!SELECTORS.has(log.topics[0]) || !isAddressEqual(log.address, this.agreement)) continue;
      const { args } = decodeEventLog({ abi: eventAbi, topics: log.topics, data: log.data });
      this.setStream(args.pool, args.distributor, args.newDistributorToPoolFlowRate, timestamp);
      this.#setFlow(args.pool, args.newTotalDistributionFlowRate, timestamp);
    }
  }

  /** A stream has another rate (wei per second) from `timestamp` (Unix seconds) on. */
  setStream(pool: Address, source: Address, rate: bigint, timestamp: number): void {
    const before = this.streamedBy(pool, source, timestamp);
    this.#streams.set(keyOf(pool, source), { rate, since: timestamp, before });
  }

  /** Wei that a source has streamed into a pool up to `timestamp`, Unix seconds. */
  streamedBy(pool: Address, source: Address, timestamp: number): bigint {
    return amountOf(this.#streams.get(keyOf(pool, source)), timestamp);
  }

  /** Wei that all sources have streamed into a pool up to `timestamp`, Unix seconds. */
  streamed(pool: Address, timestamp: number): bigint {
    const prefix = keyOf(pool, "0x");
    let sum = 0n;
    for (const [key, stream] of this.#streams) if (key.startsWith(prefix)) sum += amountOf(stream, timestamp);
    return sum;
  }

  /** Rate of a stream, wei per second. */
  rateOf(pool: Address, source: Address): bigint {
    return this.#streams.get(keyOf(pool, source))?.rate ?? 0n;
  }

  /** When the sources last changed what flows into a pool, Unix seconds; undefined if never. */
  changedAt(pool: Address): number | undefined {
    return this.#changedAt.get(pool.toLowerCase());
  }

  #setFlow(pool: Address, flow: bigint, timestamp: number): void {
    const key = pool.toLowerCase();
    if (this.#flow.get(key) === flow) return;
    this.#flow.set(key, flow);
    this.#changedAt.set(key, timestamp);
  }
}

function amountOf(stream: Stream | undefined, timestamp: number): bigint {
  return stream === undefined ? 0n : stream.before + stream.rate * BigInt(timestamp - stream.since);
}

function keyOf(pool: Address, source: string): string {
  return `${pool}/${source}`.toLowerCase();
}

/** Where the streamed money is. All in wei. */
export type Totals = {
  streamed: bigint;
  /** Taken from bonds, into the escrow buffers. */
  slashed: bigint;
  /** By sinks. */
  received: bigint;
  /** In the escrow buffers. */
  escrow: bigint;
  /** To the sources. */
  returned: bigint;
  fee: bigint;
  /** What Superfluid could not split evenly, at the pools' admin: nobody's. */
  dust: bigint;
};

/** I1: what is missing if it is above zero, what came from nowhere if it is below. Wei. */
export function missing({ streamed, slashed, received, escrow, returned, fee, dust }: Totals): bigint {
  return streamed + slashed - received - escrow - returned - fee - dust;
}
