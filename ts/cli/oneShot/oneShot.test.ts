import type { PaymentPayload, PaymentRequired } from "@x402/core/types";
import { appendPaymentIdentifierToExtensions } from "@x402/extensions";
import { type Hex, zeroAddress } from "viem";
import { getTransactionReceipt } from "viem/actions";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import {
  addPayer,
  codeOf,
  DOLLARS,
  gatewayAccount,
  openGateway,
  receiptOf,
  requiredOf,
  type Shop,
  startShop,
  type TestGateway,
} from "./testGateway.ts";

vi.setConfig({ testTimeout: 120_000 });

let shop: Shop;
let gateway: TestGateway;
let account: Awaited<ReturnType<typeof gatewayAccount>>;
let payer: Awaited<ReturnType<typeof addPayer>>;
beforeAll(async () => {
  shop = await startShop();
  account = await gatewayAccount(shop, "gateway");
  gateway = await openGateway(shop, account);
  shop.market.onClose(() => gateway.drop());
  payer = await addPayer(shop, "payer");
  await shop.setClock();
});
afterAll(() => shop.market.close());

/** What the payer and the gateway have of plain dollars, from now on. */
async function watchMoney() {
  const look = () => Promise.all([shop.dollarsOf(payer.address), shop.dollarsOf(account.account.address)]);
  const [paid, got] = await look();
  return async () => {
    const [left, has] = await look();
    expect(paid - left).toBe(has - got);
    return has - got;
  };
}

test("what was paid before anybody owes a task is owed: the same payment is served later, and once", async () => {
  const money = await watchMoney();
  const unpaid = await gateway.ask("hello");
  expect(await codeOf(unpaid)).toEqual([402, "payment_required"]);
  expect(requiredOf(unpaid).accepts).toMatchObject([{ scheme: "exact", amount: String(DOLLARS) }]);
  const payment = await payer.payment(unpaid);
  const early = await gateway.ask("hello", payment);
  expect(await codeOf(early)).toEqual([503, "no_credit_yet"]);
  expect(early.headers.get("x-backpressure-credit-note")).toMatch(/^note_[0-9a-f]{64}$/);
  expect(await money()).toBe(DOLLARS);

  await shop.epochs(3, gateway.paying);
  const served = await gateway.ask("hello", payment);
  expect([served.status, await served.text()]).toEqual([200, "HELLO"]);
  const { success, transaction } = receiptOf(served);
  expect(success).toBe(true);
  const receipt = await getTransactionReceipt(shop.market.chain.client, { hash: transaction as Hex });
  expect(receipt.status).toBe("success");

  const again = await gateway.ask("hello", payment);
  expect([again.status, await again.text(), receiptOf(again).transaction]).toEqual([200, "HELLO", transaction]);
  expect(await codeOf(await gateway.ask("more", payment))).toEqual([409, "other_request"]);
  const note = { "x-backpressure-credit-note": early.headers.get("x-backpressure-credit-note") ?? "" };
  expect(await codeOf(await gateway.ask("more", note))).toEqual([402, "unknown_credit_note"]);
  expect(shop.seen).toEqual(["hello"]);
  expect(await money()).toBe(DOLLARS);
});

test("the stock client pays and is served, without knowing of streams", async () => {
  const money = await watchMoney();
  const answer = await payer.pay(gateway.url, { method: "POST", body: "stock" });
  expect([answer.status, await answer.text()]).toEqual([200, "STOCK"]);
  expect(receiptOf(answer)).toMatchObject({ success: true, payer: payer.address });
  expect(await money()).toBe(DOLLARS);
});

test("five at once with one payment are served once, and pay once", async () => {
  const money = await watchMoney();
  const payment = await payer.payment(await gateway.ask("five"));
  const answers = await Promise.all(Array.from({ length: 5 }, () => gateway.ask("five", payment)));
  const statuses = answers.map(({ status }) => status).sort();
  // Who comes when it is done gets the same answer again.
  for (const answer of answers)
    if (answer.status === 200) expect(await answer.text()).toBe("FIVE");
    else expect(await codeOf(answer)).toEqual([409, "in_progress"]);
  expect(statuses[0]).toBe(200);
  expect(shop.seen.filter((text) => text === "five")).toHaveLength(1);
  expect(await money()).toBe(DOLLARS);
});

