import { sendTransaction } from "viem/actions";
import { expect, test } from "vitest";
import { foundry } from "../../core/chains.ts";
import { startTestChain } from "../../testkit/testChain.ts";
import { connectChain } from "./client.ts";
import { createLogger } from "./logger.ts";
import { createMetrics } from "./metrics.ts";
import { awaitPredecessor } from "./predecessor.ts";

test("what was sent before is waited for until it is mined, and the head has it; or for as long as was said", async () => {
  const chain = await startTestChain();
  const log = createLogger({ service: "test", level: "silent", write: () => {} });
  const network = { name: "local" as const, chain: foundry, rpcUrls: [chain.url], rpcVariable: "X", isPublic: false };
  const service = await connectChain({ network, log, metrics: createMetrics("test"), timeout: 10_000 });
  const { account, ...rest } = await chain.actor("predecessor");
  const wait = (atMost: number) => awaitPredecessor({ chain: service, account: account.address, every: 10, atMost });
  await wait(60_000);

  await chain.test.setAutomine(false);
  const client = { ...rest, account };
  await sendTransaction(client, { to: account.address, gas: 21_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n });
  await wait(0);
  const before = service.endpoints.head?.number ?? 0n;
  let waits = true;
  const waited = wait(60_000).then(() => {
    waits = false;
  });
  await wait(100);
  expect(waits).toBe(true);
  await chain.test.mine({ blocks: 1 });
  await waited;
  expect(service.endpoints.head?.number).toBe(before + 1n);
  await chain.stop();
});
