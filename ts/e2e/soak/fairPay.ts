import { type GetPoolReturnType, type GetSinkReturnType, getPool, getSink } from "../../sdk/index.ts";
import type { Reads } from "./reads.ts";
import type { Seller } from "./seller.ts";
import { EPOCH, HORIZON, type Stage } from "./stage.ts";

type Look = { pool: GetPoolReturnType; sinks: GetSinkReturnType[] };

/** What a sink was paid, and what of it was fair, wei. */
export type Pay = {
  paid: number;
  /** Had nobody's word been taken against it. */
  fair: number;
  /** The same if units had moved at every difference; they wait for one of a twentieth. */
  exact: number;
  /** Had everybody been paid for no more than it can do. */
  alone: number;
};

/**
 * What honest sinks are paid of what is fair.
 *
 * An epoch's fair pay of an honest sink is its units' part of what the pool could pay its sinks in it, at most the price cap
 * for each of them, or more where a drain paid more. Its units are what its own word gives: its smoothed capacity less the
 * backlog that it declares, from the beginning of each epoch on, so whatever evidence and strikes take off is missing from its pay and not from what is fair.
 * The others' units are those that they have, but for the honest, whose own word counts too. What the pool could pay is
 * what the sinks were paid, drains included, and what the escrow kept.
 *
 * It says what attackers do to an honest sink's standing. What their own bonded units take beside it is not in it, as
 * anybody may sell; `alone` takes it in.
 */
export class FairPay {
  readonly pay = new Map<string, Pay>();
  readonly #latest = new Map<Stage, Look>();

  constructor(readonly reads: Reads) {}

  /** At the end of every epoch. */
  async look(): Promise<void> {
    for (const stage of this.reads.stages) {
      const { client } = this.reads.chain;
      const pool = await getPool(client, stage.task);
      const sinks = await Promise.all(
        stage.sellers.map(({ address }) => getSink(client, { ...stage.task, sink: address })),
      );
      const before = this.#latest.get(stage);
      if (before !== undefined) this.#count(stage, before, { pool, sinks });
      this.#latest.set(stage, { pool, sinks });
    }
  }

  /** Of all honest sinks together, or of one. */
  of(names: Iterable<string> = this.pay.keys()): Pay {
    const total: Pay = { paid: 0, fair: 0, exact: 0, alone: 0 };
    for (const name of names) {
      const pay = this.pay.get(name);
      for (const key of ["paid", "fair", "exact", "alone"] as const) total[key] += pay?.[key] ?? 0;
    }
    return total;
  }

  #count({ sellers }: Stage, before: Look, after: Look): void {
    const paid = after.sinks.map((sink, index) => Number(sink.paid - (before.sinks[index]?.paid ?? 0n)));
    const could = sum(paid) + Math.max(0, Number(keptIn(after) - keptIn(before)));
    const seconds = after.pool.timestamp - before.pool.timestamp;
    const cap = (seconds * (Number(before.pool.priceCap) + Number(after.pool.priceCap))) / 2;
    /** For each unit, if they were so many. */
    const priceOf = (units: number): number => Math.max(sum(paid), Math.min(cap * units, could)) / Math.max(1, units);
    const late = shareBeforeEpoch(before.pool, after.pool);
    const unitsBy = (word: (seller: Seller, sink: GetSinkReturnType) => number): number[] =>
      sellers.map((seller, index) => {
        const [then, now] = [before, after].map(({ sinks }) => word(seller, sinks[index] as GetSinkReturnType));
        return late * (then ?? 0) + (1 - late) * (now ?? 0);
      });
    const units = unitsBy(unitsByItsWord);
    const exact = unitsBy(exactUnits);
    const able = units.map((own, index) => own * abilityOf(sellers[index] as Seller));
    sellers.forEach(({ plan }, index) => {
      if (!plan.honest) return;
      const total = this.of([plan.name]);
      total.paid += paid[index] ?? 0;
      total.fair += (units[index] ?? 0) * priceOf(sum(units));
      total.exact += (exact[index] ?? 0) * priceOf(sum(exact));
      total.alone += (units[index] ?? 0) * Math.min(cap, could / Math.max(1, sum(able)));
      this.pay.set(plan.name, total);
    });
  }
}

/** Between two looks, the part of the time in which what was said in the epoch before still counted. */
function shareBeforeEpoch(before: GetPoolReturnType, after: GetPoolReturnType): number {
  const began = Math.floor(after.timestamp / EPOCH) * EPOCH;
  return Math.max(0, began - before.timestamp) / (after.timestamp - before.timestamp);
}

/** What the escrow has of a pool's money. */
const keptIn = ({ pool: { escrow } }: Look): bigint => escrow.overflow + escrow.deposits + escrow.setAside;

/** Who has nothing against it has the units that it has, though they may be a twentieth away from its word. */
function unitsByItsWord(seller: Seller, sink: GetSinkReturnType): number {
  const isAccused = sink.verifiedBacklog > sink.declaredBacklog;
  return isAccused ? Math.max(Number(sink.units), exactUnits(seller, sink)) : Number(sink.units);
}

function exactUnits({ plan }: Seller, sink: GetSinkReturnType): number {
  if (!plan.honest) return Number(sink.units);
  return Math.max(0, Math.floor(sink.smoothedCapacity - Number(sink.declaredBacklog) / HORIZON));
}

/** What it can do now of what it declares. */
const abilityOf = ({ answers, declares, plan }: Seller): number => (answers ? Math.min(1, plan.rate / declares) : 0);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
