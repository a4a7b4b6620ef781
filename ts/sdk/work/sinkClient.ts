import type { Address } from "viem";
import { toJson } from "../../core/bigints.ts";
import { type GuardedFetchParameters, type GuardedResponse, guardedFetch } from "./connector.ts";
import {
  ACCOUNT_PATH,
  type Acknowledgement,
  MalformedMessageError,
  ORDER_HEADER,
  parseStatement,
  type SignedOrder,
  STATEMENT_HEADER,
  type Statement,
  toOrderHeader,
} from "./wire.ts";

export type SinkClientParameters = {
  /** Where a sink takes orders, as its profile says. */
  endpointOf: (sink: Address) => string | undefined;
  /** Seconds for one answer; 60 if not said. */
  timeout?: number | undefined;
  /** For sinks in one's own network. */
  allowPrivate?: boolean | undefined;
};

const MAX_ANSWER = 10_000_000;

/** What a source asks sinks over HTTP. Each call throws `UnsafeAddressError` where nothing usable comes back. */
export class SinkClient {
  constructor(readonly parameters: SinkClientParameters) {}

  /** @throws {MalformedMessageError} if there is none. */
  endpoint(sink: Address): string {
    const endpoint = this.parameters.endpointOf(sink);
    if (endpoint === undefined) throw new MalformedMessageError(`${sink} has no endpoint`);
    return endpoint;
  }

  /** Has the work of an order done, or asks for its answer again. */
  order(signed: SignedOrder, body: string): Promise<GuardedResponse> {
    return this.#fetch(signed.order.sink, { method: "POST", headers: { [ORDER_HEADER]: toOrderHeader(signed) }, body });
  }

  /** Says that the answer is not needed any more: a sink that has not begun need not, and then counts nothing. */
  async withdraw(signed: SignedOrder): Promise<void> {
    await this.#fetch(signed.order.sink, { method: "DELETE", headers: { [ORDER_HEADER]: toOrderHeader(signed) } });
  }

  /** How the sink sees the source's account. @throws {UnsafeAddressError} @throws {MalformedMessageError} */
  async account(sink: Address, source: Address): Promise<Statement> {
    return parseStatement((await this.ask(sink, source, {}))[STATEMENT_HEADER]);
  }

  /** As `account`, with headers of one's own. @returns Headers of the answer. @throws {UnsafeAddressError} */
  async ask(sink: Address, source: Address, headers: Record<string, string>): Promise<Record<string, string>> {
    return (await this.#fetch(sink, { path: `${ACCOUNT_PATH}?source=${source}`, headers })).headers;
  }

  /** Tells the sink what was received, so that it can be paid for it. @throws {UnsafeAddressError} */
  async acknowledge(sink: Address, source: Address, acknowledgement: Acknowledgement): Promise<void> {
    const body = toJson({ source, ...acknowledgement });
    await this.#fetch(sink, { path: ACCOUNT_PATH, method: "PUT", body });
  }

  #fetch(sink: Address, { path = "", ...request }: Partial<GuardedFetchParameters> & { path?: string }) {
    const { allowPrivate, timeout = 60 } = this.parameters;
    return guardedFetch({ url: this.endpoint(sink) + path, timeout, maxBytes: MAX_ANSWER, allowPrivate, ...request });
  }
}