const first = (change: (terms: PaymentRequired["accepts"][number]) => object) => (required: PaymentRequired) => {
  const [terms] = required.accepts as [PaymentRequired["accepts"][number]];
  return { ...required, accepts: [{ ...terms, ...change(terms) }] } as PaymentRequired;
};
const authorization = (change: (from: Record<string, string>) => object) => (payload: PaymentPayload) => {
  const { authorization: from, signature } = payload.payload as {
    authorization: Record<string, string>;
    signature: Hex;
  };
  return { ...payload, payload: { signature, authorization: { ...from, ...change(from) } } };
};

test.each<[string, string, Parameters<typeof payer.payment>[1], Parameters<typeof payer.payment>[2]]>([
  ["too little", "invalid_amount", first(() => ({ amount: String(DOLLARS - 1n) })), undefined],
  [
    "too little, said to be enough",
    "invalid_amount",
    first(() => ({ amount: "1" })),
    (payload) => ({ ...payload, accepted: { ...payload.accepted, amount: String(DOLLARS) } }),
  ],
  [
    "somebody else",
    "invalid_payment_requirements",
    first(() => ({ payTo: zeroAddress.replace(/0$/, "1") })),
    undefined,
  ],
  [
    "on another chain",
    "invalid_network",
    undefined,
    (payload) => ({ ...payload, accepted: { ...payload.accepted, network: "eip155:8453" } }),
  ],
  [
    "by another scheme",
    "unsupported_scheme",
    undefined,
    (payload) => ({ ...payload, accepted: { ...payload.accepted, scheme: "upto" } }),
  ],
  [
    "too late",
    "invalid_exact_evm_payload_authorization_valid_before",
    first(() => ({ maxTimeoutSeconds: 3 })),
    undefined,
  ],
  [
    "with what somebody has changed",
    "invalid_exact_evm_signature",
    undefined,
    authorization(({ validBefore }) => ({ validBefore: String(Number(validBefore) + 1) })),
  ],
  ["in another form", "invalid_payload", undefined, (payload) => ({ ...payload, payload: { permit: true } })],
])("who pays %s is told so, and pays nothing", async (_, code, change, after) => {
  const money = await watchMoney();
  const count = shop.seen.length;
  const answer = await gateway.ask("cheap", await payer.payment(await gateway.ask("cheap"), change, after));
  expect(await codeOf(answer)).toEqual([402, code]);
  // With what would be right.
  expect(requiredOf(answer).accepts).toHaveLength(1);
  expect(shop.seen.length).toBe(count);
  expect(await money()).toBe(0n);
});

test("who has no dollars is told so, and gets nothing", async () => {
  const poor = await addPayer(shop, "poor", 0n);
  const answer = await gateway.ask("poor", await poor.payment(await gateway.ask("poor")));
  // Where there is a Multicall3 it says "insufficient_balance".
  expect(await codeOf(answer)).toEqual([402, "invalid_exact_evm_transaction_simulation_failed"]);
  expect(shop.seen).not.toContain("poor");
});

test("a credit note buys another request, once", async () => {
  await shop.epochs(2, gateway.paying);
  const money = await watchMoney();
  shop.answerWith(422);
  const failed = await payer.pay(gateway.url, { method: "POST", body: "bad" });
  expect(failed.status).toBe(422);
  shop.answerWith(200);
  const note = { "x-backpressure-credit-note": failed.headers.get("x-backpressure-credit-note") ?? "" };
  const [one, other] = await Promise.all([gateway.ask("good", note), gateway.ask("other", note)]);
  expect([one.status, other.status].sort()).toEqual([200, 409]);
  expect(await codeOf(await gateway.ask("good", note))).toEqual([402, "unknown_credit_note"]);
  expect(await money()).toBe(DOLLARS);
});

test("a payer's own name for a request is paid for once, whatever it signs", async () => {
  await shop.epochs(2, gateway.paying);
  const money = await watchMoney();
  const named = (required: PaymentRequired) => {
    const extensions = structuredClone(required.extensions ?? {});
    return { ...required, extensions: appendPaymentIdentifierToExtensions(extensions, "pay_0123456789abcdef") };
  };
  const unpaid = await gateway.ask("named");
  const served = await gateway.ask("named", await payer.payment(unpaid, named));
  expect([served.status, await served.text()]).toEqual([200, "NAMED"]);
  const again = await gateway.ask("named", await payer.payment(unpaid, named));
  expect([again.status, await again.text()]).toEqual([200, "NAMED"]);
  expect(await codeOf(await gateway.ask("unnamed", await payer.payment(unpaid, named)))).toEqual([
    409,
    "other_request",
  ]);
  expect(shop.seen.filter((text) => text === "named")).toHaveLength(1);
  expect(await money()).toBe(DOLLARS);
});
