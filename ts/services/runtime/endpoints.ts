import { createTransport, type EIP1193Parameters, type Hex, http, keccak256, type Transport } from "viem";
import { UsageError } from "../../core/errors.ts";
import type { Network } from "../../core/networks.ts";
import { classifyRpcError, isAlreadyKnown, isChainsAnswer, nodesWords, retryAfterOf } from "../../core/rpcErrors.ts";
import { formatDuration } from "../../sdk/utils/format.ts";
import { BroadcastError, EndpointsError, RateLimitedError } from "./errors.ts";
import { HeadSubscription } from "./headSubscription.ts";
import { type Head, headOf, judgeHeads } from "./heads.ts";
import type { Health } from "./health.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";
import { type RpcAnswer, type RpcCall, rpcBatch } from "./rpcBatch.ts";

export type EndpointsParameters = {
  network: Pick<Network, "chain" | "rpcUrls" | "name" | "rpcVariable" | "isPublic"> &
    Partial<Pick<Network, "headUrls">>;
  log: Logger;
  metrics: Metrics;
  /** Longest wait for an answer, milliseconds. */
  timeout: number;
  /** Blocks that an endpoint may be away from the others. */
  tolerance?: bigint;
  /** Unix seconds; tests bring their own. */
  clock?: () => number;
};

type Request = (parameters: EIP1193Parameters) => Promise<unknown>;

type Endpoint = {
  /** Its host: the rest of its URL may be a key. */
  name: string;
  request: Request;
  /** Several calls as one request; their answers, in order. */
  batch: (calls: readonly RpcCall[]) => Promise<RpcAnswer[]>;
  claim: Head | undefined;
  /** Where it tells of new blocks by itself. */
  heads: HeadSubscription | undefined;
  /** Faults in a row. */
  faults: number;
  /** Not asked before, milliseconds of our clock, unless nobody else is left. */
  restsUntil: number;
  /** It rests because it was asked too often: nobody is asked before that is over, whoever else is left. */
  limited: boolean;
  asking: Promise<void> | undefined;
};

const LONGEST_REST = 60_000;

/** Blocks come every other second; this long without one is no accident. Milliseconds. */
const ALARM_AFTER = 60_000;

/**
 * The RPC endpoints of a network as one. A request goes to the first endpoint that works and whose head agrees with the
 * others; one that fails or hangs is left alone for a while; a transaction goes to all of them.
 */
export class Endpoints {
  readonly #parameters: EndpointsParameters;
  readonly #endpoints: Endpoint[];
  #trusted: number[];
  #head: Head | undefined;
  /** When the endpoints last agreed on a head, and when it last changed; milliseconds of our clock. */
  #answeredAt = Date.now();
  #movedAt = Date.now();

