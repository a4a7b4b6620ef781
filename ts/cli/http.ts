import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describeError, UsageError } from "../core/errors.ts";

/**
 * Has a server listen to this machine alone.
 * @param port 0 takes any that is free.
 * @returns The port.
 * @throws {UsageError} if it is taken.
 */
export async function listenLocally(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new UsageError(`cannot listen on port ${port}: ${describeError(cause)}`, { cause });
  }
  return (server.address() as AddressInfo).port;
}

/** An answer of ours, in the form that clients of OpenAI's interface show to people. */
export function problem(status: number, code: string, message: string, headers: Record<string, string> = {}): Response {
  const error = { message, type: "backpressure", code };
  return Response.json({ error }, { status, headers: { "cache-control": "no-store", ...headers } });
}

/** Undefined for what is no JSON. */
export function parsedJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

/** Only what is named: what a header means to somebody else nobody can know. */
export function only(headers: Headers, names: readonly string[]): Headers {
  return new Headers([...headers].filter(([name]) => names.includes(name)));
}
