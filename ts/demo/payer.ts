import { type Address, type Hex, toHex } from "viem";
import { Dispatcher, type Sending } from "../sdk/work/dispatcher.ts";
import { OrderRefusedError, SinksBusyError, WaitForCreditError } from "../sdk/work/errors.ts";
import type { Agent } from "./agent.ts";
import type { Request } from "./demand.ts";
import type { MarketStage } from "./market.ts";
import { EPOCH, TERMS, UNIT_RATE } from "./scenario.ts";

/** A request that waits, and who has failed to do it. */
type Waiting = { request: Request; tokens: number; except: readonly Address[] };

/** How long a payer waits for an answer, and at most until it tries again who gave none, seconds. */
const [TIMEOUT, LONGEST_BACK_OFF] = [EPOCH, 2 * EPOCH];

/**
 * Who pays in a stage: a source, or an agent that passes its work on. Its requests wait here, oldest first, until its
 * dispatcher says who owes it the next.
 */
export class Payer {
  /** Tokens of work that it has asked for so far, and that it has withdrawn again. */
  asked = 0;
  withdrawn = 0;
  readonly #dispatcher: Dispatcher;
  readonly #onDone: (request: Request, sink: Address, now: number) => void;
  #waiting: Waiting[] = [];
  readonly #sent = new Map<number, Waiting & { sending: Sending }>();
  #orders = 0;

  /**
   * @param index Of its stage.
   * @param largestTask Wei.
   * @param onDone Hears of every request that a sink has done.
   */
  constructor(
    readonly stage: MarketStage,
    readonly index: number,
    readonly address: Address,
    largestTask: bigint,
    onDone: (request: Request, sink: Address, now: number) => void,
  ) {
    this.#onDone = onDone;
    const { horizon } = TERMS;
    this.#dispatcher = new Dispatcher({ oneTask: largestTask, horizon, longestBackOff: LONGEST_BACK_OFF });
  }

  /** What it was credited at a sink so far, wei. @param now Seconds. */
  paid(sink: Address, wei: bigint, now: number): void {
    this.#dispatcher.paid(sink, wei, now);
  }

  /** Wei of work that it has received from a sink: what it signs. */
  accepted(sink: Address): bigint {
    return this.#dispatcher.standing(sink)?.accepted ?? 0n;
  }

  /** What it may still order from those who answer, wei. */
  usable(now: number): bigint {
    const answering = this.#dispatcher.standings().filter(({ failures }) => failures === 0);
    return answering.reduce((sum, { sink }) => sum + this.#dispatcher.eligible(sink, now), 0n);
  }

  /** Work that waits for credit, tokens. */
  get waitingTokens(): number {
    return this.#waiting.reduce((sum, { tokens }) => sum + tokens, 0);
  }

  /** Requests that wait, or whose answer has not come. */
  get open(): number {
    return this.#waiting.length + this.#sent.size;
  }

  ask(request: Request): void {
    const tokens = request.work[this.index] ?? 0;
    this.#waiting.push({ request, tokens, except: [] });
    this.asked += tokens;
  }

  /** Withdraws its youngest waiting requests, as long as they fit into `tokens`. */
  withdraw(tokens: number): { requests: number; tokens: number } {
    const withdrawn = { requests: 0, tokens: 0 };
    for (let last = this.#waiting.at(-1); last !== undefined; last = this.#waiting.at(-1)) {
      if (withdrawn.tokens + last.tokens > tokens) break;
      this.#waiting.pop();
      withdrawn.requests += 1;
      withdrawn.tokens += last.tokens;
    }
    this.withdrawn += withdrawn.tokens;
    return withdrawn;
  }

  /** Orders what it has credit for. @param now Seconds. */
  order(agents: ReadonlyMap<Address, Agent>, now: number): void {
    let sent = 0;
    for (; sent < this.#waiting.length; sent++) {
      const waiting = this.#waiting[sent] as Waiting;
      if (!this.#send(waiting, agents, now)) break;
    }
    this.#waiting.splice(0, sent);
  }

  /** Whoever has not answered in time has failed; the work waits again, before all other. */
  giveUp(now: number): void {
    const late = [...this.#sent.values()].filter(({ sending }) => now - sending.sentAt >= TIMEOUT);
    for (const { sending } of late) {
      this.#sent.delete(sending.id);
      this.#dispatcher.failed({ id: sending.id, now });
    }
    this.#waiting.unshift(...late.map(({ request, tokens, sending }) => ({ request, tokens, except: [sending.sink] })));
  }

  #take(id: number, now: number): boolean {
    const sent = this.#sent.get(id);
    if (sent === undefined) return false;
    this.#sent.delete(id);
    this.#dispatcher.accepted({ id, now, value: sent.sending.value });
    this.#onDone(sent.request, sent.sending.sink, now);
    return true;
  }

  /** @returns Whether somebody has it now. */
  #send(waiting: Waiting, agents: ReadonlyMap<Address, Agent>, now: number): boolean {
    const value = BigInt(waiting.tokens) * UNIT_RATE;
    for (;;) {
      const sending = this.#next(value, waiting.except, now);
      if (sending === undefined) return false;
      const { id, sink } = sending;
      const agent = agents.get(sink);
      try {
        if (agent?.answers) {
          const key = { source: this.address, sink, taskTypeId: this.stage.id, nonce: this.#nonce() };
          const answer = (at: number) => this.#take(id, at);
          agent.take({ key, tokens: waiting.tokens, received: this.accepted(sink), answer }, now);
        }
        this.#sent.set(id, { ...waiting, sending });
        return true;
      } catch (error) {
        if (!(error instanceof OrderRefusedError)) throw error;
        this.#dispatcher.refused({ id, now, until: now + (error.retryAfter ?? EPOCH) });
      }
    }
  }

  #next(value: bigint, except: readonly Address[], now: number): Sending | undefined {
    try {
      return this.#dispatcher.next({ value, now, except });
    } catch (error) {
      if (error instanceof WaitForCreditError || error instanceof SinksBusyError) return undefined;
      throw error;
    }
  }

  #nonce(): Hex {
    this.#orders += 1;
    return toHex(this.#orders);
  }
}
