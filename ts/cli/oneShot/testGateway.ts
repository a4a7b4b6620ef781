import { getRequestListener } from "@hono/node-server";
import { encodePaymentSignatureHeader } from "@x402/core/http";
import type { PaymentPayload, PaymentRequired } from "@x402/core/types";
import { ExactEvmScheme } from "@x402/evm/exact/client";
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from "@x402/fetch";
import { type Address, parseEther } from "viem";
import { getBlock } from "viem/actions";
import { vi } from "vitest";
import { addSource } from "../../localchain/participants.ts";
import { superTokenAt } from "../../sdk/calls/contracts.ts";
import { read } from "../../sdk/internal/call.ts";
import { setProfile } from "../../sdk/sink/setProfile.ts";
import type { WriteClient } from "../../sdk/types.ts";
import { withFiatToken } from "../../testkit/fiatToken.ts";
import { serve } from "../../testkit/httpServer.ts";
import type { PayingFetchParameters } from "../../x402/buyer/parameters.ts";
import { PayingClient } from "../../x402/buyer/payingClient.ts";
import { perRequest } from "../../x402/meters/meter.ts";
import { Paywall } from "../../x402/seller/paywall.ts";
import { NETWORK, startTestMarket, TASK } from "../../x402/testMarket.ts";
import { startGateway } from "../buy/gateway.ts";
import { type OpenCounterParameters, openCounter } from "./openCounter.ts";

/** What one request costs in the tests: a tenth more than a task may. */
export const PRICE = (11n * TASK) / 10n;
/** The same, in smallest units of USDC. */
export const DOLLARS = PRICE / 10n ** 12n;

/** A market in USDC with one sink that shouts. */
export async function startShop() {
  const market = await startTestMarket("shout", withFiatToken);
  const till = await market.till("seller");
  const paywall = new Paywall({ till, work: perRequest(TASK / 2n) });
  const seen: string[] = [];
  let status = 200;
  const work = async (request: Request) => {
    const text = await request.text();
    seen.push(text);
    return new Response(text.toUpperCase(), { status, headers: { "content-type": "text/plain" } });
  };
  const server = await serve(getRequestListener((request) => paywall.handle(request, work)));
  market.onClose(server.close);
  const profile = { version: 1, name: "shout", endpoint: `${server.url}/v1`, unit: "request" };
  const profileUri = `data:application/json,${encodeURIComponent(JSON.stringify(profile))}`;
  await setProfile(till.parameters.client, { ...market.task, profileUri });
  vi.useFakeTimers({ toFake: ["Date"] });
  market.onClose(async () => void vi.useRealTimers());

  /** x402 knows the wall clock only, and the chain's is another: here they are the same. */
  async function setClock(): Promise<number> {
    const { timestamp } = await getBlock(market.chain.client);
    vi.setSystemTime(1000 * Number(timestamp));
    return Number(timestamp);
  }
  return {
    ...{ market, seen, setClock },
    answerWith: (next: number) => {
      status = next;
    },
    /** Lets time pass and buyers see it. */
    async epochs(count: number, ...buyers: PayingClient[]) {
      for (let epoch = 0; epoch < count; epoch++) {
        await market.nextEpoch();
        for (const buyer of buyers) await buyer.refresh();
      }
      await setClock();
    },
    dollarsOf: (owner: Address) =>
      read(market.chain.client, superTokenAt(market.chain.superfluid.underlying).balanceOf(owner)),
  };
}

export type Shop = Awaited<ReturnType<typeof startShop>>;

/** A gateway that is open to who pays for single requests. */
export async function openGateway(
  { market }: Shop,
  client: WriteClient,
  changes: Partial<PayingFetchParameters> &
    Partial<Pick<OpenCounterParameters, "facilitator" | "float" | "topUp">> & { port?: number } = {},
) {
  const { facilitator, topUp, float = parseEther("1000"), port = 0, ...more } = changes;
  const paying = await PayingClient.open({
    ...{ client, ...market.task, budget: { perDay: parseEther("1000") }, oneTask: TASK },
    ...{ patience: 0, refreshEvery: 0, allowPrivate: true, timeout: 10 },
    ...more,
  });
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const open = await openCounter({ paying, price: PRICE, float, facilitator, topUp, onError });
  const gateway = await startGateway({
    ...{ port, token: "bp_of-the-owner", onAnswer: () => {}, onError, counter: open.counter },
    operations: () => new Response("fine"),
    pay: (path, init) => paying.fetch(path, init),
  });
  const url = `${gateway.url}/shout`;
  return {
    ...{ ...open, paying, errors, url, stop: gateway.stop },
    ask: (body: string, headers: Record<string, string> = {}, path = "/shout") =>
      fetch(gateway.url + path, { method: "POST", body, headers }),
    /** Without ending the stream, as a program that is killed. */
    async drop() {
      await gateway.stop();
      await paying.account.store.close();
    },
  };
}

export type TestGateway = Awaited<ReturnType<typeof openGateway>>;

export const gatewayAccount = ({ market }: Shop, name: string): Promise<WriteClient> => addSource(market.chain, name);

/** Somebody who has plain dollars and the stock client of x402, and knows nothing of streams. */
export async function addPayer({ market }: Shop, name: string, dollars = 1_000_000n) {
  const { account } = await market.chain.actor(name);
  if (dollars > 0n) await market.chain.giveDollars(account.address, dollars);
  const asset = market.chain.superfluid.underlying;
  const x402 = new x402Client()
    .register(NETWORK, new ExactEvmScheme(account as never))
    .setSpendControls({ allowedAssets: [{ network: NETWORK, asset }] });
  return {
    ...{ address: account.address, x402, pay: wrapFetchWithPayment(fetch, x402) },
    /** A payment, as it is sent. @param change What is asked for, before it is signed. */
    async payment(
      unpaid: Response,
      change: (required: PaymentRequired) => PaymentRequired = (required) => required,
      after: (payload: PaymentPayload) => PaymentPayload = (payload) => payload,
    ): Promise<Record<string, string>> {
      const payload = await x402.createPaymentPayload(change(requiredOf(unpaid)));
      return { "payment-signature": encodePaymentSignatureHeader(after(payload)) };
    },
  };
}

export const requiredOf = (answer: Response): PaymentRequired =>
  JSON.parse(Buffer.from(answer.headers.get("payment-required") ?? "e30=", "base64").toString());

export const receiptOf = (answer: Response) =>
  decodePaymentResponseHeader(answer.headers.get("payment-response") ?? "");

export const codeOf = async (answer: Response): Promise<[number, string]> => {
  const { error } = (await answer.json()) as { error: { code: string } };
  return [answer.status, error.code];
};
