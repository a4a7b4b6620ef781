import { once } from "node:events";
import { connect } from "node:net";
import { Hono } from "hono";
import { afterEach, expect, test } from "vitest";
import { UsageError } from "../../core/errors.ts";
import { accepts } from "../../testkit/processes.ts";
import { Health } from "./health.ts";
import { addOperations, addProbes, type HttpServer, startHttpServer } from "./httpServer.ts";
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

test("a client that never finishes its body holds nothing up for long", async () => {
  const app = new Hono();
  let arrived: () => void = () => {};
  const asked = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  app.post("/", async (context) => {
    arrived();
    return context.text(await context.req.text());
  });
  const { port, stop } = await start(app);
  const client = connect(port, "127.0.0.1");
  client.on("error", () => {});
  const closed = once(client, "close");
  client.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nnever");
  await asked;
  const startedAt = performance.now();
  await stop();
  await closed;
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(await accepts(port)).toBe(false);
});

test("alive and ready are two things, and neither says more than that", async () => {
  const app = new Hono();
  const health = new Health();
  health.unready("it is starting");
  addProbes(app, health);
  const { url } = await start(app);
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
  const starting = await fetch(`${url}/health/ready`);
  expect([starting.status, await starting.json()]).toEqual([503, { status: "failing" }]);
  health.ready();
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
});
