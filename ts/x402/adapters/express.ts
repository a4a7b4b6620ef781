import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { type BackpressurePaywallParameters, openPaywall } from "../seller/backpressurePaywall.ts";

/** What of Express's request is needed: any of versions 4 and 5 has it. */
type ExpressRequest = IncomingMessage & { body?: unknown; rawBody?: unknown; protocol?: string; originalUrl?: string };

/**
 * A paywall before everything that is mounted after it, in one line. It reads the body: a handler finds JSON parsed, and
 * anything else as a buffer, in `request.body`.
 * @example
 * app.use("/v1", backpressurePaywall({ client, deployment, taskTypeId, oneTask, work: byUsageTokens(prices) }));
 */
export function backpressurePaywall(parameters: BackpressurePaywallParameters) {
  const paywall = openPaywall(parameters);
  const middleware = (request: ExpressRequest, response: ServerResponse, next: (error?: unknown) => void): void => {
    const original = intercept(response);
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const answered = paywall.handle(requestOf(request, gone.signal), async (paid) => {
      const body = Buffer.from(await paid.arrayBuffer());
      const isJson = (request.headers["content-type"] ?? "").includes("json");
      Object.assign(request, { rawBody: body, body: isJson && body.length > 0 ? JSON.parse(body.toString()) : body });
      for (const [name, value] of paid.headers) request.headers[name] = value;
      delete request.headers["payment-signature"];
      const answer = original.answer();
      next();
      return answer;
    });
    answered.then((answer) => original.send(answer)).catch(() => response.destroy());
  };
  return Object.assign(middleware, paywall);
}

function requestOf(request: ExpressRequest, signal: AbortSignal): Request {
  const { method = "GET", headers, protocol = "http", originalUrl = request.url ?? "/" } = request;
  const url = new URL(originalUrl, `${protocol}://${headers.host ?? "localhost"}`);
  const list = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const kept = [request.rawBody, request.body].find((body) => typeof body === "string" || body instanceof Uint8Array);
  const hasBody = method !== "GET" && method !== "HEAD";
  const body = hasBody ? { body: (kept ?? Readable.toWeb(request)) as string, duplex: "half" as const } : {};
  return new Request(url, { method, headers: list, signal, ...body });
}

type Write = ServerResponse["write"];

/** Makes what a handler writes into an answer that can be counted, and sends that one instead. */
function intercept(response: ServerResponse) {
  const { write, end, writeHead } = response;
  return {
    /** What the handler writes from now on. */
    answer(): Promise<Response> {
      return new Promise((resolve) => {
        let controller: ReadableStreamDefaultController<Uint8Array>;
        const cancel = () => void response.emit("close");
        // Who waits until it may write again is told when the source takes more.
        const pull = () => void response.emit("drain");
        const start = (its: ReadableStreamDefaultController<Uint8Array>) => {
          controller = its;
        };
        const stream = new ReadableStream<Uint8Array>({ start, pull, cancel });
        let begun = false;
        const begin = () => {
          if (begun) return;
          begun = true;
          const list = Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]);
          for (const name of response.getHeaderNames()) response.removeHeader(name);
          const hasBody = ![204, 205, 304].includes(response.statusCode);
          const headers = list as [string, string][];
          resolve(new Response(hasBody ? stream : null, { status: response.statusCode, headers }));
        };
        const take = (chunk: unknown, encoding: unknown) => {
          const text = typeof chunk === "string";
          const name = typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8";
          const bytes = text ? Buffer.from(chunk, name) : (chunk as Uint8Array | undefined);
          if (bytes !== undefined && bytes !== null && typeof bytes !== "function") controller.enqueue(bytes);
        };
        response.writeHead = ((status: number, ...rest: unknown[]) => {
          response.statusCode = status;
          const headers = rest.find((value) => typeof value === "object" && value !== null) ?? {};
          for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string);
          return response;
        }) as ServerResponse["writeHead"];
        response.flushHeaders = begin;
        response.write = ((chunk: unknown, encoding?: unknown, done?: unknown) => {
          begin();
          take(chunk, encoding);
          const callback = [encoding, done].find((value) => typeof value === "function");
          if (callback) queueMicrotask(callback as () => void);
          return (controller.desiredSize ?? 0) > 0;
        }) as Write;
        response.end = ((chunk?: unknown, encoding?: unknown, done?: unknown) => {
          begin();
          if (chunk !== undefined) take(chunk, encoding);
          controller.close();
          const callback = [chunk, encoding, done].find((value) => typeof value === "function");
          if (callback) queueMicrotask(callback as () => void);
          return response;
        }) as ServerResponse["end"];
      });
    },
    /** Sends an answer; the handler goes on to write where it did. */
    async send({ status, headers, body }: Response): Promise<void> {
      for (const [name, value] of headers) response.setHeader(name, value);
      writeHead.call(response, status);
      const reader = body?.getReader();
      response.once("close", () => void reader?.cancel().catch(() => {}));
      for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
        if (!write.call(response, read.value, "utf8")) {
          await Promise.race([once(response, "drain"), once(response, "close")]);
        }
      }
      Reflect.apply(end, response, []);
    },
  };
}
