import { decodeFunctionData, type Hex, hashTypedData, recoverAddress } from "viem";
import { describe, expect, test } from "vitest";
import { completionTrackerAbi } from "../abi/generated.ts";
import type { SignedReceipt } from "../sdk/receipts/receiptBook.ts";
import { receiptTypedData } from "../sdk/utils/typedData.ts";
import { Receipts } from "./receipts.ts";
import { START, UNIT_RATE } from "./scenario.ts";
import { someMarket, someState } from "./someMarket.ts";
import { StreamLedger } from "./streamLedger.ts";
import { Workshop } from "./workshop.ts";

const CHAIN = 31337;
const market = someMarket();
const [stage] = market.stages as [(typeof market.stages)[number]];
const [newsroom, courthouse] = stage.sources.map(({ address }) => address) as [Hex, Hex];
const [echo, lyra] = stage.sinks.map(({ address }) => address) as [Hex, Hex];

/** A market whose two sources have streamed so many tokens, and a world in which so many were served. */
function world(streamed: [number, number], served: number[]) {
  const ledger = new StreamLedger(market.superfluid.gdaV1);
  const workshop = new Workshop([], 1);
  const receipts = new Receipts(market, ledger, CHAIN);
  const goOn = (more: [number, number], done: number[], at: number): void => {
    for (const [index, tokens] of more.entries()) {
      const source = stage.sources[index]?.address as Hex;
      ledger.setStream(stage.distributionPool, source, (BigInt(tokens) * UNIT_RATE) / 10n, START + at - 10);
      ledger.setStream(stage.distributionPool, source, 0n, START + at);
    }
    for (const [index, tokens] of done.entries()) {
      const agent = workshop.stages[0]?.agents[index];
      if (agent) agent.served += tokens;
    }
  };
  goOn(streamed, served, 100);
  return { receipts, workshop, goOn };
}

/** What the transaction for the first stage carries. */
async function submitted({ receipts, workshop }: ReturnType<typeof world>, returned: bigint[] = []) {
  const [call] = await receipts.submit(workshop, someState({ returned }, 1000));
  const { args } = decodeFunctionData({ abi: completionTrackerAbi, data: call?.data as Hex });
  const [, signed] = args as unknown as [Hex, readonly SignedReceipt[]];
  const tokens = signed.map(({ source, sink, completed }) => ({ source, sink, tokens: Number(completed / UNIT_RATE) }));
  return { signed, tokens };
}

describe("the receipts of an epoch", () => {
  test("split what was delivered by what each payer has paid, and the idle get none", async () => {
    const { tokens } = await submitted(world([600, 400], [100, 50]));
    expect(tokens).toEqual([
      { source: newsroom, sink: echo, tokens: 60 },
      { source: courthouse, sink: echo, tokens: 40 },
      { source: newsroom, sink: lyra, tokens: 30 },
      { source: courthouse, sink: lyra, tokens: 20 },
    ]);
  });

  test("are cumulative, and say nothing twice", async () => {
    const economy = world([600, 400], [100]);
    await submitted(economy);
    economy.goOn([0, 460], [100], 200);
    const { tokens } = await submitted(economy);
    // Unacknowledged are now 540 and 820 tokens.
    expect(tokens).toEqual([
      { source: newsroom, sink: echo, tokens: 99 },
      { source: courthouse, sink: echo, tokens: 100 },
    ]);
    expect((await submitted(economy)).tokens.every(({ tokens: count }) => count <= 101)).toBe(true);
  });

  test("never acknowledge more than was paid and not returned; the rest waits, the same for all", async () => {
    const economy = world([600, 400], [2000, 1000]);
    const returned = [100n * UNIT_RATE, 0n];
    const first = await submitted(economy, returned);
    expect(first.tokens.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(900);
    expect(first.tokens.map(({ tokens }) => tokens)).toEqual([333, 266, 166, 133]);
    economy.goOn([2000, 1000], [], 200);
    const second = await submitted(economy, returned);
    const of = (sink: Hex): number =>
      second.tokens.filter((one) => one.sink === sink).reduce((sum, { tokens }) => sum + tokens, 0);
    expect(of(echo)).toBeCloseTo(2000, -1);
    expect(of(lyra)).toBeCloseTo(1000, -1);
  });

  test("are signed by both sides", async () => {
    const { signed } = await submitted(world([600, 400], [100]));
    for (const { sourceSignature, sinkSignature, ...fields } of signed) {
      const receipt = { ...fields, taskTypeId: stage.id };
      const hash = hashTypedData(receiptTypedData({ deployment: market.protocol, chainId: CHAIN, receipt }));
      expect(await recoverAddress({ hash, signature: sourceSignature })).toBe(receipt.source);
      expect(await recoverAddress({ hash, signature: sinkSignature })).toBe(receipt.sink);
    }
    expect(signed).toHaveLength(2);
  });
});
