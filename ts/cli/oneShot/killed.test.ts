import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { FaultyRpc } from "../../testkit/faultyRpc.ts";
import { runFixture } from "../../testkit/processes.ts";
import { TASK } from "../../x402/testMarket.ts";
import { ownFacilitator } from "./settlement.ts";
import { addPayer, codeOf, DOLLARS, gatewayAccount, openGateway, PRICE, type Shop, startShop } from "./testGateway.ts";

vi.setConfig({ testTimeout: 180_000 });

let shop: Shop;
let folder: string;
beforeAll(async () => {
  shop = await startShop();
  folder = await mkdtemp(join(tmpdir(), "one-shot-"));
  await shop.setClock();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await shop.market.close();
});

/** A gateway as a program of its own, whose clock is the chain's. */
const program = (name: string, url: string, store: string, now: number) => `
  const passed = ${1000 * now} - Date.now();
  const clock = Date.now;
  Date.now = () => clock() + passed;
  const { createClient, http, keccak256, stringToBytes } = await import("viem");
  const { privateKeyToAccount } = await import("viem/accounts");
  const { foundry } = await import("viem/chains");
  const { PayingClient } = await import("./ts/x402/buyer/payingClient.ts");
  const { openCounter } = await import("./ts/cli/oneShot/openCounter.ts");
  const { startGateway } = await import("./ts/cli/buy/gateway.ts");
  const account = privateKeyToAccount(keccak256(stringToBytes(${JSON.stringify(name)})));
  const client = createClient({ account, chain: foundry, transport: http(${JSON.stringify(url)}), pollingInterval: 20 });
  const paying = await PayingClient.open({
    client, ...${JSON.stringify(shop.market.task)}, folder: ${JSON.stringify(store)},
    budget: { perDay: 10n ** 21n }, oneTask: ${TASK}n, patience: 0, refreshEvery: 0, allowPrivate: true,
  });
  const onError = () => {};
  const topUp = ${2n * PRICE}n;
  const { counter, look } = await openCounter({ paying, price: ${PRICE}n, float: 10n ** 21n, topUp, onError });
  const operations = async () => (await look(1), new Response());
  const gateway = await startGateway({
    port: 0, token: "bp_x", onAnswer: onError, onError, counter, operations, pay: onError,
  });
  console.log(gateway.url);
`;

/** A gateway as a process of its own, which reaches its chain through `rpc`, and somebody who pays. */
async function run(name: string) {
  const payer = await addPayer(shop, `payer of ${name}`);
  const rpc = await FaultyRpc.start(shop.market.chain.url);
  const store = join(folder, name.replaceAll(" ", "-"));
  const { child, firstLine } = runFixture(program(name, rpc.url, store, await shop.setClock()));
  const exited = once(child, "exit");
  const url = `${await firstLine}/shout`;
  const ask = (headers: Record<string, string> = {}) => fetch(url, { method: "POST", body: "kill", headers });
  return { payer, rpc, store, child, exited, url, ask };
}

// Opening the stream and settling are both transactions: the second is the settlement.
test.each([
  ["when its settlement has just been sent", 2, "eth_sendRawTransaction"],
  ["when nobody has told it that it was settled", 2, "eth_getTransactionReceipt"],
])("who is killed with SIGKILL %s owes the payer nothing but the work", async (moment, sent, method) => {
  const name = `gateway killed ${moment}`;
  const client = await gatewayAccount(shop, name);
  const { payer, rpc, store, child, exited, url, ask } = await run(name);
  const payment = await payer.payment(await ask());
  rpc.onMoment = () => {
    const transactions = rpc.asked.filter((asked) => asked === "eth_sendRawTransaction").length;
    if (transactions === sent && rpc.asked.at(-1) === method) child.kill("SIGKILL");
  };
  await expect(ask(payment)).rejects.toThrow();
  await exited;
  await rpc.stop();
  await shop.market.chain.test.mine({ blocks: 1 });

  const gateway = await openGateway(shop, client, { folder: store, port: Number(new URL(url).port) });
  expect(await codeOf(await ask(payment))).toEqual([503, "no_credit_yet"]);
  await shop.epochs(3, gateway.paying);
  const served = await ask(payment);
  expect([served.status, await served.text()]).toEqual([200, "KILL"]);
  expect(await shop.dollarsOf(client.account.address)).toBe(DOLLARS);
  expect(gateway.stream.takings.income).toBe(PRICE);
  await gateway.paying.close();
  await gateway.stop();
});

