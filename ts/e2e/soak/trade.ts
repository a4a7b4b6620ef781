import { type Address, toHex } from "viem";
import { min } from "../../core/bigints.ts";
import { getTaskType, type SignedReceipt, signReceipt } from "../../sdk/index.ts";
import { CreditBook } from "../../sdk/work/credit.ts";
import { OrderRefusedError, SinksBusyError, WaitForCreditError } from "../../sdk/work/errors.ts";
import { readSample } from "../../sdk/work/sampling.ts";
import type { Rng } from "../../sim/rng.ts";
import type { TestChain } from "../../testkit/testChain.ts";
import { type Job, type Seller, TASK } from "./seller.ts";
import { type Buyer, EPOCH, type Stage } from "./stage.ts";

/** Between two looks of buyers at what they may order, seconds. */
const ROUND = 15;

/**
 * How tasks go from the buyers of a pool to its sellers: the kit's dispatchers say who gets the next, its admissions whose
 * is taken, and its credit book what everybody has paid whom. Buyers have as many tasks as they have paid for.
 */
export class Trade {
  readonly #credit = new CreditBook();
  readonly #waiting = new Map<Buyer, Job[]>();
  #orders = 0;
  /** What everybody had spent by the latest look, wei. */
  #spent: Record<Address, bigint> = {};
  /** Until when everybody has worked, Unix seconds. */
  #now: number;

  constructor(
    readonly chain: TestChain,
    readonly stage: Stage,
    now: number,
  ) {
    this.#now = now;
    for (const buyer of stage.buyers) this.#waiting.set(buyer, []);
  }

  /** Tells everybody what was paid by now. */
  async look(): Promise<void> {
    const { buyers, sellers, task } = this.stage;
    const { client, test } = this.chain;
    const sources = buyers.map(({ client }) => client.account.address);
    const sinks = sellers.map(({ address }) => address);
    const { distributionPool } = await getTaskType(client, task);
    const blockNumber = await test.getBlockNumber({ cacheTime: 0 });
    if (blockNumber <= (this.#credit.block?.block ?? -1n)) return;
    const sample = await readSample(client, { ...task, distributionPool, blockNumber, sources, sinks });
    this.#credit.take(sample);
    this.#spent = sample.spent;
    for (const seller of sellers) {
      seller.received = sample.received[seller.address] ?? 0n;
      for (const { client, dispatcher } of buyers) {
        const credit = this.#credit.credit(client.account.address, seller.address);
        dispatcher.paid(seller.address, credit, this.#now);
        seller.admission.paid(client.account.address, credit, this.#now);
      }
    }
  }

  /** Lets buyers order and sellers work until `now`, at speeds around their usual rates. */
  run(now: number, random: Rng): void {
    const speeds = this.stage.sellers.map(() => random.between(0.92, 1.08));
    for (; this.#now + ROUND <= now; this.#now += ROUND) {
      for (const buyer of this.stage.buyers) if (buyer.plan?.crony === undefined) this.#order(buyer);
      for (const [index, seller] of this.stage.sellers.entries()) seller.work(ROUND, speeds[index] ?? 1, this.#now);
      for (const [buyer, jobs] of this.#waiting) this.#waiting.set(buyer, this.#giveUp(buyer, jobs));
    }
    for (const { admission } of this.stage.sellers) admission.prune(this.#now);
  }

  /** What buyers acknowledge in an epoch since their last receipts, signed by both sides. */
  async sign(epoch: number): Promise<SignedReceipt[]> {
    const signed: SignedReceipt[] = [];
    for (const seller of this.stage.sellers) {
      for (const buyer of this.stage.buyers) {
        const source = buyer.client.account.address;
        const value = this.#acknowledged(buyer, seller, epoch) - seller.book.delivered(source);
        if (value <= 0n) continue;
        const receipt = seller.book.deliver({ source, value });
        const sourceSignature = await signReceipt(buyer.client, { ...seller.task, receipt });
        signed.push(await seller.book.accept(seller.client, { receipt, sourceSignature }));
        seller.admission.acknowledged(source, receipt.completed, receipt.completed);
      }
    }
    return signed;
  }

  /** All that a buyer is ready to acknowledge to a seller, wei. */
  #acknowledged({ client, dispatcher, plan }: Buyer, seller: Seller, epoch: number): bigint {
    const { name } = seller.plan;
    // For a crony's idleness: as much as can count.
    if (plan?.crony === name) return min(this.#spent[client.account.address] ?? 0n, seller.received);
    if (plan?.acknowledges(name, epoch) === false) return 0n;
    return dispatcher.standing(seller.address)?.accepted ?? 0n;
  }

  #order(buyer: Buyer): void {
    for (;;) {
      try {
        const { id, sink } = buyer.dispatcher.next({ value: TASK, now: this.#now });
        this.#send(buyer, id, sink);
      } catch (error) {
        if (error instanceof WaitForCreditError || error instanceof SinksBusyError) return;
        throw error;
      }
    }
  }

  #send(buyer: Buyer, id: number, sink: Address): void {
    const { client, dispatcher } = buyer;
    const { taskTypeId } = this.stage.task;
    this.#orders += 1;
    const key = { source: client.account.address, sink, taskTypeId, nonce: toHex(this.#orders) };
    const job: Job = { id, key, sentAt: this.#now, isOver: false, onDone: (now) => this.#accept(buyer, job, now) };
    try {
      const seller = this.stage.sellers.find(({ address }) => address === sink) as Seller;
      if (seller.answers) seller.take(job, this.#now);
      this.#waiting.get(buyer)?.push(job);
    } catch (error) {
      if (!(error instanceof OrderRefusedError)) throw error;
      dispatcher.refused({ id, now: this.#now, until: this.#now + (error.retryAfter ?? EPOCH) });
    }
  }

  #accept({ dispatcher }: Buyer, job: Job, now: number): void {
    if (job.isOver) return;
    job.isOver = true;
    dispatcher.accepted({ id: job.id, now: now + ROUND, value: TASK });
  }

  /** @returns The jobs that are still waited for. */
  #giveUp({ dispatcher }: Buyer, jobs: readonly Job[]): Job[] {
    return jobs.filter((job) => {
      if (!job.isOver && this.#now - job.sentAt >= EPOCH) {
        job.isOver = true;
        dispatcher.failed({ id: job.id, now: this.#now });
      }
      return !job.isOver;
    });
  }
}
