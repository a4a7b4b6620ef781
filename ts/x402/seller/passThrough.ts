import { BackpressureError } from "../../core/errors.ts";
import { STATEMENT_HEADER, toStatementHeader, type WorkOrder } from "../../sdk/work/wire.ts";
import type { Measurement } from "../meters/meter.ts";
import { concat } from "../meters/sse.ts";
import { Keeper, MAX_KEPT, refusalBody } from "./answers.ts";
import type { Till } from "./till.ts";

export type PassThroughParameters = {
  answer: Response;
  order: WorkOrder;
  till: Till;
  measurement: Measurement;
  /** The answer has ended, or was broken off, and has cost so much, wei. */
  onEnd: (cost: bigint) => void;
  /** Puts the statement into the headers of an answer that was waited for. */
  stated: (response: Response, cost: bigint) => Promise<Response>;
};

/** Answers of these kinds are made piece by piece: whoever waits for them wants the pieces. */
const COMES_IN_PIECES = /^(text\/event-stream|application\/(x-ndjson|jsonl|octet-stream)|audio\/|video\/|image\/)/i;

/**
 * Gives an answer to its source as it comes, and counts it. What is short and whole is waited for, so that its cost is in
 * its header; the rest goes out byte by byte, and is broken off where it has cost what was reserved.
 */
export async function passThrough(parameters: PassThroughParameters): Promise<Response> {
  const { answer, stated } = parameters;
  const passing = new Passing(parameters);
  const type = answer.headers.get("content-type") ?? "";
  if (COMES_IN_PIECES.test(type)) return withBody(answer, passing.stream([]));
  const first: Uint8Array[] = [];
  for (let size = 0; size <= MAX_KEPT; ) {
    const chunk = await passing.next(true);
    if (chunk === undefined) return stated(withBody(answer, concat(first)), passing.cost);
    first.push(chunk);
    size += chunk.length;
  }
  return withBody(answer, passing.stream(first));
}

/**
 * Whoever does the work has broken off before the source got anything.
 * @remarks Ask again: it cost nothing. If you sell, look at what does the work.
 */
export class BrokenOffError extends BackpressureError {
  override name = "BrokenOffError";

  constructor(message: string, options?: { cause: unknown }) {
    super(message, options);
  }
}

/** An answer on its way. */
class Passing {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #keeper = new Keeper();
  readonly #type: string;
  #settling: Promise<void> | undefined;
  #isOver = false;
  /** What it has cost, once it is over, wei. */
  cost = 0n;

  constructor(private readonly parameters: PassThroughParameters) {
    this.#reader = parameters.answer.body?.getReader();
    this.#type = parameters.answer.headers.get("content-type") ?? "";
  }

  /** The rest of it, as it comes. */
  stream(first: readonly Uint8Array[]): ReadableStream<Uint8Array> {
    const waiting = [...first];
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const chunk = waiting.shift() ?? (await this.next());
          if (chunk === undefined) controller.close();
          else controller.enqueue(chunk);
        },
        // The source has gone: whoever works may stop, and what was produced is counted.
        cancel: async (reason) => {
          await this.#reader?.cancel(reason).catch(() => {});
          await this.#settle(false);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /**
   * The next bytes for the source; undefined at the end.
   * @param isHeld Whether the source has got nothing yet: then it pays nothing for what is broken off.
   * @throws {BrokenOffError}
   */
  async next(isHeld = false): Promise<Uint8Array | undefined> {
    while (!this.#isOver) {
      const chunk = await this.#read(isHeld);
      if (chunk.length > 0) return chunk;
    }
    return undefined;
  }

  async #read(isHeld: boolean): Promise<Uint8Array> {
    const { measurement, order, till } = this.parameters;
    let read: { done: boolean; value?: Uint8Array | undefined };
    try {
      read = (await this.#reader?.read()) ?? { done: true };
    } catch (cause) {
      if (isHeld) throw new BrokenOffError("whoever does the work has broken off", { cause });
      return this.#end([measurement.end()], "failed", "whoever does the work has broken off");
    }
    if (read.done || read.value === undefined) return this.#end([measurement.end()]);
    const passed = measurement.take(read.value);
    this.#keeper.add(passed);
    const most = till.desk.reserved(order);
    // What is whole already is given whole, and costs what was reserved.
    if (isHeld || most === undefined || measurement.cost() <= most) return passed;
    await this.#reader?.cancel().catch(() => {});
    return this.#end([passed], "maximum_reached", "the answer has cost what was reserved for it");
  }

  /** @returns The last bytes: what was held back, why it was broken off, and how the account stands. */
  async #end(last: Uint8Array[], code?: string, message = ""): Promise<Uint8Array> {
    const { order, till } = this.parameters;
    this.#isOver = true;
    if (code === undefined) for (const chunk of last) this.#keeper.add(chunk);
    await this.#settle(code === undefined);
    if (!/^text\/event-stream/i.test(this.#type)) {
      if (code === undefined) return concat(last);
      // Who reads to the end must learn that it is none.
      throw new BrokenOffError(message);
    }
    const settled = { success: code === undefined, chainId: till.chainId, payer: order.source, errorReason: code };
    const statement = toStatementHeader(till.desk.statement(order.source, this.cost), settled);
    const event = code && `event: error\ndata: ${refusalBody(code, message, till.now())}\n\n`;
    return concat([...last, new TextEncoder().encode(`${event ?? ""}: ${STATEMENT_HEADER} ${statement}\n\n`)]);
  }

  #settle(isWhole: boolean): Promise<void> {
    this.#settling ??= this.#settleOnce(isWhole);
    return this.#settling;
  }

  async #settleOnce(isWhole: boolean): Promise<void> {
    const { answer, measurement, onEnd, order, till } = this.parameters;
    this.#isOver = true;
    const { status } = answer;
    const produced = measurement.cost();
    this.cost = await till.desk.settle(order, produced, (cost) =>
      this.#keeper.text({ status, type: this.#type, cost, isWhole }),
    );
    onEnd(produced);
  }
}

type ResponseBody = ConstructorParameters<typeof Response>[0];

/** The same answer with another body, whose length is not known. */
function withBody(answer: Response, body: ReadableStream<Uint8Array> | Uint8Array): Response {
  const headers = new Headers(answer.headers);
  for (const name of ["content-length", "content-encoding", "transfer-encoding"]) headers.delete(name);
  const hasBody = ![204, 205, 304].includes(answer.status);
  const { status, statusText } = answer;
  return new Response(hasBody ? (body as ResponseBody) : null, { status, statusText, headers });
}
