import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import type { Registry } from "prom-client";
import { describeError, UsageError } from "../../core/errors.ts";
import type { Health } from "./health.ts";

export type HttpServer = {
  /** `http://127.0.0.1:9470`. */
  url: string;
  port: number;
  /** Takes no new request, answers those that are under way within two seconds, and closes. */
  stop: () => Promise<void>;
};

export type StartHttpServerParameters = {
  app: Pick<Hono, "fetch">;
  /** Address to listen on. */
  host: string;
  /** 0 takes any that is free. */
  port: number;
};

/** Who sends its request more slowly is cut off, milliseconds. */
const HEADERS_TIMEOUT = 10_000;
const REQUEST_TIMEOUT = 30_000;

/** Longest wait for requests that are under way when everything ends, milliseconds. */
const PATIENCE = 2_000;

/**
 * Adds what those who send requests may know: `GET /health/live`, 200 as long as the process answers, and
 * `GET /health/ready`, 503 while it cannot do its work.
 */
export function addProbes(app: Pick<Hono, "get">, health: Health): void {
  app.get("/health/live", (context) => context.json({ status: "ok" }));
  app.get("/health/ready", (context) => {
    const { status } = health.report();
    return context.json({ status }, status === "ok" ? 200 : 503);
  });
}

/** Adds what the operator has to know: `GET /health` (503 with the reasons if something is wrong) and `GET /metrics`. */
export function addOperations(app: Pick<Hono, "get">, health: Health, registry: Registry): void {
  addProbes(app, health);
  app.get("/health", (context) => {
    const report = health.report();
    return context.json(report, report.status === "ok" ? 200 : 503);
  });
  app.get("/metrics", async (context) =>
    context.text(await registry.metrics(), 200, { "content-type": registry.contentType }),
  );
}

/**
 * Serves until `stop`.
 * @throws {UsageError} if the address is taken or not ours.
 */
export async function startHttpServer({ app, host, port }: StartHttpServerParameters): Promise<HttpServer> {
  const serverOptions = { headersTimeout: HEADERS_TIMEOUT, requestTimeout: REQUEST_TIMEOUT };
  const server = createAdaptorServer({ fetch: app.fetch, hostname: host, serverOptions });
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new UsageError(`cannot listen on ${host}:${port}: ${describeError(cause)}`, { cause });
  }
  const { port: actual, family } = server.address() as AddressInfo;
  const name = family === "IPv6" ? `[${host}]` : host;
  return {
    url: `http://${name}:${actual}`,
    port: actual,
    stop: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => "closeAllConnections" in server && server.closeAllConnections(), PATIENCE);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        // Connections that are kept alive for a next request would hold the server up.
        if ("keepAliveTimeout" in server) server.keepAliveTimeout = 1;
        if ("closeIdleConnections" in server) server.closeIdleConnections();
      }),
  };
}
