import { decodeFunctionData, type Hex, parseEther, parseUnits } from "viem";
import { getTransactionCount } from "viem/actions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { iSuperfluidAbi } from "../../abi/generated.ts";
import { testTokenAt } from "../../localchain/localSuperfluid.ts";
import { eachAnew } from "../../testkit/eachAnew.ts";
import { type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { startTestPool } from "../../testkit/testPool.ts";
import { superTokenAt } from "../calls/contracts.ts";
import {
  getSource,
  InsufficientFundsError,
  NotASuperTokenError,
  openStream,
  prepareOpenStream,
  prepareWrap,
  quoteStream,
  sendPrepared,
  unwrap,
  type WriteClient,
  WrongDecimalsError,
  wrap,
} from "../index.ts";
import { read, send } from "../internal/call.ts";

const FLOW_RATE = 10n * UNIT_RATE;

let chain: TestChain;
let task: { deployment: TestChain["deployment"]; taskTypeId: Hex };
let buyer: WriteClient;

beforeAll(async () => {
  ({ chain, task } = await startTestPool());
  buyer = await chain.actor("buyer with dollars only");
  await send(buyer, testTokenAt(chain.superfluid.underlying).mint(buyer.account.address, parseUnits("1000", 6)));
});

eachAnew(() => chain);

afterAll(() => chain.stop());

const dollars = () => read(chain.client, testTokenAt(chain.superfluid.underlying).balanceOf(buyer.account.address));
const wrapped = () => read(chain.client, superTokenAt(chain.superToken).balanceOf(buyer.account.address));
const token = () => ({ deployment: chain.deployment, superToken: chain.superToken });
const sentSoFar = () => getTransactionCount(chain.client, { address: buyer.account.address });

test("dollars of six decimals become tokens of 18, and dollars again", async () => {
  const result = await wrap(buyer, { ...token(), amount: parseEther("5") });
  expect(result).toMatchObject({ amount: parseEther("5"), underlyingAmount: 5_000_000n });
  expect([await dollars(), await wrapped()]).toEqual([995_000_000n, parseEther("5")]);
  const back = await unwrap(buyer, { ...token(), amount: parseEther("5") });
  expect(back).toMatchObject({ amount: parseEther("5"), underlyingAmount: 5_000_000n });
  expect([await dollars(), await wrapped()]).toEqual([1_000_000_000n, 0n]);
});

test("what six decimals cannot say is rounded: up to wrap, so that it is there; down to unwrap, so that it is there too", async () => {
  const amount = parseEther("1") + 1n;
  expect(await wrap(buyer, { ...token(), amount })).toMatchObject({ underlyingAmount: 1_000_001n });
  expect(await wrapped()).toBe(1_000_001n * 10n ** 12n);
  expect(await unwrap(buyer, { ...token(), amount })).toMatchObject({ underlyingAmount: 1_000_000n });
  expect(await wrapped()).toBe(10n ** 12n);
});

test("an approval is of what is taken, and only where one is missing", async () => {
  const before = await sentSoFar();
  await wrap(buyer, { ...token(), amount: parseEther("1") });
  expect((await sentSoFar()) - before).toBe(2);
  const { underlying } = chain.superfluid;
  expect(await read(buyer, testTokenAt(underlying).allowance(buyer.account.address, chain.superToken))).toBe(0n);
  await send(buyer, testTokenAt(underlying).approve(chain.superToken, 10n ** 9n));
  expect(await prepareWrap(buyer, { ...token(), amount: parseEther("1") })).toHaveLength(1);
});

test("what cannot be wrapped is refused with what is missing, or with what it is", async () => {
  const tooMuch = wrap(buyer, { ...token(), amount: parseEther("1001") });
  await expect(tooMuch).rejects.toThrow(InsufficientFundsError);
  await expect(tooMuch).rejects.toMatchObject({ needed: 1_001_000_000n, available: 1_000_000_000n });
  await expect(tooMuch).rejects.toThrow(/^1001 of token 0x.* 1000 are there: top up 1$/);
  await expect(unwrap(buyer, { ...token(), amount: parseEther("1") })).rejects.toThrow(InsufficientFundsError);
  await expect(wrap(buyer, { ...token(), amount: parseUnits("5", 6) })).rejects.toThrow(WrongDecimalsError);
  for (const superToken of [chain.superfluid.underlying, chain.deployment.escrowBuffer, buyer.account.address]) {
    const mistaken = wrap(buyer, { ...token(), superToken, amount: parseEther("1") });
    await expect(mistaken).rejects.toThrow(NotASuperTokenError);
  }
});

test("a key wraps and opens its stream in one transaction, with nothing approved before", async () => {
  const before = await sentSoFar();
  const stream = await openStream(buyer, { ...task, flowRate: FLOW_RATE, wrap: parseEther("100") });
  expect((await sentSoFar()) - before).toBe(1);
  expect(stream.wrapped).toBe(parseEther("100"));
  expect(await dollars()).toBe(900_000_000n);
  const state = await getSource(buyer, { ...task, source: buyer.account.address });
  expect(state).toMatchObject({ flowRate: stream.flowRate, streamDeposit: stream.streamDeposit });
  // Four hours of the stream.
  expect(stream.streamDeposit).toBe(14_400n * stream.flowRate);
  expect(state.availableBalance).toBe(parseEther("100") - stream.streamDeposit);
  // All that flows counts: it was synchronised in the same batch.
  await chain.pass(100);
  const later = await getSource(buyer, { ...task, source: buyer.account.address });
  expect(later.streamed).toBe(stream.flowRate * BigInt(later.timestamp - state.timestamp));
});

test("the batch is: permit, wrap, synchronise, stream, synchronise, look", async () => {
  const { receipt } = await openStream(buyer, { ...task, flowRate: FLOW_RATE, wrap: parseEther("100") });
  const { input } = await chain.test.getTransaction({ hash: receipt.transactionHash });
  const { args } = decodeFunctionData({ abi: iSuperfluidAbi, data: input });
  const operations = args?.[0] as readonly { operationType: number }[];
  expect(operations.map(({ operationType }) => operationType)).toEqual([301, 101, 301, 201, 301, 301]);
});

test("what is missing is wrapped: deposit and runway, to the last unit", async () => {
  const { wrapped: amount } = await openStream(buyer, { ...task, flowRate: FLOW_RATE, wrap: "missing", runway: 600 });
  const state = await getSource(buyer, { ...task, source: buyer.account.address });
  expect(state.runway).toBeGreaterThanOrEqual(600);
  expect(amount - (state.streamDeposit + 600n * state.flowRate)).toBeLessThan(10n ** 12n);
});

test("who cannot sign approves first, and the rest is one transaction too", async () => {
  const account = buyer.account.address;
  const calls = await prepareOpenStream(chain.client, { ...task, flowRate: FLOW_RATE, wrap: "missing", account });
  expect(calls.map(({ to }) => to)).toEqual([chain.superfluid.underlying, chain.superfluid.host]);
  await sendPrepared(buyer, { calls });
  expect((await getSource(buyer, { ...task, source: account })).flowRate).toBeGreaterThan(0n);
});

test("a stream that even the wrapped money does not pay is refused with the deposit in words", async () => {
  const opening = openStream(buyer, { ...task, flowRate: FLOW_RATE, wrap: parseEther("1") });
  await expect(opening).rejects.toThrow(InsufficientFundsError);
  await expect(opening).rejects.toThrow(/a refundable deposit of 14\.\d+, 4 h of the stream, and 1 h of streaming/);
  const rich = openStream(buyer, { ...task, flowRate: 10n ** 6n * FLOW_RATE, wrap: "missing" });
  await expect(rich).rejects.toMatchObject({ token: chain.superfluid.underlying, available: 1_000_000_000n });
  await wrap(buyer, { ...token(), amount: parseEther("100") });
  const quote = await quoteStream(buyer, { ...task, source: buyer.account.address, flowRate: FLOW_RATE });
  expect(quote).toMatchObject({ depositPeriod: 14_400, newDeposit: quote.streamDeposit, warnings: [] });
});
