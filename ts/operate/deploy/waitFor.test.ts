import { createClient, http } from "viem";
import { sendTransaction } from "viem/actions";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { foundry } from "../../core/chains.ts";
import { startTestChain, type TestChain } from "../../testkit/testChain.ts";
import { waitFor } from "./waitFor.ts";

let chain: TestChain;

beforeAll(async () => {
  chain = await startTestChain();
});
afterAll(async () => {
  vi.useRealTimers();
  await chain?.stop();
});

test("who waits hears that it goes on, and after a minute what may be the matter", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const { account } = await chain.actor("deployer");
  await chain.test.setAutomine(false);
  const client = createClient({ chain: foundry, transport: http(chain.url), pollingInterval: 20 });
  const hash = await sendTransaction(client, { account: account.address, to: account.address, gasPrice: 0n } as never);
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const waiting = waitFor(client, { hash, what: "Pipeline", confirmations: 1, log, every: 5 });
  expect(lines).toEqual([`Pipeline: sent ${hash}, waiting for 1 block …`]);
  await expect.poll(() => lines).toContain("Pipeline: waiting for 0 s");
  expect(lines.join()).not.toContain("fees");
  vi.setSystemTime(Date.now() + 75_000);
  const hint = "fees may have risen: stop with Ctrl-C and run the same again, it goes on";
  await expect.poll(() => lines.at(-1)).toBe(`Pipeline: waiting for 1 min 15 s; ${hint}`);
  await chain.test.mine({ blocks: 1 });
  expect((await waiting).status).toBe("success");
  const said = lines.length;
  await chain.test.mine({ blocks: 1 });
  expect(lines).toHaveLength(said);
});
