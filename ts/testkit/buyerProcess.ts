/**
 * A source as a program of its own, for tests that kill it: `buyerProcess.ts <task> <client> <folder>`, where the task is
 * JSON, the client `<url> <private key>`, and the folder its store. It asks for what it has not seen, and then buys one
 * task for each line of its input. It prints one line of JSON for each answer.
 */
import { createInterface } from "node:readline";
import { createClient, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { foundry } from "../core/chains.ts";
import { describeError } from "../core/errors.ts";
import { openBuyer, TASK } from "./trade.ts";

const [, , task = "", url = "", key = "", folder = ""] = process.argv;
const client = createClient({
  account: privateKeyToAccount(key as Hex),
  chain: foundry,
  transport: http(url),
  pollingInterval: 20,
});
const tell = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const { buyer, feed } = await openBuyer(client, JSON.parse(task), folder);
for (const { task: words, cost } of await buyer.resume()) tell({ resumed: words, cost: String(cost) });
tell({ ready: true, interrupted: buyer.interrupted });
for await (const words of createInterface({ input: process.stdin })) {
  await feed.refresh();
  try {
    const { cost } = await buyer.buy({ task: words, maximum: TASK });
    tell({ bought: words, cost: String(cost) });
  } catch (error) {
    tell({ failed: words, why: describeError(error) });
  }
}
await buyer.flush();
