import type { Address } from "viem";
import { DistributionPool } from "../../model/distribution.ts";
import type { StageMoney } from "../credits.ts";
import { type MarketStage, OPENING } from "../market.ts";
import type { AgentPlan } from "../scenario.ts";
import { type Split, unitsOf } from "./rules.ts";
import type { StagePool, StageTotals } from "./stagePool.ts";

/**
 * A stage without the protocol: a plain distribution pool of Superfluid, in exact integers, whose units are set once. Nobody
 * listens to signals or receipts, nothing waits, nothing returns, nobody is slashed.
 */
export class PlainPool implements StagePool {
  readonly #stage: Omit<MarketStage, "distributionPool">;
  readonly #pool = new DistributionPool<Address>(BigInt(OPENING.registered));

  constructor(stage: Omit<MarketStage, "distributionPool">, split: Exclude<Split, "protocol">) {
    this.#stage = stage;
    stage.sinks.forEach(({ address }, index) => {
      this.#pool.setUnits(address, unitsOf(split, stage.plan.agents[index] as AgentPlan), BigInt(OPENING.joined));
    });
  }

  setStream(source: Address, rate: bigint, now: bigint): void {
    this.#pool.setStream(source, rate, now);
  }

  rateOf(source: Address): bigint {
    return this.#pool.streamOf(source).rate;
  }

  streamedBy(source: Address, now: bigint): bigint {
    return this.#pool.paidBy(source, now);
  }

  signal(): void {}

  acknowledge(): void {}

  syncSource(): void {}

  slashedOf(): bigint {
    return 0n;
  }

  money(now: bigint): StageMoney {
    const { sinks, sources } = this.#stage;
    const received = sinks.map(({ address }) => this.#pool.receivedBy(address, now));
    return {
      sinks: received.map((wei) => ({ received: wei })),
      paid: received.reduce((sum, wei) => sum + wei, 0n),
      returned: sources.map(() => 0n),
      spent: sources.map(({ address }) => this.#pool.paidBy(address, now)),
    };
  }

  totals(now: bigint): StageTotals {
    const { paid, spent } = this.money(now);
    const streamed = spent.reduce((sum, wei) => sum + wei, 0n);
    const dust = this.#pool.receivedByAdmin(now);
    return { streamed, slashed: 0n, received: paid, escrow: 0n, returned: 0n, dust };
  }
}
