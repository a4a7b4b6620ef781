import { wrapFetchWithPayment, x402Client } from "@x402/fetch";
import { parseEther } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getSource } from "../../sdk/read/getSource.ts";
import { openStream } from "../../sdk/source/openStream.ts";
import { UNIT_RATE } from "../../testkit/testChain.ts";
import { BudgetReachedError, ForeignStreamError } from "../errors.ts";
import type { Till } from "../seller/till.ts";
import { parseTerms, type StreamTerms } from "../terms.ts";
import { NETWORK, startTestMarket, type TestBuyer, type TestMarket } from "../testMarket.ts";

let market: TestMarket;
let till: Till;
let buyer: TestBuyer;
beforeAll(async () => {
  market = await startTestMarket("buy");
  till = await market.till("seller");
  buyer = await market.buyer("buyer");
});
afterAll(() => market.close());

/** A seller that asks for whatever it likes. @returns What was sent to it. */
function hostile(terms: Partial<StreamTerms>, status = 402) {
  const sent: Request[] = [];
  const resource = { url: "https://agent.example/work" };
  const required = { x402Version: 2, resource, accepts: [{ ...till.terms(), ...terms }] };
  const headers = { "payment-required": Buffer.from(JSON.stringify(required)).toString("base64") };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    sent.push(new Request(input, init));
    return new Response("{}", { status, headers: { ...headers, location: "https://elsewhere.example/" } });
  };
  return { fetch, sent };
}

const other = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

test.each<[string, (terms: StreamTerms) => Partial<StreamTerms>, string]>([
  ["another pool", () => ({ payTo: other }), "not the pool of the task type"],
  ["another token", () => ({ asset: other }), "another token"],
  ["an absurd price", () => ({ amount: String(10n ** 30n) }), "more than this client pays"],
  [
    "a task type that is not bought",
    (terms) => ({ extra: { ...terms.extra, taskTypeId: `0x${"12".repeat(32)}` } }),
    "task type",
  ],
  ["another deployment", (terms) => ({ extra: { ...terms.extra, capacityRegistry: other } }), "another deployment"],
  ["no sink of the pool", (terms) => ({ extra: { ...terms.extra, sink: other } }), "not registered"],
  ["no sink at all", (terms) => ({ extra: { ...terms.extra, sink: undefined } }), '"sink" does not fit'],
  ["a header of any name", (terms) => ({ extra: { ...terms.extra, pricedHeaders: ["a b"] } }), "names of headers"],
])("terms with %s are not paid", async (_, change, message) => {
  const { fetch, sent } = hostile(change(till.terms()));
  const { stream, account } = buyer;
  const client = new x402Client().register(NETWORK, stream).setSpendControls(false);
  const refused = expect(stream.bound(wrapFetchWithPayment(fetch, client))("https://agent.example/work")).rejects;
  await refused.toThrow(message);
  expect(sent.map(({ headers }) => headers.get("payment-signature"))).toEqual([null]);
  expect(account.purse.flowRate).toBe(0n);
});

test("terms of another chain are none of the scheme's, and checked all the same", async () => {
  const terms = { ...till.terms(), network: "eip155:1" } as const;
  await expect(buyer.account.check(parseTerms(terms))).rejects.toMatchObject({ reason: "other_chain" });
  const { fetch } = hostile(terms);
  const client = new x402Client().register("eip155:*", buyer.stream).setSpendControls(false);
  await expect(buyer.stream.bound(wrapFetchWithPayment(fetch, client))("https://a.example/")).rejects.toThrow("chain");
});

test("who redirects gets nothing, and who is not wrapped signs nothing", async () => {
  const { fetch, sent } = hostile({}, 307);
  await expect(buyer.stream.bound(fetch)("https://agent.example/work")).rejects.toThrow(
    "redirects, and nobody follows",
  );
  expect(sent).toHaveLength(1);
  const { fetch: asks } = hostile({});
  const unbound = wrapFetchWithPayment(asks, buyer.x402);
  await expect(unbound("https://agent.example/work")).rejects.toThrow("wrap the paying fetch");
  // x402 itself pays with its default tokens only, unless it is told to.
  const untold = new x402Client().register(NETWORK, buyer.stream);
  const refused = buyer.stream.bound(wrapFetchWithPayment(asks, untold))("https://agent.example/work");
  await expect(refused).rejects.toThrow("spendControls");
});

test("a budget is kept by the stream itself, deposit included", async () => {
  const { fetch } = hostile({ amount: String(100n * UNIT_RATE) });
  const tight = await market.buyer("tight", { budget: { perHour: parseEther("10") }, flowRate: undefined });
  const { purse } = tight.account;
  // An hour of the stream, and four hours' worth of it as the deposit.
  expect(purse.fastest).toBe(parseEther("10") / (5n * 3600n));
  const client = new x402Client().register(NETWORK, tight.stream).setSpendControls(false);
  const refused = tight.stream.bound(wrapFetchWithPayment(fetch, client))("https://agent.example/work");
  await expect(refused).rejects.toThrow("more than this client pays");
  await expect(purse.ensure(100n * UNIT_RATE)).rejects.toThrow(BudgetReachedError);
  await purse.ensure(UNIT_RATE);
  const { flowRate, streamDeposit } = await getSource(market.chain.client, { ...market.task, source: purse.account });
  expect(flowRate * 3600n + streamDeposit).toBeLessThanOrEqual(parseEther("10"));
  expect(await purse.exposure()).toMatchObject({ toLiquidator: streamDeposit });
  // Many at once open one stream, and less than streams already changes nothing.
  await Promise.all([1n, 2n, 3n].map((rate) => purse.ensure(rate)));
  expect(purse.flowRate).toBe(flowRate);
  // Another program, or this one without its memory, does not touch the stream.
  await expect(market.buyer("tight")).rejects.toThrow(ForeignStreamError);
  await purse.close();
  expect((await getSource(market.chain.client, { ...market.task, source: purse.account })).flowRate).toBe(0n);
});

test("a stream that somebody else has opened is left alone", async () => {
  const client = await market.chain.actor("stranger");
  await market.chain.giveTokens(client.account.address, parseEther("1000"));
  await openStream(client, { ...market.task, flowRate: 20n * UNIT_RATE });
  await expect(market.buyer("stranger")).rejects.toThrow("did not set");
});
