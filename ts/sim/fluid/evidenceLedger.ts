import { Evidence, type Reading } from "../../model/evidence/evidence.ts";
import type { Scenario, Verification } from "../scenario.ts";
import type { SinkState } from "../sinkState.ts";
import type { Pools } from "./fluidPools.ts";
import { Bonds, DueWork, InflowShares, type Ledger } from "./ledger.ts";

const SCALE = 1e9;

/** A sink that signals in every epoch is settled in every third (spec 6.7). */
const SETTLE_EPOCHS = 3;

/**
 * The rule of evidence as it is deployed (spec 9), by the exact model: a quantum stands for a wei. Sources acknowledge in
 * every epoch; each sink is settled, and assessed, in every third.
 *
 * Spending is what a source streamed less what it got back; what is in the escrow is taken from all of a pool's sources in
 * proportion, since the fluid engine keeps no shares.
 */
export class EvidenceLedger implements Ledger {
  readonly bonds: Bonds;
  readonly #scenario: Scenario;
  readonly #rules: Verification;
  readonly #state: SinkState;
  readonly #quanta: number;
  readonly #due: DueWork;
  readonly #shares: InflowShares;
  /** Per pool. */
  readonly #evidence: Evidence<number>[];
  /** Per source and sink, acknowledged in all, quanta. */
  readonly #completed: Float64Array[];

  constructor(scenario: Scenario, rules: Verification, state: SinkState, quanta: number) {
    const { horizon, grace, epochLength, receiptEpochs } = scenario.parameters;
    const { count, first } = scenario.sinks;
    this.#scenario = scenario;
    this.#rules = rules;
    this.#state = state;
    this.#quanta = quanta;
    this.bonds = new Bonds(scenario, state);
    this.#due = new DueWork(count, rules.latencySteps);
    this.#shares = new InflowShares(scenario);
    this.#completed = scenario.sources.map(() => new Float64Array(count));
    const terms = {
      unitRate: BigInt(quanta),
      horizon: BigInt(horizon),
      acknowledgementGrace: BigInt(grace),
      receiptInterval: BigInt(receiptEpochs * epochLength),
    };
    this.#evidence = Array.from({ length: scenario.pools }, (_, p) => {
      const evidence = new Evidence<number>(terms, BigInt(epochLength), 0n);
      const nothing = { now: 0n, paid: 0n, received: 0n };
      for (let i = first[p] as number; i < (first[p + 1] as number); i++) evidence.register(i, nothing);
      return evidence;
    });
  }

  settle(step: number, pools: Pools): void {
    const due = this.#due.next(step, this.#state.work);
    const now = BigInt((step + 1) * this.#scenario.stepSeconds);
    for (const [p, evidence] of this.#evidence.entries()) {
      const paid = BigInt(pools.all[p]?.paidTotal ?? 0);
      const reading = (i: number): Reading => ({ now, paid, received: BigInt(this.#state.received[i] as number) });
      this.#acknowledge(p, step, due, pools, reading);
      this.#judge(p, step, evidence, pools, reading);
    }
  }

  #acknowledge(p: number, step: number, due: Float64Array, pools: Pools, reading: (i: number) => Reading): void {
    const { first } = this.#scenario.sinks;
    for (const [s, source, share] of this.#shares.of(p, step)) {
      const completed = this.#completed[s] as Float64Array;
      const spent = BigInt(Math.floor(pools.spentOf(s)));
      const sign = (i: number, work: number) => {
        completed[i] = (completed[i] as number) + Math.floor(work * this.#quanta);
        this.#evidence[p]?.acknowledge(s, i, BigInt(completed[i] as number), spent, reading(i));
      };
      if (source.colludesWith >= 0) {
        sign(source.colludesWith, (source.rates[step] as number) * this.#scenario.stepSeconds);
      } else if (source.acknowledges > 0) {
        const part = share * source.acknowledges;
        for (let i = first[p] as number; i < (first[p + 1] as number); i++) sign(i, (due[i] as number) * part);
      }
    }
  }

  #judge(p: number, step: number, evidence: Evidence<number>, pools: Pools, reading: (i: number) => Reading): void {
    const { first } = this.#scenario.sinks;
    const { smoothed, verified } = this.#state;
    for (let i = first[p] as number; i < (first[p + 1] as number); i++) {
      if ((step + i) % SETTLE_EPOCHS !== 0) continue;
      const capacity = BigInt(Math.round((smoothed[i] as number) * SCALE));
      verified[i] = Number(evidence.settle(i, capacity, reading(i)));
      if (!this.#rules.slashing) continue;
      const charge = evidence.judge(i, capacity, false, reading(i));
      if (charge > 0n) this.bonds.slash(i, p, Number(charge) / this.#quanta, step, pools);
    }
  }
}
