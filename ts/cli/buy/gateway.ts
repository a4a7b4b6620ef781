import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { readBody } from "../../x402/seller/readBody.ts";
import { listenLocally, problem } from "../http.ts";
import type { Asked, Counter } from "../oneShot/counter.ts";
import { BASE, hasForeignKey, hasNoKey, refusalOf } from "./guard.ts";
import { answerTo } from "./refusals.ts";

/** The longest request, bytes. */
const MAX_BODY = 10_000_000;

export type GatewayParameters = {
  /** 0 takes any that is free. */
  port: number;
  token: string;
  /** Buys; the path is the one under the base. */
  pay: (path: string, init: RequestInit) => Promise<Response>;
  /** Serves those who pay for a single request; nobody does if undefined. */
  counter?: Pick<Counter, "handle"> | undefined;
  /** Scheme and authority under which those know the gateway, if it is not this machine's own. */
  publicUrl?: string | undefined;
  /** `/health` and `/metrics`. */
  operations: (request: Request) => Response | Promise<Response>;
  onAnswer: (status: number) => void;
  onError: (error: unknown) => void;
};

export type Gateway = { url: string; stop: () => Promise<void> };

/** A door for programs of this machine, and of nobody else. @throws {UsageError} if the port is taken. */
export async function startGateway(parameters: GatewayParameters): Promise<Gateway> {
  const { token, operations, onAnswer, counter, publicUrl } = parameters;
  const publicHost = publicUrl === undefined ? undefined : new URL(publicUrl).host;
  const isOpenToPayers = counter !== undefined;
  let port = parameters.port;
  const listener = getRequestListener(
    async (request, env) => {
      const { incoming, outgoing } = env as { incoming: IncomingMessage; outgoing: ServerResponse };
      const answer = isOperations(incoming)
        ? await operations(request)
        : (refusalOf(incoming, { port, token, isOpenToPayers, publicHost }) ??
          (await buy(request, parameters, isOpenToPayers && hasNoKey(incoming))));
      onAnswer(answer.status);
      return quietly(answer, outgoing);
    },
    { errorHandler: (error) => answerTo(error) },
  );
  const server = createServer({ insecureHTTPParser: false, requireHostHeader: true }, listener);
  port = await listenLocally(server, port);
  return {
    url: `http://127.0.0.1:${port}${BASE}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.keepAliveTimeout = 1;
        server.closeIdleConnections();
      }),
  };
}

/**
 * The same answer; where its body breaks, the connection is broken off, so that nobody takes a part for the whole. The
 * listener does that too, and prints the error with its stack first.
 */
function quietly(answer: Response, outgoing: ServerResponse): Response {
  if (answer.body === null) return answer;
  const reader = answer.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch {
        outgoing.destroy();
        controller.close();
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const { status, statusText, headers } = answer;
  return new Response(body, { status, statusText, headers });
}

const isOperations = ({ method, url, headers }: IncomingMessage): boolean =>
  method === "GET" && headers.origin === undefined && (url === "/health" || url === "/metrics");

async function buy(
  request: Request,
  { pay, counter, publicUrl, onError }: GatewayParameters,
  isPayer: boolean,
): Promise<Response> {
  try {
    const asked = await askedBy(request, publicUrl);
    const { path, body, method, headers, signal } = asked;
    if (hasForeignKey(`${decodeURIComponent(path)}\n${Buffer.from(body).toString("utf8")}`))
      return problem(
        400,
        "foreign_key",
        "the request has what looks like a key in it, and sellers are strangers: it went nowhere",
      );
    if (isPayer && counter !== undefined) return await counter.handle(asked);
    return await pay(path, { method, headers, signal, ...(body.length === 0 ? {} : { body: body as never }) });
  } catch (error) {
    if (!request.signal.aborted) onError(error);
    return answerTo(error);
  }
}

/** A request, read to its end, under the name that its caller has for it. */
async function askedBy(request: Request, publicUrl: string | undefined): Promise<Asked> {
  const { method, headers, signal } = request;
  const { pathname, search, host } = new URL(request.url);
  const isPublic = publicUrl !== undefined && host === new URL(publicUrl).host;
  const url = isPublic ? new URL(pathname + search, publicUrl).href : request.url;
  const body = await readBody(request.body, MAX_BODY);
  return { url, path: pathname.slice(BASE.length) + search, method, headers, body, signal };
}
