import type { Address, Hex } from "viem";
import type { AnyCall } from "../../sdk/calls/callsOf.ts";
import { contractsOf, distributionPoolAt } from "../../sdk/calls/contracts.ts";
import {
  getPool,
  getTaskType,
  type SignedReceipt,
  type StartSignalLoopReturnType,
  startSignalLoop,
} from "../../sdk/index.ts";
import type { Rng } from "../../sim/rng.ts";
import type { Fault } from "../../testkit/faultyRpc.ts";
import { type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import type { Books } from "../books.ts";
import { readAll } from "../holdings.ts";
import type { Clock } from "./clock.ts";
import { type Fleet, SERVICES } from "./fleet.ts";
import type { Payments } from "./payments.ts";
import type { Seller } from "./seller.ts";
import { DYING, EPOCH, type Market, PART_TIME, RECEIPT_EPOCHS, SELF_SIGNALLING, SIGNAL_EPOCHS } from "./stage.ts";
import { Trade } from "./trade.ts";

export type DayParameters = {
  chain: TestChain;
  market: Market;
  clock: Clock;
  fleet: Fleet;
  payments: Payments;
  books: Books;
  random: Rng;
  /** Hears of every hour that has passed. */
  onHour: (hour: number) => Promise<void>;
};

type LedgerView = { openedAt: number; receivedMark: bigint; owed: bigint };

/** What decides whether a receipt can count: counted of it, by its source, spent, its sink's ledger, its sink's pay. */
type PromiseView = [bigint, bigint, bigint, { acknowledged: bigint }, bigint];

const EPOCHS_PER_HOUR = 3600 / EPOCH;

/** Chances, at each of two moments of an epoch, that a service is killed, or that its endpoint fails. */
const KILL = 0.35;
const FAIL = 0.05;
const FAULTS: readonly Fault[] = ["errors", "hangs", "internal error"];
/** Most requests and answers of a service that passes from the decision to its death. */
const LAST_MOMENTS = 80;

/** Epochs in which nobody has to signal after one in which it did: the registry counts one more. */
const LASTING = SIGNAL_EPOCHS - 1;

/** What services may leave alone, wei: the least amount of a keeper, and some more. */
const WORTH = 2n * 10n ** 16n;

/** From when to when, hours. */
const DEATH = { from: 6, to: 12 };
const PART_TIME_HOURS = { from: 16, to: 18, declares: 10 };

/** A day in the life of an economy: sellers signal and work, buyers pay and sign receipts, services do the rest. */
export class Day {
  epochs = 0;
  attestations = 0;
  receipts = 0;
  /** Flow per unit once a change of streams is confirmed, as a share of q; the highest seen. */
  highestPrice = 0;
  readonly #given: DayParameters;
  /** Receipts that the verifier has answered for with 200, the latest of each pair. */
  readonly #promised = new Map<string, SignedReceipt>();
  #trades: Trade[] = [];
  #loop: StartSignalLoopReturnType | undefined;
  /** The last failure of the loop, for whoever waits for it in vain. */
  #loopFailure: unknown;

  constructor(parameters: DayParameters) {
    this.#given = parameters;
  }

  async live(hours: number): Promise<void> {
    const { clock, market, onHour } = this.#given;
    const { client, task } = this.#seller(SELF_SIGNALLING);
    const measure = () => this.#seller(SELF_SIGNALLING).signal();
    const onError = (error: unknown): void => {
      this.#loopFailure = error;
    };
    this.#loop = await startSignalLoop(client, { ...task, measure, onError });
    const now = await clock.now();
    this.#trades = [market.first, market.second].map((stage) => new Trade(this.#given.chain, stage, now));
    for (const trade of this.#trades) await this.#look(trade);
    for (let epoch = 0; epoch < hours * EPOCHS_PER_HOUR; epoch++) {
      await this.#epoch(epoch);
      this.epochs += 1;
      if (this.epochs % EPOCHS_PER_HOUR === 0) await onHour(this.epochs / EPOCHS_PER_HOUR);
    }
    await clock.skipTo(hours * 3600 + 1);
    await this.#promisesKept();
    await this.#given.payments.end();
    await this.#calmDown(hours * 3600 + 30);
    for (const trade of this.#trades) await this.#look(trade);
    await this.#given.payments.claim();
  }

  async stop(): Promise<void> {
    await this.#loop?.stop();
  }

  async #epoch(epoch: number): Promise<void> {
    const { clock, fleet, payments, random } = this.#given;
    const begin = epoch * EPOCH;
    const hour = epoch / EPOCHS_PER_HOUR;
    await clock.skipTo(begin + 1);
    const due = await clock.eventually("who was paid", () => this.#dueForSettlement());
    await this.#disturb();
    if (Number.isInteger(hour)) {
      this.#changeShifts(hour);
      await payments.turn(hour);
    }
    await clock.eventually("a liquidation", () => payments.liquidate());
    await this.#signal();
    await this.#promisesKept();
    await this.#settled(due);
    await this.#calmDown(begin + 300);
    await this.#disturb();
    await clock.skipTo(begin + 800);
    const now = await clock.now();
    for (const trade of this.#trades) {
      await this.#look(trade);
      trade.run(now, random);
      await this.#acknowledge(trade);
    }
    await fleet.allUp();
  }

  #changeShifts(hour: number): void {
    const within = ({ from, to }: { from: number; to: number }): boolean => hour >= from && hour < to;
    this.#seller(DYING).alive = !within(DEATH);
    const seller = this.#seller(PART_TIME);
    seller.declares = within(PART_TIME_HOURS) ? PART_TIME_HOURS.declares : seller.plan.declares;
  }

  /** Somebody is killed in the middle of something, or cannot reach the chain for a while. */
  async #disturb(): Promise<void> {
    const { fleet, random } = this.#given;
    const [chance, victim, moments] = [random.uniform(), random.below(SERVICES.length), random.below(LAST_MOMENTS)];
    const name = SERVICES[victim] as (typeof SERVICES)[number];
    const fault = FAULTS[moments % FAULTS.length] as Fault;
    if (chance < KILL) fleet.killAfter(name, moments + 1);
    else if (chance < KILL + FAIL) await fleet.failUntilNoticed(name, fault);
  }

  /** Every living seller says what it can do, and it gets to the chain. */
  async #signal(): Promise<void> {
    const { chain, clock } = this.#given;
    const epochBegan = Math.floor((await clock.now()) / EPOCH) * EPOCH;
    const living = this.#sellers().filter(({ alive }) => alive);
    const others = living.filter(({ plan }) => plan.name !== SELF_SIGNALLING);
    const signed = await clock.eventually("attestations", () => Promise.all(others.map((seller) => seller.attest())));
    await this.#post("oracle", "/attestations/batch", {
      attestations: signed.map((each) => ({ ...each, capacity: String(each.capacity), backlog: String(each.backlog) })),
    });
    // Who signals by itself does so when it would move units, or in the last epoch in which its signal counts.
    const due = new Map<Address, number>(living.map(({ address }) => [address, epochBegan - LASTING * EPOCH]));
    for (const { sink, issuedAt } of signed) due.set(sink, issuedAt);
    const { capacityRegistry } = contractsOf(chain.deployment);
    await clock.until(`every signal counts (${this.#loopFailure ?? "the loop is well"})`, async () => {
      const stored = await this.#read<{ signalledAt: number }>(living, ({ address, task }) =>
        capacityRegistry.sinkOf(task.taskTypeId, address),
      );
      return stored.every(({ signalledAt }, index) => signalledAt >= (due.get(living[index]?.address ?? "0x") ?? 0));
    });
    this.attestations += signed.length;
  }

  /** Whatever a service has answered for with 200 is on the chain, as far as the chain takes it: nothing is lost. */
  async #promisesKept(): Promise<void> {
    const { chain, clock } = this.#given;
    const promised = [...this.#promised.values()];
    const { completionTracker, escrowBuffer } = contractsOf(chain.deployment);
    await clock.until("every receipt counts", async () => {
      const blockNumber = await chain.test.getBlockNumber({ cacheTime: 0 });
      const pools = await this.#pools();
      const views = promised.flatMap(({ taskTypeId, source, sink }) => [
        completionTracker.completedOf(taskTypeId, source, sink),
        completionTracker.acknowledgedBy(taskTypeId, source),
        escrowBuffer.spentOf(taskTypeId, source),
        completionTracker.ledgerOf(taskTypeId, sink),
        distributionPoolAt(pools.get(taskTypeId) as Address).getTotalAmountReceivedByMember(sink),
      ]);
      const results = await readAll(chain.client, views, blockNumber);
      return promised.every((receipt, index) => {
        const [completed, acknowledged, spent, ledger, paid] = results.slice(5 * index) as PromiseView;
        return completed === receipt.completed || acknowledged >= spent || ledger.acknowledged >= paid;
      });
    });
  }

  /** Whose window can close in this epoch, and who was paid in it, or owes from before: it is to be settled. */
  async #dueForSettlement(): Promise<Seller[]> {
    const sellers = this.#sellers();
    const [ledgers, received] = await Promise.all([this.#ledgers(sellers), this.#received(sellers)]);
    const now = await this.#given.clock.now();
    return sellers.filter((_, index) => {
      const { openedAt, receivedMark, owed } = ledgers[index] as LedgerView;
      const isOld = now >= openedAt + RECEIPT_EPOCHS * EPOCH;
      return isOld && ((received[index] ?? 0n) - receivedMark >= WORTH || owed >= WORTH);
    });
  }

  async #settled(sellers: readonly Seller[]): Promise<void> {
    const epoch = Math.floor((await this.#given.clock.now()) / EPOCH);
    await this.#given.clock.until("every sink is settled", async () => {
      const { capacityRegistry } = contractsOf(this.#given.chain.deployment);
      const [ledgers, stored] = await Promise.all([
        this.#ledgers(sellers),
        this.#read<{ settledEpoch: number }>(sellers, ({ address, task }) =>
          capacityRegistry.sinkOf(task.taskTypeId, address),
        ),
      ]);
      // Where too little took part, settling leaves the window open; a slash closes it and settles nobody.
      const late = sellers.filter((_, index) => {
        const closed = (ledgers[index]?.openedAt ?? 0) >= epoch * EPOCH;
        return !closed && (stored[index]?.settledEpoch ?? 0) < epoch;
      });
      if (late.length > 0) throw new Error(late.map(({ plan }) => plan.name).join(", "));
      return true;
    });
  }

  #ledgers(sellers: readonly Seller[]): Promise<LedgerView[]> {
    const { completionTracker } = contractsOf(this.#given.chain.deployment);
    return this.#read(sellers, (seller) => completionTracker.ledgerOf(seller.task.taskTypeId, seller.address));
  }

  /** Lets the money confirm the streams, and keepers do what is to be done about it. */
  async #calmDown(seconds: number): Promise<void> {
    const { chain, clock, market } = this.#given;
    for (const pass of [0, 15, 30]) {
      await clock.skipTo(seconds + pass);
      for (const { task } of [market.second, market.first]) {
        await clock.until("keepers have nothing left to do", async () => {
          const { needsRebalance, escrow, price } = await getPool(chain.client, task);
          const calm = !needsRebalance && escrow.drainable < WORTH && escrow.releasable < WORTH;
          if (calm && pass === 30) this.highestPrice = Math.max(this.highestPrice, Number(price) / Number(UNIT_RATE));
          return calm;
        });
      }
    }
  }

  async #look(trade: Trade): Promise<void> {
    const { books, chain, clock } = this.#given;
    await clock.eventually("what was paid", () => trade.look());
    await books.read(await chain.test.getBlockNumber({ cacheTime: 0 }));
  }

  async #acknowledge(trade: Trade): Promise<void> {
    const signed = await trade.sign();
    if (signed.length === 0) return;
    const receipts = signed.map((receipt) => ({ ...receipt, completed: String(receipt.completed) }));
    await this.#post("verifier", "/receipts/batch", { receipts });
    for (const receipt of signed) this.#promised.set(`${receipt.source} ${receipt.sink}`, receipt);
    this.receipts += signed.length;
  }

  /** Sends until it is taken: a service may be dead, starting, or without its endpoint. */
  async #post(name: "oracle" | "verifier", path: string, body: object): Promise<void> {
    const { clock, fleet } = this.#given;
    const headers = { "content-type": "application/json" };
    await clock.until(`the ${name} takes ${path}`, async () => {
      const signal = AbortSignal.timeout(10_000);
      const request = { method: "POST", headers, body: JSON.stringify(body), signal };
      const response = await fetch(fleet.urlOf(name) + path, request);
      const { results } = (await response.json()) as { results: { status?: string; error?: { code: string } }[] };
      const refused = results.find(({ status, error }) => status !== "pending" && error?.code !== "not_newer");
      if (refused !== undefined) throw new Error(JSON.stringify(refused));
      return true;
    });
  }

  async #received(sellers: readonly Seller[]): Promise<bigint[]> {
    const pools = await this.#pools();
    return this.#read(sellers, ({ address, task }) =>
      distributionPoolAt(pools.get(task.taskTypeId) as Address).getTotalAmountReceivedByMember(address),
    );
  }

  /** Distribution pools, by task type. */
  async #pools(): Promise<Map<Hex, Address>> {
    const { chain, market } = this.#given;
    const known = [market.first, market.second].map(async ({ task }) => {
      return [task.taskTypeId, (await getTaskType(chain.client, task)).distributionPool] as const;
    });
    return new Map(await Promise.all(known));
  }

  async #read<result>(sellers: readonly Seller[], view: (seller: Seller) => AnyCall): Promise<result[]> {
    const { client, test } = this.#given.chain;
    const blockNumber = await test.getBlockNumber({ cacheTime: 0 });
    return (await readAll(client, sellers.map(view), blockNumber)) as result[];
  }

  #sellers(): Seller[] {
    const { first, second } = this.#given.market;
    return [...first.sellers, ...second.sellers];
  }

  #seller(name: string): Seller {
    return this.#sellers().find(({ plan }) => plan.name === name) as Seller;
  }
}
