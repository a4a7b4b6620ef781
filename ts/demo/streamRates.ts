import { EPOCH, UNIT_RATE } from "./scenario.ts";
import type { Workshop } from "./workshop.ts";

/** Epochs in which a payer makes good what it has paid too little or too much. */
const CATCH_UP = 4n;

/** How fast everybody who pays should stream in the next epoch. Ask once per epoch and payer; wei per second. */
export class StreamRates {
  /** What each payer had asked for, tokens, when it last set its stream. */
  readonly #asked = new Map<string, number>();

  constructor(readonly workshop: Workshop) {}

  /** What was asked of it in the last epoch: so it pays for each request once. */
  asked(stage: number, payer: number): bigint {
    return perSecond(this.#lately(stage, payer));
  }

  /**
   * The same, and a part of what it still lacks for what waits or, if it has credit to spare, less by a part of that: so it
   * pays again for what it has paid for in vain.
   * @param held What it has streamed and neither spent nor got back, wei.
   */
  lacking(stage: number, payer: number, held: bigint): bigint {
    return perSecond(this.#lately(stage, payer) + this.workshop.missing(stage, payer, held) / CATCH_UP);
  }

  /** Wei. */
  #lately(stage: number, payer: number): bigint {
    const key = `${stage}/${payer}`;
    const asked = this.workshop.stages[stage]?.payers[payer]?.asked ?? 0;
    const lately = BigInt(asked - (this.#asked.get(key) ?? 0)) * UNIT_RATE;
    this.#asked.set(key, asked);
    return lately;
  }
}

function perSecond(perEpoch: bigint): bigint {
  return perEpoch > 0n ? perEpoch / BigInt(EPOCH) : 0n;
}
