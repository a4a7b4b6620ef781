import { randomBytes } from "node:crypto";
import type { Hex } from "viem";
import { REMEMBERED, type Table } from "../../sdk/work/orders.ts";
import type { Payment } from "./payment.ts";

/** What became of a payment. */
export type PaymentRecord = {
  /** Of the request that it pays for. */
  hash: Hex;
  /** Wei of the super token. */
  value: bigint;
  /** Unix seconds. */
  validBefore: number;
  /** No block in which it may have been executed is older. */
  block: bigint;
  /** Settlement may have begun; the money is here and nothing was delivered; it was delivered. */
  state: "reserved" | "settled" | "answered";
  payer: string;
  transaction?: Hex | undefined;
  /** What it is answered again, as `parseKept` reads it. */
  answer?: string | undefined;
};

/** Every payment that was taken, so that each is settled and served once. Its tables are durable together. */
export class Records {
  constructor(
    private readonly payments: Table<PaymentRecord>,
    /** Credit notes, and payers' own names of requests, by what they stand for. */
    private readonly names: Table<string>,
  ) {}

  of(id: string): PaymentRecord | undefined {
    return this.payments.get(id);
  }

  /** The payment that the payer has sent for the same name before. */
  named({ id, identifier }: Pick<Payment, "id" | "identifier">): string {
    const named = identifier === undefined ? undefined : this.names.get(`name ${identifier}`);
    return named ?? id;
  }

  set(id: string, record: PaymentRecord, identifier?: string): void {
    this.payments.set(id, record);
    if (identifier !== undefined) this.names.set(`name ${identifier}`, id);
  }

  forget(id: string): void {
    this.payments.delete(id);
    this.#forgetNames((of) => of === id);
  }

  /** For who has paid and got nothing: a secret that buys one other request, once. */
  noteFor(id: string): string {
    const note = `note_${randomBytes(32).toString("hex")}`;
    this.#forgetNames((of, name) => of === id && name.startsWith("note_"));
    this.names.set(note, id);
    return note;
  }

  /** What a note was given for; undefined for one that buys nothing, or nothing any more. */
  behind(note: string): string | undefined {
    return note.startsWith("note_") ? this.names.get(note) : undefined;
  }

  /** Forgets what was delivered and cannot be sent again. What is owed is kept. */
  prune(now: number): void {
    for (const [id, { state, validBefore }] of [...this.payments.entries()])
      if (state !== "settled" && validBefore + REMEMBERED < now) this.forget(id);
  }

  #forgetNames(isOld: (of: string, name: string) => boolean): void {
    for (const [name, of] of [...this.names.entries()]) if (isOld(of, name)) this.names.delete(name);
  }
}
