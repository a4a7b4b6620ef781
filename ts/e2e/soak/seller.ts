import type { Address, Hex } from "viem";
import {
  ReceiptBook,
  type Signal,
  type SignedAttestation,
  signAttestation,
  type WriteClient,
} from "../../sdk/index.ts";
import type { Deployment } from "../../sdk/types.ts";
import { UNIT_RATE } from "../../testkit/testChain.ts";

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

/** An agent that works for what it is paid, and no more. */
export class Seller {
  /** It serves and signals. */
  alive = true;
  /** What it says it can serve now, units. */
  declares: number;
  readonly book: ReceiptBook;
  /** Wei that the pool has paid it so far. */
  received = 0n;
  /** Value of the work that it has done so far, wei. */
  served = 0n;
  /** Wei that it has lost: work that nobody waits for from it any more. */
  #slashed = 0n;

  constructor(
    readonly plan: SellerPlan,
    readonly client: WriteClient,
    readonly task: { deployment: Deployment; taskTypeId: Hex },
  ) {
    this.declares = plan.declares;
    this.book = new ReceiptBook({ ...task, sink: client.account.address });
  }

  get address(): Address {
    return this.client.account.address;
  }

  /** Paid for and not done, wei. */
  get unserved(): bigint {
    const unserved = this.received - this.#slashed - this.served;
    return unserved > 0n ? unserved : 0n;
  }

  /** Lets it work. @param speed Factor on its usual rate. */
  work(seconds: number, speed: number, { received, slashed }: { received: bigint; slashed: bigint }): void {
    this.received = received;
    this.#slashed = slashed;
    if (!this.alive) return;
    const able = BigInt(Math.floor(this.plan.rate * seconds * speed)) * UNIT_RATE;
    this.served += able < this.unserved ? able : this.unserved;
  }

  /** What it would signal now. */
  signal(): Signal {
    const backlog = this.plan.honest ? this.unserved / UNIT_RATE : 0n;
    return { capacity: BigInt(this.declares), backlog };
  }

  attest(): Promise<SignedAttestation> {
    return signAttestation(this.client, { ...this.task, ...this.signal() });
  }

  /** Done, and in no receipt yet, wei. */
  undelivered(sources: readonly Address[]): bigint {
    return sources.reduce((left, source) => left - this.book.delivered(source), this.served);
  }
}
