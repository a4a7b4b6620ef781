import { type Address, decodeEventLog, isAddressEqual, toEventSelector } from "viem";
import { stakeManagerAbi } from "../abi/generated.ts";
import type { MinedBlock } from "../localchain/localChain.ts";
import type { Frame } from "./frame.ts";
import type { Market } from "./market.ts";
import { DEAD, DYING, LIAR, START, type Timeline } from "./scenario.ts";

/** A sink lost a part of its bond. */
export type Slash = {
  /** Unix seconds. */
  timestamp: number;
  stage: number;
  /** Index of the sink in its stage. */
  agent: number;
  wei: bigint;
};

const eventAbi = stakeManagerAbi.filter((item) => item.type === "event" && item.name === "Slashed");
const [SLASHED] = eventAbi.map((item) => toEventSelector(item));

/** All slashes, from the stake manager's events. */
export class Slashes {
  readonly all: Slash[] = [];

  constructor(readonly market: Market) {}

  /** Takes the events of a block into account. Blocks come in order. */
  record({ timestamp, logs }: MinedBlock): void {
    const { protocol, stages } = this.market;
    for (const log of logs) {
      if (log.topics[0] !== SLASHED || !isAddressEqual(log.address, protocol.stakeManager)) continue;
      const { args } = decodeEventLog({ abi: eventAbi, topics: log.topics, data: log.data });
      const stage = stages.findIndex(({ id }) => id === args.taskTypeId);
      const agent = stages[stage]?.sinks.findIndex(({ address }) => isAddressEqual(address, args.sink as Address));
      this.all.push({ timestamp, stage, agent: agent ?? -1, wei: args.amount });
    }
  }

  /** What the sinks of a stage have lost so far, wei; only one of them if it is given. */
  of(stage: number, agent?: number): bigint {
    return this.all
      .filter((slash) => slash.stage === stage && (agent === undefined || slash.agent === agent))
      .reduce((sum, { wei }) => sum + wei, 0n);
  }
}

/** How long a sink that was dead or lied may still be slashed for it, seconds. */
const LATER = 1800;

/** Whether a slash hit a sink that has delivered, as it said, for long: a visitor decides who does not. */
export function hitsHonestVisited({ timestamp, stage, agent }: Slash, frames: readonly Frame[]): boolean {
  const at = timestamp - START;
  const lately = frames.filter(({ sample }) => sample.at > at - LATER && sample.at <= at);
  return lately.every(({ stages }) => stages[stage]?.conduct[agent] === "honest");
}

/** Whether a slash hit a sink that delivers what it is paid for. */
export function hitsHonest({ timestamp, stage, agent }: Slash, { death, revival }: Timeline): boolean {
  const is = (other: { stage: number; agent: number }): boolean => other.stage === stage && other.agent === agent;
  const dead = is(DYING) && timestamp > START + death && timestamp <= START + revival;
  return !dead && !is(DEAD) && !is(LIAR);
}
