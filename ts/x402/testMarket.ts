import { x402Facilitator } from "@x402/core/facilitator";
import { x402ResourceServer } from "@x402/core/server";
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from "@x402/fetch";
import { parseEther } from "viem";
import { addSink, addSource } from "../localchain/participants.ts";
import { signAttestation } from "../sdk/sink/signAttestation.ts";
import { submitAttestations } from "../sdk/sink/submitAttestations.ts";
import type { Tab } from "../sdk/work/tab.ts";
import { asStatement, hashRequest, toOrderHeader } from "../sdk/work/wire.ts";
import { EPOCH, startTestChain, type TestChain, UNIT_RATE } from "../testkit/testChain.ts";
import { BuyerAccount, type BuyerAccountParameters } from "./buyer/account.ts";
import { StreamClient, StreamFacilitator, type StreamServer } from "./scheme/index.ts";
import { Till, type TillParameters } from "./seller/till.ts";
import type { StreamTerms } from "./terms.ts";

export const NETWORK = "eip155:31337";
/** The largest task, wei. */
export const TASK = parseEther("0.02");

/** A buyer with the stock client. */
export type TestBuyer = Awaited<ReturnType<TestMarket["buyer"]>>;

export type TestMarket = Awaited<ReturnType<typeof startTestMarket>>;

/** One pool on a local chain; whoever sells or buys there is closed with it. @param prepare Changes the chain before. */
export async function startTestMarket<chain extends TestChain = TestChain>(
  metadata: string,
  prepare: (chain: TestChain) => Promise<chain> = async (chain) => chain as chain,
) {
  const chain = await prepare(await startTestChain());
  const { deployment } = chain;
  const taskTypeId = await chain.registerTaskType(metadata);
  const task = { deployment, taskTypeId };
  const tills: Till[] = [];
  const toClose: (() => Promise<unknown>)[] = [chain.stop];

  /** A sink with capacity, and what it needs to be paid. */
  async function till(name: string, changes: Partial<TillParameters> = {}): Promise<Till> {
    const client = await addSink(chain, taskTypeId, name, 100n);
    // Or the beginning of the epoch is further back than the chain remembers.
    await chain.pass(2 * EPOCH);
    const opened = await Till.open({ client, ...task, oneTask: TASK, ...changes });
    tills.push(opened);
    toClose.push(() => opened.close());
    return opened;
  }

  /** A source with an account of its own, which it pays from by `@x402/fetch`. */
  async function buyer(name: string, changes: Partial<BuyerAccountParameters> = {}) {
    const client = await addSource(chain, name);
    const budget = { perDay: parseEther("1000") };
    const usual = { client, ...task, budget, maxWork: TASK, flowRate: 60n * UNIT_RATE };
    const account = await BuyerAccount.open({ ...usual, ...changes });
    toClose.push(() => account.store.close());
    const stream = new StreamClient(account);
    const x402 = new x402Client().register(NETWORK, stream).setSpendControls({ allowedAssets: stream.allowedAssets });
    return { account, stream, x402, pay: stream.bound(wrapFetchWithPayment(fetch, x402)) };
  }

  /** Lets a little more than an epoch pass, in few blocks: the test chain has the state of the latest sixteen only. */
  async function nextEpoch(): Promise<void> {
    for (let part = 0; part < 5; part++) await chain.pass(EPOCH / 4);
    await Promise.all(tills.map((till) => till.refresh()));
    const attestations = [];
    for (const { parameters } of tills) {
      attestations.push(await signAttestation(parameters.client, { ...task, capacity: 100n, backlog: 0n }));
    }
    await submitAttestations(await chain.actor("oracle"), { ...task, attestations });
  }

  return {
    ...{ chain, task, till, buyer, nextEpoch },
    /** To be ended with it, in reverse order. */
    onClose: (close: () => Promise<unknown>) => void toClose.push(close),
    async close(): Promise<void> {
      for (const end of toClose.reverse()) await end();
    },
  };
}

/** What x402's resource server wants: a facilitator, here in the same process. */
export function resourceServer(till: Till, server: StreamServer): x402ResourceServer {
  const facilitator = new x402Facilitator().register(NETWORK, new StreamFacilitator(till));
  return new x402ResourceServer({
    verify: (payload, requirements) => facilitator.verify(payload, requirements),
    settle: (payload, requirements) => facilitator.settle(payload, requirements),
    getSupported: async () => facilitator.getSupported() as never,
  }).register(NETWORK, server);
}

/** Why a seller says no. */
export const errorOf = (answer: Response): string | undefined =>
  JSON.parse(Buffer.from(answer.headers.get("payment-required") ?? "e30=", "base64").toString()).error;

export const statementOf = (answer: Response) =>
  asStatement(decodePaymentResponseHeader(answer.headers.get("payment-response") ?? "").extra);

/** An order by hand, to do what no client does. */
export async function orderHeader(
  tab: Tab,
  { till, url, body, change }: { till: Till; url: string; body: string; change?: Partial<StreamTerms> },
): Promise<Record<string, string>> {
  const requestHash = hashRequest({ method: "POST", url, body });
  const signed = await tab.sign(tab.draft(till.desk.sink, { maxWork: TASK, requestHash }));
  return { "payment-signature": toOrderHeader(signed, { ...till.terms(), ...change }) };
}
