import { type Hex, hashTypedData, parseEther } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addSink, addSource, signalFor } from "../../localchain/participants.ts";
import { startTestChain, type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { contractsOf } from "../calls/contracts.ts";
import {
  getSink,
  InvalidParameterError,
  openStream,
  ReceiptBook,
  ReceiptError,
  receiptTypedData,
  signReceipt,
  submitReceipts,
  verifyReceipt,
  type WriteClient,
} from "../index.ts";
import { read } from "../internal/call.ts";

let chain: TestChain;
let taskTypeId: Hex;
let sink: WriteClient;
let source: WriteClient;
let terms: ConstructorParameters<typeof ReceiptBook>[0];

beforeAll(async () => {
  chain = await startTestChain();
  taskTypeId = await chain.registerTaskType("work");
  sink = await addSink(chain, taskTypeId, "sink", 100n);
  await signalFor(chain, taskTypeId, sink, 100n, 5);
  source = await addSource(chain, "source");
  const { deployment } = chain;
  await openStream(source, { deployment, taskTypeId, flowRate: 50n * UNIT_RATE });
  await chain.pass(1000);
  terms = { deployment, taskTypeId, sink: sink.account.address };
});

afterAll(() => chain.stop());

const from = () => source.account.address;

test("a receipt is what the tracker hashes", async () => {
  const { deployment } = chain;
  const receipt = { taskTypeId, source: from(), sink: sink.account.address, completed: 5n };
  const digest = await read(
    chain.client,
    contractsOf(deployment).completionTracker.hashReceipt(taskTypeId, receipt.source, receipt.sink, receipt.completed),
  );
  expect(hashTypedData(receiptTypedData({ deployment, chainId: 31337, receipt }))).toBe(digest);
});

test("work is delivered, acknowledged, co-signed, and counts on the chain", async () => {
  const { deployment } = chain;
  const book = new ReceiptBook(terms);
  book.deliver({ source: from(), value: parseEther("1") });
  const receipt = book.deliver({ source: from(), value: parseEther("0.5") });
  expect(receipt.completed).toBe(parseEther("1.5"));
  const sourceSignature = await signReceipt(source, { deployment, receipt });
  const signed = await book.accept(sink, { receipt, sourceSignature });
  expect(book.latest(from())).toEqual(signed);

  const { acknowledged, skipped } = await submitReceipts(sink, { ...terms, receipts: book.receipts() });
  expect(acknowledged).toEqual([{ source: from(), sink: sink.account.address, amount: parseEther("1.5") }]);
  expect(skipped).toEqual([]);
  expect((await getSink(sink, terms)).ledger.acknowledged).toBe(parseEther("1.5"));

  const again = await submitReceipts(sink, { ...terms, receipts: book.receipts() });
  expect(again).toMatchObject({ acknowledged: [], skipped: [{ index: 0, reason: "nothing new" }] });
});

test("signatures of anybody else do not count", async () => {
  const { deployment } = chain;
  const receipt = { taskTypeId, source: from(), sink: sink.account.address, completed: parseEther("2") };
  const stranger = await chain.actor("stranger");
  await expect(signReceipt(stranger, { deployment, receipt })).rejects.toThrow(ReceiptError);
  const [sourceSignature, sinkSignature] = [
    await signReceipt(source, { deployment, receipt }),
    await signReceipt(sink, { deployment, receipt }),
  ];
  const check = (signer: Hex, signature: Hex) =>
    verifyReceipt(chain.client, { deployment, receipt, signer, signature });
  expect(await check(from(), sourceSignature)).toBe(true);
  expect(await check(from(), sinkSignature)).toBe(false);

  const swapped = { ...receipt, sourceSignature: sinkSignature, sinkSignature: sourceSignature };
  const half = { ...receipt, sourceSignature, sinkSignature: sourceSignature };
  const { skipped } = await submitReceipts(stranger, { ...terms, receipts: [swapped, half] });
  expect(skipped).toEqual([
    { index: 0, reason: "bad source signature" },
    { index: 1, reason: "bad sink signature" },
  ]);
});

test("a book takes only its own receipts, newer ones, signed by their source", async () => {
  const { deployment } = chain;
  const book = new ReceiptBook(terms);
  const receipt = book.deliver({ source: from(), value: 10n });
  const sign = (changed: Partial<typeof receipt>) =>
    signReceipt(source, { deployment, receipt: { ...receipt, ...changed } });
  const offer = async (changed: Partial<typeof receipt>, signature?: Hex) =>
    book.accept(sink, { receipt: { ...receipt, ...changed }, sourceSignature: signature ?? (await sign(changed)) });
  await expect(offer({ taskTypeId: `0x${"1".repeat(64)}` })).rejects.toThrow(/another sink or task type/);
  await expect(offer({ sink: from() })).rejects.toThrow(/another sink or task type/);
  await expect(offer({ completed: 11n }, await sign({}))).rejects.toThrow(/has not signed/);
  await offer({});
  await expect(offer({})).rejects.toThrow(/10 wei are signed already/);
  expect(() => book.deliver({ source: from(), value: -1n })).toThrow(InvalidParameterError);
});

test("a book survives a restart and goes on counting", async () => {
  const { deployment } = chain;
  const book = new ReceiptBook(terms);
  const receipt = book.deliver({ source: from(), value: 10n });
  await book.accept(sink, { receipt, sourceSignature: await signReceipt(source, { deployment, receipt }) });
  book.deliver({ source: from(), value: 5n });

  const restored = ReceiptBook.restore(terms, JSON.parse(JSON.stringify(book)));
  expect(restored.delivered(from())).toBe(15n);
  expect(restored.latest(from())).toEqual(book.latest(from()));
  expect(restored.deliver({ source: from(), value: 1n }).completed).toBe(16n);
  expect(restored.delivered(sink.account.address)).toBe(0n);
});