// After the stream and two settlements come the approval and the wrapping.
test.each([
  ["when it has approved what is to be wrapped", 4],
  ["when the wrapping has just been sent", 5],
])("who is killed with SIGKILL %s wraps once, and no more than was paid", async (moment, sent) => {
  const name = `gateway killed ${moment}`;
  const client = await gatewayAccount(shop, name);
  const own = 9n * DOLLARS;
  await shop.market.chain.giveDollars(client.account.address, own);
  await shop.epochs(1);
  const { payer, rpc, store, child, exited, url, ask } = await run(name);
  for (let payment = 0; payment < 2; payment++) expect((await ask(await payer.payment(await ask()))).status).toBe(503);
  expect(await shop.dollarsOf(client.account.address)).toBe(own + 2n * DOLLARS);
  rpc.onMoment = () => {
    const transactions = rpc.asked.filter((asked) => asked === "eth_sendRawTransaction").length;
    if (transactions === sent && rpc.asked.at(-1) === "eth_sendRawTransaction") child.kill("SIGKILL");
  };
  await expect(fetch(new URL("/health", url))).rejects.toThrow();
  await exited;
  await rpc.stop();
  await shop.market.chain.test.mine({ blocks: 1 });

  const gateway = await openGateway(shop, client, { folder: store, topUp: 2n * PRICE });
  for (let time = 0; time < 2; time++) await gateway.look(1);
  expect(await shop.dollarsOf(client.account.address)).toBe(own);
  expect(gateway.stream.takings.income).toBe(2n * PRICE);
  await gateway.paying.close();
  await gateway.stop();
});

/** A facilitator of somebody else's, which this process only pretends to be. */
async function facilitator(answer: (path: string, body: never) => Promise<unknown>) {
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    try {
      response.end(JSON.stringify(await answer(request.url ?? "", JSON.parse(text) as never)));
    } catch {
      response.writeHead(500).end("{}");
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  shop.market.onClose(async () => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a facilitator elsewhere is believed in nothing that the chain does not show", async () => {
  const own = ownFacilitator(await shop.market.chain.actor("facilitator"));
  type Message = { paymentPayload: never; paymentRequirements: never };
  let mood: "lies" | "dies" | "works" = "lies";
  const url = await facilitator(async (path, { paymentPayload, paymentRequirements }: Message) => {
    if (path.endsWith("/verify")) return own.verify(paymentPayload, paymentRequirements);
    if (mood === "lies")
      return { success: true, transaction: `0x${"12".repeat(32)}`, network: "eip155:31337", payer: "" };
    const settled = await own.settle(paymentPayload, paymentRequirements);
    if (mood === "dies") throw new Error("it has settled, and says nothing");
    return settled;
  });
  const client = await gatewayAccount(shop, "gateway of somebody");
  const payer = await addPayer(shop, "payer by somebody");
  const gateway = await openGateway(shop, client, { facilitator: url });
  await shop.setClock();
  const payment = await payer.payment(await gateway.ask("x"));
  expect(await codeOf(await gateway.ask("x", payment))).toEqual([503, "settlement_unproven"]);
  mood = "dies";
  expect(await codeOf(await gateway.ask("x", payment))).toEqual([503, "settlement_pending"]);
  // It was settled: the chain says so.
  expect(await codeOf(await gateway.ask("x", payment))).toEqual([503, "no_credit_yet"]);
  mood = "works";
  const other = await payer.payment(await gateway.ask("y"));
  expect(await codeOf(await gateway.ask("y", other))).toEqual([503, "no_credit_yet"]);
  expect(await shop.dollarsOf(client.account.address)).toBe(2n * DOLLARS);
  expect(gateway.stream.takings.income).toBe(2n * PRICE);
  await gateway.paying.close();
  await gateway.stop();
});
