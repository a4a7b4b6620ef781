import { decodeEventLog, isAddressEqual, toEventSelector } from "viem";
import { escrowBufferAbi } from "../abi/generated.ts";
import type { MinedBlock } from "../localchain/localChain.ts";
import type { Market } from "./market.ts";

type Drain = { timestamp: number; stage: number; wei: bigint };

const eventAbi = escrowBufferAbi.filter((item) => item.type === "event" && item.name === "Drained");
const [DRAINED] = eventAbi.map((item) => toEventSelector(item));

/** What the escrows paid to the agents, from their events. */
export class Drains {
  readonly #all: Drain[] = [];

  constructor(readonly market: Market) {}

  /** Takes the events of a block into account. Blocks come in order. */
  record({ timestamp, logs }: MinedBlock): void {
    const { protocol, stages } = this.market;
    for (const log of logs) {
      if (log.topics[0] !== DRAINED || !isAddressEqual(log.address, protocol.escrowBuffer)) continue;
      const { args } = decodeEventLog({ abi: eventAbi, topics: log.topics, data: log.data });
      const stage = stages.findIndex(({ id }) => id === args.taskTypeId);
      this.#all.push({ timestamp, stage, wei: args.fromOverflow + args.fromDeposits });
    }
  }

  /** Wei that the escrow of a stage paid after `timestamp`, Unix seconds. */
  since(stage: number, timestamp: number): bigint {
    let sum = 0n;
    for (let index = this.#all.length - 1; index >= 0; index--) {
      const drain = this.#all[index] as Drain;
      if (drain.timestamp <= timestamp) break;
      if (drain.stage === stage) sum += drain.wei;
    }
    return sum;
  }
}
