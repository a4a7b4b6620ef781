import { toHex } from "viem";
import { CreditBook, type Sample } from "../sdk/work/credit.ts";
import type { MarketStage } from "./market.ts";
import { EPOCH, START } from "./scenario.ts";
import type { SinkState, StageState } from "./state.ts";
import type { Workshop } from "./workshop.ts";

/** What was paid in a stage by the time of a block, in wei: what credit follows from. */
export type StageMoney = Pick<StageState, "paid" | "returned" | "spent"> & {
  sinks: readonly Pick<SinkState, "received">[];
};

/** The same of all stages. Time of the block in Unix seconds. */
export type Money = { timestamp: number; stages: readonly StageMoney[] };

/** Which part of what agents were paid is whose. Payers and agents compute it for themselves, with the same result. */
export class Credits {
  readonly #books = new Map<MarketStage, CreditBook>();

  constructor(readonly stages: readonly MarketStage[]) {
    for (const stage of stages) this.#books.set(stage, new CreditBook());
  }

  /** Looks at a block: the first of each epoch continues the accounts. */
  look(state: Money): void {
    for (const [index, stage] of this.stages.entries()) {
      const book = this.#bookOf(stage);
      const latest = book.block?.time ?? 0;
      const isNewEpoch = Math.floor(state.timestamp / EPOCH) > Math.floor(latest / EPOCH);
      if (isNewEpoch) book.take(sampleOf(stage, state.stages[index] as StageMoney, state.timestamp));
    }
  }

  /** Tells payers and agents where they stand, within the epoch provisionally. */
  tell(state: Money, workshop: Workshop): void {
    for (const [index, stage] of this.stages.entries()) {
      const book = this.#bookOf(stage);
      const sample = sampleOf(stage, state.stages[index] as StageMoney, state.timestamp);
      for (const [payer, { address: source }] of stage.sources.entries()) {
        for (const [agent, { address: sink }] of stage.sinks.entries()) {
          workshop.credit(index, payer, agent, book.provisional(sample, source, sink));
        }
      }
    }
  }

  #bookOf(stage: MarketStage): CreditBook {
    return this.#books.get(stage) as CreditBook;
  }
}

/** The chain here has no reorganisations, so a block's time names it. */
function sampleOf({ sources, sinks }: MarketStage, state: StageMoney, timestamp: number): Sample {
  const block = BigInt(timestamp - START);
  const spent = sources.map(({ address }, index) => [address, state.spent[index] ?? 0n]);
  const received = sinks.map(({ address }, index) => [address, state.sinks[index]?.received ?? 0n]);
  return {
    ...{ block, hash: toHex(block), time: timestamp, paid: state.paid },
    ...{ spent: Object.fromEntries(spent), received: Object.fromEntries(received) },
  };
}