  constructor(parameters: EndpointsParameters) {
    this.#parameters = parameters;
    const { network, timeout } = parameters;
    this.#endpoints = network.rpcUrls.map((url) => ({
      name: new URL(url).host,
      request: http(url, { timeout, retryCount: 0 })({ chain: network.chain, retryCount: 0 }).request as Request,
      batch: rpcBatch(url, timeout),
      claim: undefined,
      heads: this.#subscription(url, network.headUrls?.[url]),
      faults: 0,
      restsUntil: 0,
      limited: false,
      asking: undefined,
    }));
    this.#trusted = this.#endpoints.map((_, index) => index);
  }

  /** Hears of new blocks from now on, where endpoints have websockets. */
  listen(): void {
    for (const { heads } of this.#endpoints) heads?.listen();
  }

  /** Ends what `listen` has begun. */
  async close(): Promise<void> {
    await Promise.all(this.#endpoints.map(({ heads }) => heads?.close()));
  }

  /** The latest block that the endpoints agree on, as of the latest `refresh`; undefined if none answered. */
  get head(): Head | undefined {
    return this.#head;
  }

  /** Hosts of the endpoints that work and agree. */
  get trusted(): string[] {
    return this.#trusted.map((index) => this.#endpoints[index]?.name ?? "");
  }

  /** Says when nobody answers and, where blocks come by themselves, when none comes. */
  addHealthChecks(health: Health): void {
    const { network } = this.#parameters;
    health.add("rpc", () => {
      const silent = Date.now() - this.#answeredAt;
      if (silent < ALARM_AFTER) return undefined;
      return `no endpoint has answered for ${formatDuration(Math.round(silent / 1000))}: set ${network.rpcVariable}`;
    });
    health.add("head", () => {
      const stalled = Date.now() - this.#movedAt;
      if (!network.isPublic || stalled < ALARM_AFTER) return undefined;
      return `block ${this.#head?.number} has been the latest for ${formatDuration(Math.round(stalled / 1000))}`;
    });
  }

  /**
   * Fails if an endpoint belongs to another chain, or none answers.
   * @throws {UsageError | EndpointsError}
   */
  async assertChain(): Promise<void> {
    const { network, log } = this.#parameters;
    const answers = await Promise.allSettled(this.#endpoints.map(({ request }) => request({ method: "eth_chainId" })));
    let answered = 0;
    for (const [index, answer] of answers.entries()) {
      const name = this.#endpoints[index]?.name ?? "";
      if (answer.status === "rejected") {
        log.warn({ endpoint: name, error: answer.reason }, "an endpoint does not answer");
        continue;
      }
      answered += 1;
      const chainId = Number(answer.value as Hex);
      if (chainId !== network.chain.id) {
        const { rpcVariable, chain } = network;
        throw new UsageError(`${rpcVariable}: ${name} answers for chain ${chainId}, ${network.name} is ${chain.id}`);
      }
    }
    if (answered === 0) throw new EndpointsError(`no endpoint of ${network.name} answers: set ${network.rpcVariable}`);
  }

  /**
   * Asks every endpoint for its head, unless it has told it over a websocket, and decides whom to trust. Never throws.
   * @returns The agreed head.
   */
  async refresh(): Promise<Head | undefined> {
    const now = Date.now();
    const noneWorks = this.#endpoints.every(({ faults }) => faults > 0);
    for (const endpoint of this.#endpoints) {
      const heard = endpoint.faults === 0 ? endpoint.heads?.latest : undefined;
      if (heard !== undefined) {
        endpoint.claim = heard;
        continue;
      }
      // Who rests is asked too, once the rest is over or nobody else is left, but nobody waits for the answer.
      const due = endpoint.restsUntil <= now || (noneWorks && !endpoint.limited);
      if (endpoint.asking === undefined && due) {
        endpoint.asking = this.#ask(endpoint).finally(() => {
          endpoint.asking = undefined;
        });
      }
    }
    await Promise.all(this.#endpoints.filter(({ faults }) => faults === 0).map(({ asking }) => asking));
    if (this.#endpoints.every(({ claim }) => claim === undefined)) {
      await Promise.all(this.#endpoints.map(({ asking }) => asking));
    }
    this.#judge();
    return this.#head;
  }

  /**
   * Sends a signed transaction to every trusted endpoint; done as soon as one has taken it.
   * @returns Its hash, also if it was known already.
   * @throws {BroadcastError} with the first endpoint's reason if all refused it.
   */
  async broadcast(transaction: Hex): Promise<Hex> {
    const hash = keccak256(transaction);
    const attempts = this.#order().map(async (endpoint) => {
      try {
        await this.#request(endpoint, { method: "eth_sendRawTransaction", params: [transaction] });
      } catch (error) {
        if (!isAlreadyKnown(error)) throw error;
      }
      return hash;
    });
    try {
      return await Promise.any(attempts);
    } catch (cause) {
      const { errors } = cause as AggregateError;
      // What the chain says is worth more than who did not answer.
      const reason = errors.find(isChainsAnswer) ?? errors[0];
      throw new BroadcastError(`no endpoint took transaction ${hash}: ${nodesWords(reason)}`, { cause: reason });
    }
  }

  /**
   * Several calls as one request to one endpoint, so that they are answered of the same chain.
   * @param suits Whether an endpoint's answer to the first call will do; if not, the next endpoint is asked.
   * @returns The answers in order; undefined if those of no endpoint that has answered will do.
   * @throws {RateLimitedError} and what an endpoint refused, or the last one failed with if none has answered.
   */
  async together(calls: readonly RpcCall[], suits: (first: unknown) => boolean = () => true) {
    let failure: { error: unknown } | undefined;
    let answered = false;
    for (const endpoint of this.#order()) {
      try {
        const answers = await this.#watched(endpoint, async () => {
          const [first, ...others] = await endpoint.batch(calls);
          const result = resultOf(first);
          return suits(result) ? [result, ...others.map(resultOf)] : undefined;
        });
        if (answers !== undefined) return answers;
        answered = true;
      } catch (error) {
        if (isForCaller(error)) throw error;
        failure = { error };
      }
    }
    if (failure !== undefined && !answered) throw failure.error;
    return undefined;
  }

  /** For `createClient`. */
  transport(): Transport {
    return () =>
      createTransport({
        key: "endpoints",
        name: "RPC endpoints that agree",
        type: "endpoints",
        retryCount: 0,
        request: (parameters) => this.#ofOne(parameters as EIP1193Parameters) as never,
      });
  }

  async #ofOne(parameters: EIP1193Parameters): Promise<unknown> {
    let last: unknown;
    for (const endpoint of this.#order()) {
      try {
        return await this.#request(endpoint, parameters);
      } catch (error) {
        if (isForCaller(error)) throw error;
        last = error;
      }
    }
    throw last;
  }

  #subscription(rpcUrl: string, url: string | undefined): HeadSubscription | undefined {
    const { log, timeout } = this.#parameters;
    if (url === undefined) return undefined;
    const endpoint = new URL(rpcUrl).host;
    return new HeadSubscription({
      ...{ url, timeout },
      onChange: (change) => {
        if (change.listening) log.info({ endpoint }, "new blocks are heard over a websocket");
        else log.warn({ endpoint, error: change.error }, "a websocket has ended: asking for blocks until it is back");
      },
    });
  }

  #request(endpoint: Endpoint, parameters: EIP1193Parameters): Promise<unknown> {
    return this.#watched(endpoint, () => endpoint.request(parameters));
  }

  async #watched<answer>(endpoint: Endpoint, ask: () => Promise<answer>): Promise<answer> {
    try {
      const answer = await ask();
      endpoint.faults = 0;
      endpoint.limited = false;
      return answer;
    } catch (error) {
      if (!isForCaller(error)) this.#fault(endpoint, error);
      throw error;
    }
  }

  async #ask(endpoint: Endpoint): Promise<void> {
    try {
      const parameters = { method: "eth_getBlockByNumber", params: ["latest", false] } as EIP1193Parameters;
      endpoint.claim = headOf(await endpoint.request(parameters));
      endpoint.faults = 0;
      endpoint.restsUntil = 0;
      endpoint.limited = false;
    } catch (error) {
      endpoint.claim = undefined;
      this.#fault(endpoint, error);
    }
  }

  #fault(endpoint: Endpoint, error: unknown): void {
    const { log, metrics } = this.#parameters;
    endpoint.faults += 1;
    const now = Date.now();
    const backOff = Math.min(LONGEST_REST, 500 * 2 ** Math.min(endpoint.faults, 10));
    endpoint.limited = classifyRpcError(error) === "rate limited";
    const rest = (endpoint.limited ? retryAfterOf(error, now) : undefined) ?? backOff;
    endpoint.restsUntil = now + rest;
    metrics.endpointErrors.inc({ endpoint: endpoint.name });
    const level = endpoint.faults === 1 ? "warn" : "debug";
    log[level]({ endpoint: endpoint.name, faults: endpoint.faults, rest, error }, "an endpoint failed");
  }

  #judge(): void {
    const { log, metrics, tolerance = 10n, clock = () => Date.now() / 1000 } = this.#parameters;
    // Who does not answer now has no vote: what it said last would hold the others back.
    const claims = this.#endpoints.map(({ claim, faults }) => (faults === 0 ? claim : undefined));
    const { head, trusted } = judgeHeads({ claims, tolerance, now: clock() });
    if (head === undefined) {
      for (const { name } of this.#endpoints) metrics.endpointTrusted.set({ endpoint: name }, 0);
      return;
    }
    this.#endpoints.forEach(({ name }, index) => {
      const claim = claims[index];
      const agrees = trusted.includes(index);
      if (claim !== undefined && !agrees && this.#trusted.includes(index)) {
        log.warn({ endpoint: name, claims: claim.number, agreed: head?.number }, "an endpoint's head contradicts");
      }
      if (agrees && !this.#trusted.includes(index)) log.info({ endpoint: name }, "an endpoint agrees again");
      metrics.endpointTrusted.set({ endpoint: name }, agrees ? 1 : 0);
      if (claim !== undefined) metrics.endpointHead.set({ endpoint: name }, Number(claim.number));
    });
    this.#trusted = trusted;
    this.#answeredAt = Date.now();
    if (head.number !== this.#head?.number) this.#movedAt = this.#answeredAt;
    this.#head = head;
    metrics.head.set(Number(head.number));
    metrics.headTimestamp.set(Number(head.timestamp));
  }

  /**
   * Who is trusted and has no fault, then who is trusted, and everybody if nobody is.
   * @throws {RateLimitedError} if all that are left want to be left alone.
   */
  #order(): Endpoint[] {
    const trusted = this.#endpoints.filter((_, index) => this.#trusted.includes(index));
    const usable = trusted.length > 0 ? trusted : this.#endpoints;
    const now = Date.now();
    const willing = usable.filter(({ limited, restsUntil }) => !limited || restsUntil <= now);
    if (willing.length === 0) throw new RateLimitedError(Math.min(...usable.map(({ restsUntil }) => restsUntil)) - now);
    return [...willing.filter(({ faults }) => faults === 0), ...willing.filter(({ faults }) => faults > 0)];
  }
}

function resultOf(answer: RpcAnswer | undefined): unknown {
  if (answer === undefined || "error" in answer)
    throw answer?.error ?? new EndpointsError("an endpoint did not answer");
  return answer.result;
}

/** Another endpoint would say the same, or the caller has to ask for less. */
function isForCaller(error: unknown): boolean {
  const kind = classifyRpcError(error);
  return kind === "answered" || kind === "too large";
}
