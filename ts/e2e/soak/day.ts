import { toJson } from "../../core/bigints.ts";
import { type StartSignalLoopReturnType, startSignalLoop } from "../../sdk/index.ts";
import type { Rng } from "../../sim/rng.ts";
import type { Books } from "../books.ts";
import { DEATH, DYING, PART_TIME, PART_TIME_HOURS, SELF_SIGNALLING } from "./cast.ts";
import type { Clock } from "./clock.ts";
import { Duties } from "./duties.ts";
import type { FairPay } from "./fairPay.ts";
import type { Fleet } from "./fleet.ts";
import type { Payments } from "./payments.ts";
import type { Reads } from "./reads.ts";
import { storeAt } from "./settings.ts";
import { EPOCH } from "./stage.ts";
import { Trade } from "./trade.ts";

export type DayParameters = {
  reads: Reads;
  clock: Clock;
  fleet: Fleet;
  payments: Payments;
  books: Books;
  fairPay: FairPay;
  random: Rng;
  /** Hears of every hour that has passed. */
  onHour: (hour: number) => Promise<void>;
};

const EPOCHS_PER_HOUR = 3600 / EPOCH;

/** Days in the life of an economy: sellers signal and work, buyers pay and sign receipts, services do the rest. */
export class Day {
  epochs = 0;
  attestations = 0;
  receipts = 0;
  readonly duties: Duties;
  readonly #given: DayParameters;
  #trades: Trade[] = [];
  #loop: StartSignalLoopReturnType | undefined;
  #loopFailure: unknown;

  constructor(parameters: DayParameters) {
    this.#given = parameters;
    this.duties = new Duties(parameters.reads, parameters.clock);
  }

  async live(hours: number): Promise<void> {
    const { clock, onHour, payments, reads } = this.#given;
    await this.#startLoop();
    const now = await clock.now();
    this.#trades = reads.stages.map((stage) => new Trade(reads.chain, stage, now));
    for (const trade of this.#trades) await this.#look(trade);
    for (let epoch = 0; epoch < hours * EPOCHS_PER_HOUR; epoch++) {
      await this.#epoch(epoch);
      this.epochs += 1;
      if (this.epochs % EPOCHS_PER_HOUR === 0) await onHour(this.epochs / EPOCHS_PER_HOUR);
    }
    await clock.skipTo(hours * 3600 + 1);
    await this.duties.promisesKept();
    await payments.end();
    await this.duties.calmDown(hours * 3600 + 30);
    for (const trade of this.#trades) await this.#look(trade);
    await payments.claim();
  }

  async stop(): Promise<void> {
    await this.#loop?.stop();
  }

  async #startLoop(): Promise<void> {
    const seller = this.#given.reads.seller(SELF_SIGNALLING);
    const onError = (error: unknown): void => {
      this.#loopFailure = error;
    };
    this.#loop = await startSignalLoop(seller.client, { ...seller.task, measure: () => seller.signal(), onError });
  }

  async #epoch(epoch: number): Promise<void> {
    const { clock, fairPay, fleet, payments, random } = this.#given;
    const { duties } = this;
    const begin = epoch * EPOCH;
    const hour = epoch / EPOCHS_PER_HOUR;
    await clock.skipTo(begin + 1);
    const due = await clock.eventually("who was paid", () => duties.dueForSettlement());
    await fleet.disturb(random);
    if (Number.isInteger(hour)) {
      this.#changeShifts(hour % 24);
      await payments.turn(hour);
    }
    await clock.eventually("a liquidation", () => payments.liquidate());
    await this.#signal();
    await duties.promisesKept();
    await fleet.moveTo(storeAt(hour));
    await duties.settled(due);
    await duties.calmDown(begin + 300);
    await fleet.disturb(random);
    if (await payments.whims()) await duties.calmDown(begin + 500);
    await clock.skipTo(begin + 800);
    const now = await clock.now();
    for (const trade of this.#trades) {
      await this.#look(trade);
      trade.run(now, random);
      await this.#acknowledge(trade, epoch);
    }
    await clock.eventually("what is fair", () => fairPay.look());
    await fleet.allUp();
  }

  #changeShifts(hourOfDay: number): void {
    const { reads } = this.#given;
    const within = ({ from, to }: { from: number; to: number }): boolean => hourOfDay >= from && hourOfDay < to;
    reads.seller(DYING).alive = !within(DEATH);
    const seller = reads.seller(PART_TIME);
    seller.declares = within(PART_TIME_HOURS) ? PART_TIME_HOURS.declares : seller.plan.declares;
  }

  /** Every living seller says what it can do, and it gets to the chain. */
  async #signal(): Promise<void> {
    const { clock, reads } = this.#given;
    const living = reads.sellers.filter(({ alive }) => alive);
    const others = living.filter(({ plan }) => plan.name !== SELF_SIGNALLING);
    const attestations = await clock.eventually("attestations", () => Promise.all(others.map((one) => one.attest())));
    await this.#post("oracle", "/attestations/batch", { attestations });
    await this.duties.signalsCount(living, attestations, () => this.#loopFailure);
    this.attestations += attestations.length;
  }

  async #look(trade: Trade): Promise<void> {
    const { books, clock, reads } = this.#given;
    await clock.eventually("what was paid", () => trade.look());
    await books.read(await reads.chain.test.getBlockNumber({ cacheTime: 0 }));
  }

  async #acknowledge(trade: Trade, epoch: number): Promise<void> {
    const receipts = await trade.sign(epoch);
    if (receipts.length === 0) return;
    await this.#post("verifier", "/receipts/batch", { receipts });
    this.duties.promised(receipts);
    this.receipts += receipts.length;
  }

  /** Sends until it is taken: a service may be dead, starting, or without its endpoint. */
  async #post(name: "oracle" | "verifier", path: string, body: object): Promise<void> {
    const { clock, fleet } = this.#given;
    const headers = { "content-type": "application/json" };
    await clock.until(`the ${name} takes ${path}`, async () => {
      const signal = AbortSignal.timeout(10_000);
      const request = { method: "POST", headers, body: toJson(body), signal };
      const response = await fetch(fleet.urlOf(name) + path, request);
      const { results } = (await response.json()) as { results: { status?: string; error?: { code: string } }[] };
      const refused = results.find(({ status, error }) => status !== "pending" && error?.code !== "not_newer");
      if (refused !== undefined) throw new Error(JSON.stringify(refused));
      return true;
    });
  }
}
