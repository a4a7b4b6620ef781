import { type MachineQueue, nextQueue, residual } from "../../sdk/work/residual.ts";
import type { Rng } from "../rng.ts";
import type { Network } from "./network.ts";

/**
 * What a machine behind several pools does: declares and serves for each the same part of what it can; or declares what is
 * left, and serves by backlog, with the kit's guard or without.
 */
export type MachineRule = "fixed" | "residual" | "unguarded";

/** A machine at one of its pools. Units and unit-seconds. */
type Entry = {
  machine: number;
  pool: number;
  declared: number;
  units: number;
  /** Backlog as it was reported. */
  backlog: number;
  /** Paid and not served. */
  credit: number;
  /** Served per second, a moving average. */
  served: number;
  state: "alive" | "dead" | "silent";
};

const [HEADROOM, SMOOTHING, HYSTERESIS, OVERDUE, NOISE] = [1.1, 0.3, 0.05, 10, 0.2];

/** Everything that works, as sinks of the pools. */
export class Machines {
  readonly #network: Network;
  readonly #rule: MachineRule;
  readonly #random: Rng;
  readonly #entries: Entry[];
  /** Per machine. */
  readonly #behind: Entry[][];
  #epoch = 0;
  /** How many times a queue was beyond its horizon at the end of an epoch. */
  beyondHorizon = 0;

  constructor(network: Network, rule: MachineRule, random: Rng) {
    [this.#network, this.#rule, this.#random] = [network, rule, random];
    this.#behind = network.machines.map(({ rate, pools }, machine) =>
      pools.map((pool) => {
        const declared = (HEADROOM * rate) / pools.length;
        return { machine, pool, declared, units: 0, backlog: 0, credit: 0, served: 0, state: "alive" };
      }),
    );
    this.#entries = this.#behind.flat();
  }

  /** U of each pool. */
  get units(): number[] {
    return this.#sum(({ units }) => units);
  }

  /** U of each pool when all is well and machines divide themselves evenly. */
  get nominal(): number[] {
    return this.#sum(({ machine }) => (HEADROOM * this.#rate(machine)) / (this.#behind[machine] as Entry[]).length);
  }

  /** Paid and not served, all together. */
  owed(): number {
    return this.#entries.reduce((sum, { credit }) => sum + credit, 0);
  }

  die(pool: number, state: "dead" | "silent"): void {
    for (const entry of this.#entries) if (entry.pool === pool) entry.state = state;
  }

  /** Signals, and the units that follow from them: within 5 % they wait for up to ten epochs. */
  declare(horizon: number): void {
    this.#behind.forEach((entries, machine) => {
      if (entries.length === 1 || this.#rule === "fixed") return;
      const served = entries.map((entry) => entry.served);
      const left = residual({ rate: this.#rate(machine), served, headroom: HEADROOM });
      entries.forEach((entry, i) => {
        entry.declared += SMOOTHING * ((left[i] as number) - entry.declared);
      });
    });
    this.#entries.forEach((entry, i) => {
      const target = Math.max(0, entry.declared - entry.backlog / horizon);
      const isDue = target === 0 || (this.#epoch + i) % OVERDUE === 0;
      if (isDue || Math.abs(target - entry.units) >= HYSTERESIS * entry.units) entry.units = target;
    });
    this.#epoch += 1;
  }

  /** Divides what a pool pays among its sinks. */
  paid(pool: number, amount: number): void {
    const entries = this.#entries.filter((entry) => entry.pool === pool);
    const units = entries.reduce((sum, entry) => sum + entry.units, 0);
    if (units === 0) return;
    for (const entry of entries) entry.credit += (amount * entry.units) / units;
  }

  /** @param due Per pool, the part of what was paid that was also asked for. @returns Per pool, what was served. */
  serve(due: readonly number[], { seconds, horizon }: { seconds: number; horizon: number }): number[] {
    const served = due.map(() => 0);
    this.#behind.forEach((entries, machine) => {
      const luck = Math.max(0, 1 + NOISE * this.#random.normal());
      const capacity = this.#rate(machine) * seconds * luck;
      const work = entries.map(({ credit, pool }) => credit * Math.min(1, due[pool] as number));
      const done =
        entries.length === 1 || this.#rule === "fixed"
          ? evenly(entries, work, capacity)
          : this.#inTurn(entries, work, capacity, horizon);
      entries.forEach((entry, i) => {
        const amount = done[i] as number;
        entry.credit -= amount;
        entry.served += SMOOTHING * (amount / seconds - entry.served);
        // A dead sink says nothing, and what it has not earned counts; a silent one says that all is well.
        entry.backlog =
          entry.state === "dead" ? entry.credit : entry.state === "silent" ? 0 : (work[i] as number) - amount;
        if (entry.state === "alive" && entry.backlog > entry.declared * horizon) this.beyondHorizon += 1;
        served[entry.pool] = (served[entry.pool] as number) + amount;
      });
    });
    return served;
  }

  /** One queue after the other, as the kit's rule picks them. */
  #inTurn(entries: readonly Entry[], work: readonly number[], capacity: number, horizon: number): number[] {
    const done = entries.map(() => 0);
    const isGuarded = this.#rule === "residual";
    const queues: MachineQueue[] = entries.map(({ declared, pool, state }, i) => ({
      backlog: state === "alive" ? (work[i] as number) : 0,
      capacity: isGuarded ? declared : Number.POSITIVE_INFINITY,
      horizon,
      unitRate: this.#network.unitRate[pool] as number,
    }));
    let left = capacity;
    for (let next = nextQueue(queues); next !== undefined && left > 0; next = nextQueue(queues)) {
      const queue = queues[next] as MachineQueue;
      done[next] = Math.min(queue.backlog, left);
      left -= done[next] as number;
      queue.backlog = 0;
    }
    return done;
  }

  #rate(machine: number): number {
    return this.#network.machines[machine]?.rate as number;
  }

  #sum(value: (entry: Entry) => number): number[] {
    const sums = this.#network.unitRate.map(() => 0);
    for (const entry of this.#entries) sums[entry.pool] = (sums[entry.pool] as number) + value(entry);
    return sums;
  }
}

function evenly(entries: readonly Entry[], work: readonly number[], capacity: number): number[] {
  return entries.map(({ state }, i) =>
    state === "alive" ? Math.min(work[i] as number, capacity / entries.length) : 0,
  );
}
