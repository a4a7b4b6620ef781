import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import type { Hex } from "viem";
import type { Deployment, WriteClient } from "../../ts/sdk/index.ts";
import { backpressurePaywall } from "../../ts/x402/adapters/hono.ts";
import { perRequest } from "../../ts/x402/index.ts";

export type SellerParameters = { client: WriteClient; deployment: Deployment; taskTypeId: Hex; price: bigint };

/** An agent that counts words, for whoever streams to its pool. */
export async function startSeller({ price, ...pool }: SellerParameters) {
  // The example moves the chain's time by itself, and looks at it then.
  const paywall = backpressurePaywall({ ...pool, oneTask: price, work: perRequest(price), refreshEvery: 0 });
  const app = new Hono();
  app.use("/v1/*", paywall);
  app.post("/v1/words", async (context) => context.text(`${(await context.req.text()).split(/\s+/).length} words`));
  const server = createAdaptorServer({ fetch: app.fetch }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}/v1`, till: await paywall.till(), stop: () => server.close() };
}
