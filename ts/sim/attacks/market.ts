import { toHex } from "viem";
import { Evidence, type Reading } from "../../model/evidence/evidence.ts";
import { Dispatcher } from "../../sdk/work/dispatcher.ts";
import { WaitForCreditError } from "../../sdk/work/errors.ts";
import { Rng } from "../rng.ts";

/**
 * One pool for attacks on the rule of evidence: units, streams and dispatch in doubles, pay in whole quanta, and the
 * evidence itself by the exact code. One quantum is q times one unit-second divided by 10⁹.
 */

/** h, T, D, seconds, by default, as everywhere here. */
export const EPOCH = 60;
export const HORIZON = 360;
export const GRACE = 120;
/** V, epochs, by default. */
export const RECEIPT_EPOCHS = 5;
/** A bond covers so many seconds of full pay: 2·(T + D + h) + V·h. */
const bondSecondsOf = (horizon: number, grace: number, receiptEpochs: number): number =>
  2 * (horizon + grace + EPOCH) + receiptEpochs * EPOCH;
export const BOND_SECONDS = bondSecondsOf(HORIZON, GRACE, RECEIPT_EPOCHS);

const QUANTA = 1e9;
const SCALE = 1e9;
const SMOOTHING = 0.3;
/** Units of a sink that is worth one. */
const UNITS = 100;
/** The largest task that is dispatched: an epoch's work of an ordinary sink, quanta. */
const LARGEST_TASK = BigInt(EPOCH * UNITS * QUANTA);

/** A sink. Capacities are in shares of an ordinary sink's. */
export type SinkPlan = {
  capacity?: number;
  /** What it can really do; `capacity` if it does not say. */
  rate?: number;
  /** The share of its work that it delivers. */
  delivers?: number;
  honest?: boolean;
  diesAt?: number;
  joinsAt?: number;
  leavesAt?: number;
  /** Starts with its capacity smoothed already. */
  ready?: boolean;
  /** Nobody settles it but itself, by its signals. */
  unsettled?: boolean;
  /** From then on it does not signal. */
  silentAt?: number;
};

/** A source: its share of the inflow, and how much of the work it gives to whom. */
export type SourcePlan = { share: number | ((epoch: number) => number); affinity?: (sink: number) => number };

export type MarketPlan = {
  sinks: readonly SinkPlan[];
  sources: readonly SourcePlan[];
  /** Inflow over `base`, or over what the honest can do. */
  load?: number | ((epoch: number) => number);
  base?: number;
  /** Share of the pay that comes from donations, which nobody can acknowledge. */
  donated?: number;
  /** Tasks per sink and epoch; without it, work is a fluid. */
  tasks?: number;
  /** Who gets the next task: chance, in proportion to pay, or what the kit's dispatcher says. */
  dispatch?: "chance" | "dispatcher";
  seed?: number;
  /** V, epochs. */
  receiptEpochs?: number;
  /** T and D, seconds. */
  horizon?: number;
  grace?: number;
  /** Who settles: a keeper, everybody, each epoch; or each sink itself, when its signal must. */
  settles?: "keeper" | "themselves";
};

export type Sink = Required<Omit<SinkPlan, "rate">> & {
  rate: number;
  smoothed: number;
  /** Proven, in shares of an ordinary sink's capacity times seconds. */
  backlog: number;
  received: bigint;
  /** Pay of each epoch, in seconds of full pay of an ordinary sink. */
  pay: number[];
  /** Of its bond, in seconds of full pay of an ordinary sink: by slashes, by withdrawals of a part, by the last one. */
  slashed: number;
  charged: number;
  slashes: number;
  exit: number | undefined;
  joined: boolean;
  gone: boolean;
  touchedAt: number;
};

/** In seconds of full pay of an ordinary sink. */
const seconds = (quanta: bigint): number => Number(quanta) / (QUANTA * UNITS);

export class Market {
  readonly sinks: Sink[];
  readonly evidence: Evidence<number>;
  /** Per source, what it spent, quanta. */
  readonly spent: bigint[];
  /** Per source and sink, work done and not acknowledged yet, quanta. */
  readonly pending: Float64Array[];
  /** Per source and sink, work sent and not done yet, quanta. */
  readonly #queued: Float64Array[];
  /** Per source and sink, what it has paid so far, quanta; and what says who gets the next task. */
  readonly #credit: Float64Array[];
  readonly #dispatchers: Dispatcher[];
  /** V, epochs. */
  readonly #receiptEpochs: number;
  /** A sink's own signal settles it whenever that was last tried half of V ago; epochs. */
  readonly #settlesAfter: number;
  /** From leaving to withdrawal, epochs: longer than detection, and than two V. */
  readonly #unbonding: number;
  /** T, seconds. */
  readonly #horizon: number;
  /** What a bond covers, seconds of full pay. */
  readonly bondSeconds: number;
  readonly #plan: MarketPlan;
  readonly #base: number;
  readonly #rng: Rng;
  epoch = 0;
  paid = 0n;

