import type { Address } from "viem";
import { max, min, toJson } from "../../core/bigints.ts";
import { EndpointProofs } from "../../sdk/work/challenge.ts";
import {
  type GuardedFetchParameters,
  type GuardedStream,
  guardedFetch,
  guardedOpen,
} from "../../sdk/work/connector.ts";
import {
  ACCOUNT_PATH,
  hashRequest,
  ORDER_HEADER,
  parseStatement,
  STATEMENT_HEADER,
  type Statement,
  toOrderHeader,
} from "../../sdk/work/wire.ts";
import type { BuyerAccount } from "./account.ts";
import { StatementFilter } from "./statements.ts";

/** A request as it goes to a sink: what is not said here does not leave the house. */
export type Outgoing = { method: string; path: string; headers: Record<string, string>; body: Uint8Array };

export type SinkDoorParameters = Pick<GuardedFetchParameters, "allowPrivate" | "timeout"> & {
  sink: Address;
  /** As its profile says. */
  endpoint: string;
  account: BuyerAccount;
  /** The longest answer, bytes. */
  maxBytes: number;
};

/** Where one sink takes orders, says how the account stands, and takes receipts. */
export class SinkDoor {
  readonly #proofs: EndpointProofs;

  constructor(private readonly parameters: SinkDoorParameters) {
    const { client, deployment, taskTypeId } = parameters.account.parameters;
    this.#proofs = new EndpointProofs(client, { deployment, taskTypeId, now: parameters.account.now });
  }

  get endpoint(): string {
    return this.parameters.endpoint;
  }

  /**
   * Before the first body, and once an hour: the sink's own key says that it is here. And the counter starts where the last
   * program left it.
   * @throws {UnprovenEndpointError} @throws {UnsafeAddressError} @throws {MalformedMessageError}
   */
  async meet(): Promise<void> {
    const { account, sink, endpoint } = this.parameters;
    await this.#proofs.meet({
      ...{ sink, endpoint },
      ask: async (headers) => (await guardedFetch(this.#to(this.#accountPath, { headers }))).headers,
      onProven: async (headers) => {
        if (!account.tab.knows(sink)) await account.tab.saw(sink, parseStatement(headers[STATEMENT_HEADER]));
      },
    });
  }

  /** How the sink sees the account. @throws {UnsafeAddressError} @throws {MalformedMessageError} */
  async ask(): Promise<Statement> {
    const { headers } = await guardedFetch(this.#to(this.#accountPath, {}));
    return parseStatement(headers[STATEMENT_HEADER]);
  }

  /** Sends a signed order for a request. @param maxWork The most that it may cost, wei. */
  async order(request: Outgoing, maxWork: bigint, signal: AbortSignal | undefined): Promise<GuardedStream> {
    const { account, sink } = this.parameters;
    const { method, path, headers, body } = request;
    const { url } = this.#to(path, {});
    const draft = account.tab.draft(sink, { maxWork, requestHash: hashRequest({ method, url, body }) });
    const signed = toOrderHeader(await account.tab.sign(draft));
    const all = { ...headers, [ORDER_HEADER]: signed };
    const sent = body.length === 0 ? {} : { body };
    return guardedOpen(this.#to(path, { method, headers: all, signal, ...sent }));
  }

  /** Tells the sink what was received, so that it can be paid for it. */
  async acknowledge(): Promise<void> {
    const { account, sink } = this.parameters;
    const body = toJson({ source: account.tab.source, ...(await account.tab.acknowledgement(sink)) });
    await guardedFetch(this.#to(ACCOUNT_PATH, { method: "PUT", body }));
  }

  get #accountPath(): string {
    return `${ACCOUNT_PATH}?source=${this.parameters.account.tab.source}`;
  }

  #to(path: string, more: Partial<GuardedFetchParameters>): GuardedFetchParameters {
    const { endpoint, allowPrivate, timeout, maxBytes } = this.parameters;
    const url = endpoint.replace(/\/$/, "") + (path.startsWith("/") ? path : `/${path}`);
    return { url, timeout, maxBytes, allowPrivate, ...more };
  }
}

/** What an answer has cost, as far as the source counts it, wei. */
export type CostOf = (statement: Statement | undefined) => Promise<bigint>;

export type ReceivedParameters = {
  answer: GuardedStream;
  /** The answer is complete. @param cost What the sink says, if it has said so. */
  onWhole: (statement: Statement | undefined) => Promise<void>;
  /** The source has gone, or the sink has broken off. */
  onBroken: (byReader: boolean) => Promise<void>;
};

/** The answer for the caller: as it comes, without what is between sink and source. */
export function received({ answer, onWhole, onBroken }: ReceivedParameters): Response {
  const { status, headers } = answer;
  const inHeader = headers[STATEMENT_HEADER];
  const filter = inHeader === undefined ? new StatementFilter() : undefined;
  const iterator = answer.body[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await iterator.next();
          if (!done) {
            const passed = filter?.take(value) ?? value;
            if (passed.length > 0) controller.enqueue(passed);
            // Nothing was given, so nobody would ask again.
            else await this.pull?.(controller);
            return;
          }
          const rest = filter?.end();
          if (rest !== undefined && rest.length > 0) controller.enqueue(rest);
          await onWhole(inHeader === undefined ? filter?.statement : parseStatement(inHeader));
          controller.close();
        } catch (error) {
          await onBroken(false).catch(() => {});
          controller.error(error);
        }
      },
      async cancel() {
        await iterator.return?.();
        await onBroken(true);
      },
    },
    { highWaterMark: 0 },
  );
  const passed = new Headers(headers);
  for (const name of HOP_BY_HOP) passed.delete(name);
  return new Response([204, 205, 304].includes(status) ? null : body, { status, headers: passed });
}

const HOP_BY_HOP = [STATEMENT_HEADER, "connection", "keep-alive", "transfer-encoding", "content-length"];

/** What is counted where the sink's word for one answer is missing: what it states in all, less what is counted already. */
export const missingCost = (stated: bigint, counted: bigint, maxWork: bigint): bigint =>
  min(maxWork, max(0n, stated - counted));
