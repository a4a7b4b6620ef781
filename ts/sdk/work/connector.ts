import { lookup } from "node:dns/promises";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { BlockList, isIP } from "node:net";
import { describeError } from "../../core/errors.ts";
import { UnsafeAddressError } from "./errors.ts";

export type GuardedFetchParameters = {
  url: string;
  method?: string | undefined;
  headers?: Record<string, string> | undefined;
  body?: string | Uint8Array | undefined;
  /** Of the whole exchange, seconds. */
  timeout: number;
  /** Longest answer, bytes. */
  maxBytes: number;
  /** Allows http and private addresses: for tests, and for sinks in one's own network. */
  allowPrivate?: boolean | undefined;
  /** Finds the addresses of a name; the system's own way if not said. */
  resolve?: ((hostname: string) => Promise<string[]>) | undefined;
  /** Gives up early. */
  signal?: AbortSignal | undefined;
};

/** A whole answer of a stranger; names of headers in small letters. */
export type GuardedResponse = { status: number; headers: Record<string, string>; body: string };

/** What is neither the public internet nor meant to be called: RFC 6890 and what tunnels to it. */
const PRIVATE = blockListOf([
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"],
  ...["192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
  ...["224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"],
]);
/** Of IPv6 only this is global unicast; mapped IPv4 addresses are outside of it, and so refused. */
const GLOBAL_IPV6 = blockListOf(["2000::/3"]);

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? "ipv6" : "ipv4");
  }
  return list;
}

/** Whether an address is on the public internet. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !PRIVATE.check(address, "ipv4");
  return isIP(address) === 6 && GLOBAL_IPV6.check(address, "ipv6") && !PRIVATE.check(address, "ipv6");
}

/**
 * Calls an address that a stranger has given: https only, the name resolved once and the checked address connected to, no
 * redirects, and limits in time and size. Nothing of one's own is sent along: what is in `headers` is all.
 * @throws {UnsafeAddressError} if it is not called, or does not keep the limits.
 * @example
 * const { status, body } = await guardedFetch({ url: "https://agent.example/profile.json", timeout: 5, maxBytes: 16_384 });
 */
export async function guardedFetch(parameters: GuardedFetchParameters): Promise<GuardedResponse> {
  const { timeout, maxBytes } = parameters;
  const timer = AbortSignal.timeout(timeout * 1000);
  return guarded(parameters, timer, async (url, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of limited(url, response, maxBytes)) chunks.push(chunk);
    return { ...headOf(response), body: Buffer.concat(chunks).toString("utf8") };
  });
}

/** An answer whose body is still to come. */
export type GuardedStream = Omit<GuardedResponse, "body"> & { body: AsyncIterable<Uint8Array> };

/**
 * As `guardedFetch`, and gives the body as it comes. The time limit is for its beginning, and for every piece after that.
 * @throws {UnsafeAddressError} also while the body is read.
 * @example
 * const { status, body } = await guardedOpen({ url: "https://agent.example/v1", timeout: 60, maxBytes: 10_000_000 });
 * for await (const chunk of body) process.stdout.write(chunk);
 */
export async function guardedOpen(parameters: GuardedFetchParameters): Promise<GuardedStream> {
  const { timeout, maxBytes } = parameters;
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearTimeout(timer);
  const wait = () => {
    timer = setTimeout(() => late.abort(), timeout * 1000);
  };
  async function* bodyOf(url: URL, response: IncomingMessage) {
    wait();
    try {
      for await (const chunk of limited(url, response, maxBytes)) {
        // Whoever reads slowly is not the sink's fault.
        stop();
        yield chunk;
        wait();
      }
    } catch (cause) {
      throw explained(cause, parameters, late.signal);
    } finally {
      stop();
    }
  }
  wait();
  const open = async (url: URL, response: IncomingMessage) => ({ ...headOf(response), body: bodyOf(url, response) });
  return guarded(parameters, late.signal, open).finally(stop);
}

async function guarded<result>(
  parameters: GuardedFetchParameters,
  timer: AbortSignal,
  take: (url: URL, response: IncomingMessage) => Promise<result>,
): Promise<result> {
  const { signal, url: text, allowPrivate = false } = parameters;
  const url = checkedUrl(text, allowPrivate);
  const abort = signal === undefined ? timer : AbortSignal.any([timer, signal]);
  try {
    const address = await abortable(resolveOnce(url, parameters), abort);
    const response = await exchange(url, address, parameters, abort);
    const { statusCode: status = 0 } = response;
    if (status < 300 || status >= 400) return await take(url, response);
    response.destroy();
    throw new UnsafeAddressError(url.href, "it redirects, and nobody follows");
  } catch (cause) {
    throw explained(cause, parameters, timer);
  }
}

function explained(cause: unknown, { timeout, signal, url }: GuardedFetchParameters, timer: AbortSignal): unknown {
  if (cause instanceof UnsafeAddressError) return cause;
  if (signal?.aborted) return signal.reason;
  const reason = timer.aborted ? `it takes longer than ${timeout} s` : describeError(cause);
  return new UnsafeAddressError(url, reason, { cause });
}

function checkedUrl(text: string, allowPrivate: boolean): URL {
  if (text.length > 2048 || !URL.canParse(text)) throw new UnsafeAddressError(text, "it is not a URL");
  const url = new URL(text);
  const isAllowed = url.protocol === "https:" || (allowPrivate && url.protocol === "http:");
  if (!isAllowed) throw new UnsafeAddressError(text, "only https is");
  if (url.username !== "" || url.password !== "") throw new UnsafeAddressError(text, "it has a user or a password");
  return url;
}

const systemResolve = async (hostname: string): Promise<string[]> =>
  (await lookup(hostname, { all: true, verbatim: true })).map(({ address }) => address);

/** One address; all of a name must be public, or somebody plays with it. */
async function resolveOnce(url: URL, { resolve = systemResolve, allowPrivate }: GuardedFetchParameters) {
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(hostname) === 0 ? await resolve(hostname) : [hostname];
  const [first] = addresses;
  if (first === undefined) throw new UnsafeAddressError(url.href, "its name has no address");
  const bad = allowPrivate ? undefined : addresses.find((address) => !isPublicAddress(address));
  if (bad !== undefined) throw new UnsafeAddressError(url.href, `${bad} is not a public address`);
  return first;
}

function exchange(
  url: URL,
  address: string,
  { method = "GET", headers = {}, body }: GuardedFetchParameters,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const family = isIP(address);
  // Whatever the name resolves to by now: the connection goes to the address that was checked.
  const lookup = (_: string, options: { all?: boolean }, done: (...results: unknown[]) => void): void => {
    if (options.all) done(null, [{ address, family }]);
    else done(null, address, family);
  };
  const sent = { "accept-encoding": "identity", ...headers };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: sent, agent: false, lookup: lookup as never, signal }, resolve);
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const headOf = ({ statusCode: status = 0, headers }: IncomingMessage) => ({
  status,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
});

/** The body, as far as it is allowed to go. */
async function* limited(url: URL, response: IncomingMessage, maxBytes: number): AsyncGenerator<Buffer> {
  try {
    const tooLong = new UnsafeAddressError(url.href, `its answer has more than ${maxBytes} bytes`);
    if (Number(response.headers["content-length"] ?? 0) > maxBytes) throw tooLong;
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLong;
      yield chunk;
    }
  } finally {
    response.destroy();
  }
}

function abortable<value>(promise: Promise<value>, signal: AbortSignal): Promise<value> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}