  constructor(plan: MarketPlan) {
    this.#plan = plan;
    this.#receiptEpochs = plan.receiptEpochs ?? RECEIPT_EPOCHS;
    this.#settlesAfter = Math.ceil(this.#receiptEpochs / 2);
    this.#unbonding = Math.max(22, 2 * this.#receiptEpochs + 1);
    this.#horizon = plan.horizon ?? HORIZON;
    const grace = plan.grace ?? GRACE;
    this.bondSeconds = bondSecondsOf(this.#horizon, grace, this.#receiptEpochs);
    this.#rng = new Rng(plan.seed ?? 1);
    this.evidence = new Evidence<number>(
      {
        unitRate: BigInt(QUANTA),
        horizon: BigInt(this.#horizon),
        acknowledgementGrace: BigInt(grace),
        receiptInterval: BigInt(this.#receiptEpochs * EPOCH),
      },
      BigInt(EPOCH),
      0n,
    );
    this.sinks = plan.sinks.map((sink) => {
      const { capacity = 1, joinsAt = 0, ready = joinsAt <= 0 } = sink;
      return {
        ...{ capacity, joinsAt, ready, rate: sink.rate ?? capacity, delivers: sink.delivers ?? 1 },
        ...{ honest: sink.honest ?? true, diesAt: sink.diesAt ?? Infinity, leavesAt: sink.leavesAt ?? Infinity },
        ...{
          unsettled: sink.unsettled ?? false,
          silentAt: sink.silentAt ?? Infinity,
          smoothed: ready ? capacity : 0,
          backlog: 0,
          received: 0n,
          pay: [],
        },
        ...{ slashed: 0, charged: 0, slashes: 0, exit: undefined, joined: false, gone: false, touchedAt: joinsAt },
      };
    });
    const table = () => plan.sources.map(() => new Float64Array(plan.sinks.length));
    this.pending = table();
    this.#queued = table();
    this.#credit = table();
    this.#dispatchers = plan.sources.map(() => new Dispatcher({ oneTask: LARGEST_TASK, horizon: HORIZON }));
    this.spent = plan.sources.map(() => 0n);
    this.#base = plan.base ?? this.sinks.reduce((sum, { honest, rate }) => sum + (honest ? rate : 0), 0);
  }

  /** Runs some epochs; in each, `script` comes after the work and before anybody settles. */
  run(epochs: number, script: (market: Market) => void = () => {}): this {
    for (let i = 0; i < epochs; i++) {
      this.#join();
      this.#work(this.#pay());
      script(this);
      this.#settle();
      this.#exit();
      this.epoch++;
    }
    return this;
  }

  /** A source acknowledges to the given sinks, or all, what they have done for it. */
  flush(source: number, sinks: readonly number[] = [...this.sinks.keys()], share = 1): void {
    const pending = this.pending[source] as Float64Array;
    for (const k of sinks) {
      const done = pending[k] as number;
      const accepted = this.acknowledge(source, k, BigInt(Math.floor(done * share)));
      pending[k] = share < 1 ? 0 : done - Number(accepted);
    }
  }

  /** A source acknowledges so much more to a sink, quanta, if it has spent it. */
  acknowledge(source: number, sink: number, amount: bigint): bigint {
    const claimed = this.evidence.completedOf(source, sink) + amount;
    return this.evidence.acknowledge(
      source,
      sink,
      claimed,
      this.spent[source] as bigint,
      this.#reading(this.sinks[sink] as Sink),
    );
  }

  /** A source acknowledges to a sink all that it has spent and not acknowledged. */
  acknowledgeAll(source: number, sink: number): void {
    this.acknowledge(source, sink, this.spent[source] as bigint);
  }

  settle(k: number): void {
    const sink = this.sinks[k] as Sink;
    if (!sink.joined || sink.gone) return;
    const backlog = this.evidence.settle(k, this.#capacity(sink), this.#reading(sink));
    this.#settled(sink, backlog);
  }

  /** A sink is looked at, so that it does not fade, before its window can close. */
  touch(k: number): void {
    (this.sinks[k] as Sink).touchedAt = this.epoch;
  }

  /** Settles and takes the slash when it is due. */
  assess(k: number): void {
    const sink = this.sinks[k] as Sink;
    if (!sink.joined || sink.gone) return;
    this.settle(k);
    const charge = this.evidence.judge(k, this.#capacity(sink), false, this.#reading(sink));
    if (charge === 0n) return;
    const amount = Math.min(this.bondOf(sink), seconds(charge));
    sink.slashed += amount;
    sink.slashes++;
    sink.smoothed = 0;
    sink.backlog = 0;
    // Who is slashed for nothing goes on; who has nothing to lose comes back as somebody else.
    if (!sink.honest) sink.leavesAt = Math.min(sink.leavesAt, this.epoch);
  }

  /** A sink takes out a trifle of its bond: what it owes is charged, and it tops its bond up again. */
  takeOut(k: number): void {
    const sink = this.sinks[k] as Sink;
    const charge = this.evidence.judge(k, this.#capacity(sink), true, this.#reading(sink));
    this.settle(k);
    sink.charged += seconds(charge);
  }

  /** What is left of a sink's bond, seconds of full pay of an ordinary sink. */
  bondOf(sink: Sink): number {
    return sink.capacity * this.bondSeconds - sink.slashed;
  }

  /** What it cost a sink to leave, or would cost now. */
  exitOf(k: number): number {
    const sink = this.sinks[k] as Sink;
    if (sink.exit !== undefined || !sink.joined) return sink.exit ?? 0;
    return Math.min(this.bondOf(sink), seconds(this.evidence.exitChargeOf(k)));
  }

  /** What a sink received from some epoch on, less what was slashed and what leaving costs. */
  netOf(k: number, from = 0): number {
    const sink = this.sinks[k] as Sink;
    return sumOf(sink.pay.slice(from)) - sink.slashed - sink.charged - this.exitOf(k);
  }

  spentBy(source: number): number {
    return seconds(this.spent[source] as bigint);
  }

  /** Mean pay of sinks over some epochs, as a share of their full pay. */
  payOf(sinks: readonly number[], from: number, to = this.epoch): number {
    const pay = sinks.flatMap((k) => (this.sinks[k] as Sink).pay.slice(from, to));
    const capacity = sinks.reduce((sum, k) => sum + (this.sinks[k] as Sink).capacity, 0) / sinks.length;
    return sumOf(pay) / pay.length / EPOCH / capacity;
  }

  // ----------------------------------------------------------------------------------------------- Private

  /** The last second of the epoch: pay of the epoch is known. */
  #now(): bigint {
    return BigInt((this.epoch + 1) * EPOCH - 1);
  }

  #reading({ received }: Sink, now = this.#now()): Reading {
    return { now, paid: this.paid, received };
  }

  #capacity({ smoothed }: Sink): bigint {
    return BigInt(Math.round(smoothed * UNITS * SCALE));
  }

  #join(): void {
    this.sinks.forEach((sink, k) => {
      if (this.epoch < sink.joinsAt || sink.gone) return;
      if (!sink.joined) {
        this.evidence.register(k, this.#reading(sink, BigInt(this.epoch * EPOCH)));
        sink.joined = true;
        sink.touchedAt = this.epoch;
      }
      if (this.epoch >= sink.leavesAt) {
        sink.smoothed = 0;
        return;
      }
      const cap = Math.min(sink.capacity, this.bondOf(sink) / this.bondSeconds);
      const target = this.epoch - sink.touchedAt <= this.#receiptEpochs ? cap : 0;
      sink.smoothed += SMOOTHING * (target - sink.smoothed);
    });
  }

  /** Pays the sinks for this epoch; returns what each got, quanta. */
  #pay(): Float64Array {
    const { load = 1, sources, donated = 0 } = this.#plan;
    const units = this.sinks.map((sink) =>
      sink.joined && !sink.gone ? Math.max(0, sink.smoothed - sink.backlog / this.#horizon) : 0,
    );
    const inflow = (typeof load === "number" ? load : load(this.epoch)) * this.#base;
    const total = sumOf(units);
    const price = total > 0 ? Math.min(1, inflow / total) : 0;
    const pay = Float64Array.from(units, (u) => Math.floor(u * price * EPOCH * UNITS * QUANTA));
    let paid = 0;
    this.sinks.forEach((sink, k) => {
      const quanta = pay[k] as number;
      sink.received += BigInt(quanta);
      sink.pay.push(quanta / (QUANTA * UNITS));
      paid += quanta;
    });
    this.paid += BigInt(paid);
    sources.forEach(({ share }, s) => {
      const part = typeof share === "number" ? share : share(this.epoch);
      this.spent[s] = (this.spent[s] as bigint) + BigInt(Math.floor(paid * part * (1 - donated)));
    });
    return pay;
  }

  #work(pay: Float64Array): void {
    const { sources, donated = 0 } = this.#plan;
    sources.forEach(({ share, affinity }, s) => {
      const part = (typeof share === "number" ? share : share(this.epoch)) * (1 - donated);
      const weights = affinity ? pay.map((quanta, k) => quanta * affinity(k)) : pay;
      const [all, weighed] = [sumOf(pay), sumOf(weights)];
      const queued = this.#queued[s] as Float64Array;
      const fair = new Float64Array(pay.length);
      for (let k = 0; k < pay.length; k++) {
        fair[k] = weighed > 0 ? (all * part * (weights[k] as number)) / weighed : 0;
      }
      const sent = this.#send(s, fair, all * part);
      for (let k = 0; k < pay.length; k++) queued[k] = (queued[k] as number) + (sent[k] as number);
    });
    this.sinks.forEach((sink, k) => {
      const alive = this.epoch < sink.diesAt;
      const waiting = this.#queued.reduce((sum, queued) => sum + (queued[k] as number), 0);
      const share = waiting > 0 ? Math.min(1, (sink.rate * EPOCH * UNITS * QUANTA) / waiting) : 0;
      sources.forEach((_, s) => {
        const queued = this.#queued[s] as Float64Array;
        const pending = this.pending[s] as Float64Array;
        const done = alive ? (queued[k] as number) * share : 0;
        queued[k] = alive ? (queued[k] as number) - done : 0;
        pending[k] = (pending[k] as number) + done * sink.delivers;
      });
    });
  }

  /** The work that a source sends in this epoch, by sink, whose pay from it is `fair` and `all` together; quanta. */
  #send(source: number, fair: Float64Array, all: number): Float64Array {
    const { tasks, dispatch = "chance" } = this.#plan;
    if (tasks === undefined) return fair;
    const size = all / (tasks * this.sinks.length);
    if (size < 1) return new Float64Array(fair.length);
    if (dispatch === "chance") return fair.map((quanta) => this.#rng.poisson(quanta / size) * size);
    return this.#dispatch(source, fair, Math.floor(size));
  }

  /** As many tasks as the sinks owe; answers come at once, because how sinks work them off is the market's business. */
  #dispatch(source: number, fair: Float64Array, size: number): Float64Array {
    const dispatcher = this.#dispatchers[source] as Dispatcher;
    const credit = this.#credit[source] as Float64Array;
    const [value, now] = [BigInt(size), Number(this.#now())];
    const sent = new Float64Array(fair.length);
    fair.forEach((quanta, k) => {
      credit[k] = (credit[k] as number) + quanta;
      dispatcher.paid(toHex(k), BigInt(Math.floor(credit[k] as number)), now);
    });
    for (;;) {
      try {
        const { id, sink } = dispatcher.next({ value, now });
        dispatcher.accepted({ id, now, value });
        sent[Number(sink)] = (sent[Number(sink)] as number) + size;
      } catch (error) {
        if (error instanceof WaitForCreditError) return sent;
        throw error;
      }
    }
  }

  #settle(): void {
    const { settles = "keeper" } = this.#plan;
    this.sinks.forEach((sink, k) => {
      const due =
        this.epoch - sink.touchedAt >= this.#settlesAfter && this.epoch < Math.min(sink.leavesAt, sink.silentAt);
      if (settles === "keeper" && !sink.unsettled) this.assess(k);
      else if (due) this.settle(k);
    });
  }

  #settled(sink: Sink, backlog: bigint): void {
    sink.backlog = Number(backlog) / UNITS;
    sink.touchedAt = this.epoch;
  }

  #exit(): void {
    this.sinks.forEach((sink, k) => {
      if (sink.gone || this.epoch < sink.leavesAt + this.#unbonding) return;
      const amount = this.evidence.judge(k, this.#capacity(sink), true, this.#reading(sink));
      sink.exit = Math.min(this.bondOf(sink), seconds(amount));
      sink.gone = true;
    });
  }
}

export const sumOf = (values: readonly number[] | Float64Array): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};
