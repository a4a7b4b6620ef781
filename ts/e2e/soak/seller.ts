import type { Address, Hex } from "viem";
import {
  ReceiptBook,
  type Signal,
  type SignedAttestation,
  signAttestation,
  type WriteClient,
} from "../../sdk/index.ts";
import type { Deployment } from "../../sdk/types.ts";
import { Admission, type AdmissionParameters } from "../../sdk/work/admission.ts";
import type { OrderKey } from "../../sdk/work/errors.ts";
import { UNIT_RATE } from "../../testkit/testChain.ts";

/** Value of every task: a thousand unit-seconds, wei. */
export const TASK = 1000n * UNIT_RATE;

export type SellerPlan = {
  name: string;
  /** What it really serves when it is paid for it, units. */
  rate: number;
  /** What it says it can serve, units. */
  declares: number;
  /** It declares what it can do and what it is behind with; it must never be slashed. */
  honest: boolean;
  /** Connected to its pool; otherwise it claims. */
  connects: boolean;
};

/** A task that was ordered. */
export type Job = {
  /** Of the buyer's dispatcher. */
  id: number;
  key: OrderKey;
  /** Unix seconds. */
  sentAt: number;
  isOver: boolean;
  onDone: (now: number) => void;
};

/** Longest wait of what was admitted, seconds. */
const MAX_WAIT = 300;

/** An agent that works for who has paid it: its admission says for whom. */
export class Seller {
  /** What it says it can serve now, units. */
  declares: number;
  readonly book: ReceiptBook;
  readonly admission: Admission;
  /** Wei that the pool has paid it so far. */
  received = 0n;
  readonly #jobs: Job[] = [];
  #alive = true;
  /** Done of its first task, wei. */
  #done = 0n;

  constructor(
    readonly plan: SellerPlan,
    readonly client: WriteClient,
    readonly task: { deployment: Deployment; taskTypeId: Hex },
    terms: Pick<AdmissionParameters, "oneTask" | "epochLength" | "horizon">,
  ) {
    this.declares = plan.declares;
    this.book = new ReceiptBook({ ...task, sink: client.account.address });
    this.admission = new Admission({ ...terms, rate: () => BigInt(plan.rate) * UNIT_RATE, maxWait: MAX_WAIT });
  }

  get address(): Address {
    return this.client.account.address;
  }

  /** It serves and signals. */
  get alive(): boolean {
    return this.#alive;
  }

  /** It stops, and what it was doing is lost; or it runs again. */
  set alive(alive: boolean) {
    if (alive === this.#alive) return;
    this.#alive = alive;
    for (const { key } of this.#jobs.splice(0)) this.admission.fail(key);
    this.#done = 0n;
  }

  get answers(): boolean {
    return this.#alive && this.plan.rate > 0;
  }

  /** @throws {OrderRefusedError} */
  take(job: Job, now: number): void {
    const { key } = job;
    this.admission.admit({ key, hash: key.nonce, maximum: TASK, validBefore: now + 60, now });
    this.#jobs.push(job);
  }

  /** Works off what it has taken. @param speed Factor on its usual rate. */
  work(seconds: number, speed: number, now: number): void {
    if (!this.answers) return;
    this.#done += BigInt(Math.floor(this.plan.rate * seconds * speed)) * UNIT_RATE;
    for (let job = this.#jobs[0]; job !== undefined && this.#done >= TASK; job = this.#jobs[0]) {
      this.#done -= TASK;
      this.#jobs.shift();
      this.admission.settle({ key: job.key, cost: TASK, answer: "" });
      job.onDone(now);
    }
    // Who has nothing to do cannot do it in advance.
    if (this.#jobs.length === 0) this.#done = 0n;
  }

  /** What it would signal now. */
  signal(): Signal {
    const backlog = this.plan.honest ? this.admission.backlog / UNIT_RATE : 0n;
    return { capacity: BigInt(this.declares), backlog };
  }

  attest(): Promise<SignedAttestation> {
    return signAttestation(this.client, { ...this.task, ...this.signal() });
  }
}
