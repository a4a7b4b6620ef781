import { type GetPoolReturnType, type GetSinkReturnType, getPool, getSink } from "../../sdk/index.ts";
import type { Reads } from "./reads.ts";
import type { Seller } from "./seller.ts";
import { HORIZON, type Stage } from "./stage.ts";

type Look = { pool: GetPoolReturnType; sinks: GetSinkReturnType[] };

/** What a sink was paid, and what of it was fair, wei. */
export type Pay = {
  paid: number;
  /** Had nobody's word been taken against it. */
  fair: number;
  /** Had everybody been paid for no more than it can do. */
  alone: number;
};

/**
 * What honest sinks are paid of what is fair.
 *
 * An epoch's fair pay of an honest sink is its units' part of what the pool could pay its sinks in it, and at most the
 * price cap for each of them. Its units are what its own word gives: its smoothed capacity less the backlog that it
 * declares, so whatever evidence, strikes or a lost signal take off is missing from its pay and not from what is fair. The
 * others' units are those that they have, but for the honest, whose own word counts too. What the pool could pay is what
 * the sinks were paid, drains included, and what the escrow kept of it.
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
    const total = { paid: 0, fair: 0, alone: 0 };
    for (const name of names) {
      const { paid, fair, alone } = this.pay.get(name) ?? { paid: 0, fair: 0, alone: 0 };
      total.paid += paid;
      total.fair += fair;
      total.alone += alone;
    }
    return total;
  }

  #count({ sellers }: Stage, before: Look, after: Look): void {
    const paid = after.sinks.map((sink, index) => Number(sink.paid - (before.sinks[index]?.paid ?? 0n)));
    const could = sum(paid) + Math.max(0, Number(keptIn(after) - keptIn(before)));
    const seconds = after.pool.timestamp - before.pool.timestamp;
    const cap = (seconds * (Number(before.pool.priceCap) + Number(after.pool.priceCap))) / 2;
    const units = after.sinks.map((sink, index) => unitsByItsWord(sellers[index] as Seller, sink));
    const all = sum(units);
    const able = sum(units.map((own, index) => own * abilityOf(sellers[index] as Seller)));
    sellers.forEach(({ plan }, index) => {
      if (!plan.honest) return;
      const own = units[index] ?? 0;
      const { paid: before, fair, alone } = this.of([plan.name]);
      this.pay.set(plan.name, {
        paid: before + (paid[index] ?? 0),
        fair: fair + own * Math.min(cap, could / Math.max(1, all)),
        alone: alone + own * Math.min(cap, could / Math.max(1, able)),
      });
    });
  }
}

/** What the escrow has of a pool's money. */
const keptIn = ({ pool: { escrow } }: Look): bigint => escrow.overflow + escrow.deposits + escrow.setAside;

/** Units move when they differ by a twentieth: who has nothing against it has those that it has. */
function unitsByItsWord({ plan }: Seller, sink: GetSinkReturnType): number {
  const units = Number(sink.units);
  if (!plan.honest) return units;
  const byItsWord = Math.floor(sink.smoothedCapacity - Number(sink.declaredBacklog) / HORIZON);
  return sink.verifiedBacklog > sink.declaredBacklog ? Math.max(units, byItsWord) : units;
}

/** What it can do now of what it declares. */
const abilityOf = ({ answers, declares, plan }: Seller): number => (answers ? Math.min(1, plan.rate / declares) : 0);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
