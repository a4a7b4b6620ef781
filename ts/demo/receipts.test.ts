import { decodeFunctionData, type Hex, hashTypedData, recoverAddress } from "viem";
import { describe, expect, test } from "vitest";
import { completionTrackerAbi } from "../abi/generated.ts";
import type { SignedReceipt } from "../sdk/receipts/receiptBook.ts";
import { receiptTypedData } from "../sdk/utils/typedData.ts";
import { Receipts } from "./receipts.ts";
import { UNIT_RATE } from "./scenario.ts";
import { someMarket } from "./someMarket.ts";
import { Workshop } from "./workshop.ts";

const CHAIN = 31337;
const market = someMarket();
const [stage] = market.stages as [(typeof market.stages)[number]];
const [newsroom, courthouse] = stage.sources.map(({ address }) => address) as [Hex, Hex];
const [echo, lyra] = stage.sinks.map(({ address }) => address) as [Hex, Hex];

/** Both sources have requests of 10 tokens each that wait from the beginning. */
function world() {
  const requests = Array.from({ length: 200 }, (_, id) => ({ id, at: 1, source: id % 2, work: [10, 10, 10] }));
  const workshop = new Workshop(market.stages, requests, 1);
  const paid = new Map<string, bigint>();
  /** Tokens that a source pays an agent, by their places. */
  const pay = (source: number, agent: number, tokens: number): void => {
    const key = `${source} ${agent}`;
    paid.set(key, (paid.get(key) ?? 0n) + BigInt(tokens) * UNIT_RATE);
    workshop.credit(0, source, agent, paid.get(key) ?? 0n);
  };
  for (const source of [0, 1]) for (const agent of [0, 1]) pay(source, agent, 0);
  workshop.advance(1);
  return { workshop, pay, receipts: new Receipts(market, CHAIN) };
}

/** What the transaction for the first stage carries. */
async function submitted({ receipts, workshop }: ReturnType<typeof world>) {
  const [call] = await receipts.submit(workshop);
  const { args } = decodeFunctionData({ abi: completionTrackerAbi, data: call?.data as Hex });
  const [, signed] = args as unknown as [Hex, readonly SignedReceipt[]];
  const tokens = signed.map(({ source, sink, completed }) => ({ source, sink, tokens: Number(completed / UNIT_RATE) }));
  return { signed, tokens };
}

describe("the receipts of an epoch", () => {
  test("say what each has received from whom, since the beginning, and nothing twice", async () => {
    const economy = world();
    economy.pay(0, 0, 60);
    economy.pay(0, 1, 25);
    economy.pay(1, 0, 40);
    economy.workshop.advance(30);
    expect((await submitted(economy)).tokens).toEqual([
      { source: newsroom, sink: echo, tokens: 60 },
      { source: courthouse, sink: echo, tokens: 40 },
      { source: newsroom, sink: lyra, tokens: 20 },
    ]);
    economy.pay(1, 0, 10);
    economy.workshop.advance(60);
    expect((await submitted(economy)).tokens).toEqual([{ source: courthouse, sink: echo, tokens: 50 }]);
    expect((await submitted(economy)).tokens).toEqual([]);
  });

  test("are signed by both sides", async () => {
    const economy = world();
    economy.pay(0, 0, 60);
    economy.pay(1, 0, 60);
    economy.workshop.advance(30);
    const { signed } = await submitted(economy);
    for (const { sourceSignature, sinkSignature, ...fields } of signed) {
      const receipt = { ...fields, taskTypeId: stage.id };
      const hash = hashTypedData(receiptTypedData({ deployment: market.protocol, chainId: CHAIN, receipt }));
      expect(await recoverAddress({ hash, signature: sourceSignature })).toBe(receipt.source);
      expect(await recoverAddress({ hash, signature: sinkSignature })).toBe(receipt.sink);
    }
    expect(signed).toHaveLength(2);
  });
});
