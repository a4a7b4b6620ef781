/**
 * A sink as a program of its own, for tests that kill it: `sellerProcess.ts <task> <client> <folder> <port>`, with the same
 * arguments as `buyerProcess.ts`. It prints one line of JSON when it is ready, with what it kept; one when it works on a task and
 * one when it has stored an answer and not given it, and goes on when it is told a line. `refresh` makes it look at the chain.
 */
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type Address, createClient, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { toJson } from "../core/bigints.ts";
import { foundry } from "../core/chains.ts";
import type { Account } from "../sdk/work/admission.ts";
import { openSeller } from "./trade.ts";

const [, , task = "", url = "", key = "", folder = "", port = ""] = process.argv;
const client = createClient({
  account: privateKeyToAccount(key as Hex),
  chain: foundry,
  transport: http(url),
  pollingInterval: 20,
});
const tell = (line: object): void => void process.stdout.write(`${toJson(line)}\n`);
const lines = createInterface({ input: process.stdin });
const told = async (): Promise<void> => void (await once(lines, "line"));

const seller = await openSeller(
  client,
  {
    ...JSON.parse(task),
    capacity: 100n,
    port: Number(port),
    onWork: async (works) => {
      tell({ works });
      await told();
    },
    onAnswer: async (stored) => {
      tell({ stored });
      await told();
    },
  },
  folder,
);
lines.on("line", async (line) => {
  if (line !== "refresh") return;
  await seller.feed.refresh();
  await seller.store.durable();
  tell({ refreshed: seller.feed.now() });
});
await seller.feed.refresh();
const accounts = [...seller.store.table<Account>("accounts").entries()].map(([source, account]) => {
  const { used, acknowledged, disputed } = account;
  return { source, used, acknowledged, disputed, receipt: seller.receipts.get(source as Address)?.completed };
});
tell({ ready: seller.endpoint, now: seller.feed.now(), accounts });
