import { Evidence, type Reading } from "../../model/evidence/evidence.ts";
import type { JobPool } from "./jobPool.ts";
import { type JobScenario, QUANTA } from "./jobScenario.ts";

const SCALE = 1e9;

/** Receipts and windows by the exact rule of evidence: one quantum stands for one wei. */
export class Receipts {
  /** Per source and sink, work delivered in all, quanta. */
  readonly delivered: Float64Array[];
  /** Verified backlog of each sink, unit-seconds. */
  readonly backlog: Float64Array;
  /** Taken from bonds, quanta. */
  slashed = 0;
  readonly #scenario: JobScenario;
  readonly #pool: JobPool;
  readonly #evidence: Evidence<number>;

  constructor(scenario: JobScenario, pool: JobPool) {
    const { rates, sources, terms } = scenario;
    const { epochLength, grace, horizon, receiptEpochs } = terms;
    this.#scenario = scenario;
    this.#pool = pool;
    this.delivered = Array.from({ length: sources }, () => new Float64Array(rates.length));
    this.backlog = new Float64Array(rates.length);
    this.#evidence = new Evidence<number>(
      {
        unitRate: BigInt(QUANTA),
        horizon: BigInt(horizon),
        acknowledgementGrace: BigInt(grace),
        receiptInterval: BigInt(receiptEpochs * epochLength),
      },
      BigInt(epochLength),
      0n,
    );
    for (let k = 0; k < rates.length; k++) this.#evidence.register(k, this.#reading(k, 0));
  }

  /** The end of an epoch: sources acknowledge what was delivered, everybody is settled, and assessed. */
  settle(now: number): void {
    for (let s = this.#scenario.silentSources; s < this.delivered.length; s++) {
      const spent = BigInt((this.#pool.streamed[s] as number) - (this.#pool.escrow[s] as number));
      const delivered = this.delivered[s] as Float64Array;
      for (let k = 0; k < delivered.length; k++) {
        this.#evidence.acknowledge(s, k, BigInt(delivered[k] as number), spent, this.#reading(k, now));
      }
    }
    for (let k = 0; k < this.backlog.length; k++) {
      const capacity = BigInt(Math.round(this.#pool.capacityOf(k) * SCALE));
      this.backlog[k] = Number(this.#evidence.settle(k, capacity, this.#reading(k, now)));
      this.slashed += Number(this.#evidence.judge(k, capacity, false, this.#reading(k, now)));
    }
  }

  #reading(sink: number, now: number): Reading {
    const received = BigInt(this.#pool.received[sink] as number);
    return { now: BigInt(now), paid: BigInt(this.#pool.paid), received };
  }
}
