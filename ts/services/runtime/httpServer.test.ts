import { Hono } from "hono";
import { afterEach, expect, test } from "vitest";
import { UsageError } from "../../core/errors.ts";
import { accepts } from "../../testkit/processes.ts";
import { Health } from "./health.ts";
import { addOperations, type HttpServer, startHttpServer } from "./httpServer.ts";
import { createMetrics } from "./metrics.ts";

let server: HttpServer | undefined;
afterEach(() => server?.stop());

const start = async (app = new Hono(), port = 0): Promise<HttpServer> => {
  server = await startHttpServer({ app, host: "127.0.0.1", port });
  return server;
};

test("health says what is wrong, with 503, and 200 once nothing is", async () => {
  const app = new Hono();
  const health = new Health();
  let problem: string | undefined = "the head is 5 min old";
  health.add("head", () => problem);
  health.add("balance", () => undefined);
  addOperations(app, health, createMetrics("test").registry);
  const { url } = await start(app);
  const failing = await fetch(`${url}/health`);
  expect(failing.status).toBe(503);
  expect(await failing.json()).toEqual({
    status: "failing",
    problems: [{ check: "head", problem: "the head is 5 min old" }],
  });
  problem = undefined;
  const fine = await fetch(`${url}/health`);
  expect(fine.status).toBe(200);
  expect(await fine.json()).toEqual({ status: "ok", problems: [] });
});

test("metrics are in Prometheus' format and name the service", async () => {
  const app = new Hono();
  const metrics = createMetrics("keeper");
  addOperations(app, new Health(), metrics.registry);
  metrics.transactions.inc({ action: "drain", outcome: "confirmed" });
  const { url } = await start(app);
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  expect(await response.text()).toContain(
    'backpressure_transactions_total{action="drain",outcome="confirmed",service="keeper"} 1',
  );
});

test("a port in use is one clear line", async () => {
  const { port } = await start();
  await expect(startHttpServer({ app: new Hono(), host: "127.0.0.1", port })).rejects.toThrow(UsageError);
  await expect(startHttpServer({ app: new Hono(), host: "127.0.0.1", port })).rejects.toThrow(/^cannot listen on .*$/);
});

test("stop answers what is under way, and then nothing listens", async () => {
  const app = new Hono();
  let answer: () => void = () => {};
  const waiting = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let arrived: () => void = () => {};
  const asked = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  app.get("/slow", async (context) => {
    arrived();
    await waiting;
    return context.text("done");
  });
  const { url, port, stop } = await start(app);
  const response = fetch(`${url}/slow`);
  await asked;
  const stopped = stop();
  answer();
  expect(await (await response).text()).toBe("done");
  await stopped;
  expect(await accepts(port)).toBe(false);
});
