import { type Hex, parseEther } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addSource } from "../../localchain/participants.ts";
import { eachAnew } from "../../testkit/eachAnew.ts";
import { type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { startTestPool } from "../../testkit/testPool.ts";
import { contractsOf, distributionPoolAt } from "../calls/contracts.ts";
import {
  assertNotPoolAddress,
  ContractCallError,
  changeStream,
  closeStream,
  deposit,
  FlowRateLossError,
  FlowRateTooLowError,
  getDeposit,
  getPool,
  getSource,
  getTaskType,
  InsufficientFundsError,
  InvalidParameterError,
  openStream,
  PoolAddressError,
  quoteStream,
  StreamStateError,
  stake,
  type WriteClient,
  WrongDecimalsError,
  withdrawDeposit,
} from "../index.ts";
import { read } from "../internal/call.ts";

/** Half of what 100 units can take, wei per second. */
const RATE = 50n * UNIT_RATE;

let chain: TestChain;
let source: WriteClient;
let task: { deployment: TestChain["deployment"]; taskTypeId: Hex };

beforeAll(async () => {
  ({ chain, task } = await startTestPool(8));
  source = await addSource(chain, "source");
});

eachAnew(() => chain);

afterAll(() => chain.stop());

const stateOf = (client: WriteClient) => getSource(client, { ...task, source: client.account.address });

test("a stream really flows, and what comes back is what the chain says", async () => {
  const { flowRate, receipt } = await openStream(source, { ...task, flowRate: RATE });
  expect(receipt.status).toBe("success");
  const { totalUnits } = await getPool(chain.client, task);
  expect(RATE - flowRate).toBeLessThan(totalUnits);
  expect(flowRate % totalUnits).toBe(0n);

  const before = await stateOf(source);
  await chain.pass(100);
  const after = await stateOf(source);
  expect(after.flowRate).toBe(flowRate);
  expect(after.streamed - before.streamed).toBe(flowRate * BigInt(after.timestamp - before.timestamp));
  expect(before.availableBalance - after.availableBalance).toBe(after.streamed - before.streamed);
});

test("opening synchronises, so that all that was streamed counts for returns", async () => {
  const { flowRate } = await openStream(source, { ...task, flowRate: RATE });
  const opened = await stateOf(source);
  await chain.pass(600);
  const { timestamp: closedAfter } = await stateOf(source);
  await closeStream(source, task);
  const { returns, streamed, flowRate: left, changedAt, streamDeposit, runway } = await stateOf(source);
  expect(streamed).toBeGreaterThanOrEqual(flowRate * BigInt(closedAfter - opened.timestamp));
  const { units } = await getPool(chain.client, task);
  const overflowed = (streamed * units.escrow) / units.total;
  expect(returns.owned).toBeGreaterThan((overflowed * 99n) / 100n);
  expect(returns.owned).toBeLessThanOrEqual(overflowed);
  expect(returns).toMatchObject({ payable: 0n, returned: 0n });
  expect({ left, changedAt, streamDeposit, runway }).toEqual({
    left: 0n,
    changedAt: undefined,
    streamDeposit: 0n,
    runway: undefined,
  });
});

test("changing keeps what was streamed at the old rate", async () => {
  const first = await openStream(source, { ...task, flowRate: RATE });
  const opened = await stateOf(source);
  await chain.pass(300);
  const second = await changeStream(source, { ...task, flowRate: 2n * RATE });
  expect(second.flowRate).toBeGreaterThan((19n * first.flowRate) / 10n);
  const changed = await stateOf(source);
  expect(changed.streamed).toBe(first.flowRate * BigInt(changed.timestamp - opened.timestamp));
});

test("the deposit is what Superfluid's governance asks for, and it comes back", async () => {
  const quote = await quoteStream(source, { ...task, source: source.account.address, flowRate: RATE });
  const before = await stateOf(source);
  await openStream(source, { ...task, flowRate: RATE });
  const open = await stateOf(source);
  expect(open.streamDeposit).toBe(quote.streamDeposit);
  expect(before.availableBalance - open.availableBalance).toBe(quote.streamDeposit);
  // 4 hours in Superfluid's test framework.
  expect(open.streamDeposit).toBe(open.flowRate * 14_400n);
  const { refundedDeposit } = await closeStream(source, task);
  expect(refundedDeposit).toBe(open.streamDeposit);
});

test("the runway is how long the balance lasts", async () => {
  await openStream(source, { ...task, flowRate: RATE });
  const { runway, availableBalance, netFlowRate, flowRate } = await stateOf(source);
  expect(netFlowRate).toBe(-flowRate);
  expect(runway).toBe(Number(availableBalance / flowRate));
});

test("a rate that would be rounded to nothing is refused before anything is sent, forced or not", async () => {
  const { totalUnits } = await getPool(chain.client, task);
  const opening = openStream(source, { ...task, flowRate: totalUnits - 1n, force: true });
  await expect(opening).rejects.toThrow(FlowRateTooLowError);
  await expect(opening).rejects.toThrow(`stream at least ${totalUnits} wei/s`);
  // The figure in the advice is the truth: one less is refused, and this is taken.
  await openStream(source, { ...task, flowRate: totalUnits, force: true });
  expect((await stateOf(source)).flowRate).toBe(totalUnits);
});

test("a rate of less than a million wei per second and unit is refused, unless it is forced or less than before", async () => {
  const { totalUnits } = await getPool(chain.client, task);
  const least = 1_000_000n * totalUnits;
  const opening = openStream(source, { ...task, flowRate: least - totalUnits });
  await expect(opening).rejects.toThrow(FlowRateTooLowError);
  await expect(opening).rejects.toThrow(`stream at least ${least} wei/s (a super token has 18 decimals)`);
  await openStream(source, { ...task, flowRate: least });
  expect((await changeStream(source, { ...task, flowRate: least / 2n })).flowRate).toBeGreaterThan(0n);
});

test("an amount that looks like one of six decimals is refused, unless it is forced", async () => {
  const { amount } = { amount: 5_000_000n };
  await expect(stake(source, { ...task, amount })).rejects.toThrow(WrongDecimalsError);
  await stake(source, { ...task, amount, force: true });
  await expect(stake(source, { ...task, amount: 0n })).rejects.toThrow(InvalidParameterError);
});

test("a rate of which rounding takes more than 1 % is refused, and what it would be is not", async () => {
  const { totalUnits } = await getPool(chain.client, task);
  const flowRate = 50n * totalUnits + (totalUnits * 9n) / 10n;
  const opening = openStream(source, { ...task, flowRate, force: true });
  await expect(opening).rejects.toThrow(FlowRateLossError);
  await expect(opening).rejects.toMatchObject({ actualFlowRate: 50n * totalUnits });
  await openStream(source, { ...task, flowRate: 50n * totalUnits, force: true });
});

test("a balance that does not cover deposit and runway is refused with what is missing", async () => {
  const poor = await chain.actor("poor");
  const { requiredBalance } = await quoteStream(source, { ...task, source: source.account.address, flowRate: RATE });
  await chain.giveTokens(poor.account.address, requiredBalance / 2n);
  const opening = openStream(poor, { ...task, flowRate: RATE });
  await expect(opening).rejects.toThrow(InsufficientFundsError);
  await expect(opening).rejects.toThrow(/a refundable deposit of .*, 4 h of the stream, and 1 h of streaming.*top up/);
  await chain.giveTokens(poor.account.address, requiredBalance / 2n);
  expect((await openStream(poor, { ...task, flowRate: RATE })).flowRate).toBeGreaterThan(0n);
});

test("whoever is short of money can still stream less, and not more", async () => {
  const poor = await chain.actor("poor");
  const { requiredBalance } = await quoteStream(source, { ...task, source: source.account.address, flowRate: RATE });
  await chain.giveTokens(poor.account.address, requiredBalance);
  await openStream(poor, { ...task, flowRate: RATE });
  await chain.pass(3500);
  expect((await stateOf(poor)).runway).toBeLessThan(200);
  await expect(changeStream(poor, { ...task, flowRate: 2n * RATE })).rejects.toThrow(InsufficientFundsError);
  const { flowRate } = await changeStream(poor, { ...task, flowRate: (RATE * 9n) / 10n });
  expect(flowRate).toBeLessThan(RATE);
});

test("the runway asked for is part of what is needed", async () => {
  const parameters = { ...task, source: source.account.address, flowRate: RATE };
  const short = await quoteStream(source, { ...parameters, runway: 0 });
  const long = await quoteStream(source, { ...parameters, runway: 1000 });
  expect(short.requiredBalance).toBe(short.streamDeposit);
  expect(long.requiredBalance - short.requiredBalance).toBe(1000n * long.actualFlowRate);
});

test.each([
  ["no rate", { flowRate: 0n }],
  ["a negative rate", { flowRate: -1n }],
  ["a rate beyond Superfluid's type", { flowRate: 2n ** 95n }],
  ["half a second of runway", { flowRate: RATE, runway: 0.5 }],
  ["a negative runway", { flowRate: RATE, runway: -1 }],
])("%s is refused", async (_, parameters) => {
  await expect(openStream(source, { ...task, ...parameters })).rejects.toThrow(InvalidParameterError);
});

test("opening twice, and changing or closing what is not open, says what to call instead", async () => {
  await expect(changeStream(source, { ...task, flowRate: RATE })).rejects.toThrow(/call openStream/);
  await expect(closeStream(source, task)).rejects.toThrow(StreamStateError);
  await openStream(source, { ...task, flowRate: RATE });
  await expect(openStream(source, { ...task, flowRate: RATE })).rejects.toThrow(/call changeStream/);
});

test("a pool's address is refused as a receiver, anybody else is not", async () => {
  const { superToken, deployment, client } = chain;
  const { distributionPool } = await getTaskType(client, task);
  const guard = (receiver: `0x${string}`) => assertNotPoolAddress(client, { deployment, superToken, receiver });
  await expect(guard(distributionPool)).rejects.toThrow(PoolAddressError);
  await expect(guard(distributionPool)).rejects.toThrow(/stuck for ever.*openStream/);
  await expect(guard(source.account.address)).resolves.toBeUndefined();
  await expect(guard(deployment.escrowBuffer)).resolves.toBeUndefined();
});

test("a deposit waits in the queue and comes back", async () => {
  const amount = parseEther("3");
  const { depositId } = await deposit(source, { ...task, amount });
  expect(await getDeposit(source, { ...task, depositId })).toEqual({ owner: source.account.address, amount });
  expect((await getPool(source, task)).escrow.deposits).toBe(amount);
  const before = await stateOf(source);
  expect(await withdrawDeposit(source, { ...task, depositId })).toMatchObject({ amount });
  expect((await stateOf(source)).availableBalance - before.availableBalance).toBe(amount);
  expect(await getDeposit(source, { ...task, depositId })).toBeUndefined();
});

test("what the contract refuses comes with its reason and advice", async () => {
  const { depositId } = await deposit(source, { ...task, amount: parseEther("3") });
  const other = await chain.actor("other");
  const withdrawal = withdrawDeposit(other, { ...task, depositId });
  await expect(withdrawal).rejects.toThrow(ContractCallError);
  await expect(withdrawal).rejects.toMatchObject({ errorName: "EscrowBuffer_NotDepositor" });
  await expect(withdrawal).rejects.toThrow(/depositId 1.*only who made a deposit/);
  await expect(deposit(source, { ...task, amount: 1n })).rejects.toThrow(/at least 6000000000000000 wei/);
});

test("the price that the pool reports is what a unit is paid", async () => {
  await openStream(source, { ...task, flowRate: RATE });
  const { price, units, flowRate, taskType } = await getPool(chain.client, task);
  expect(price * units.total).toBe(flowRate);
  const total = await read(chain.client, distributionPoolAt(taskType.distributionPool).getTotalUnits());
  expect(units.total).toBe(total);
  const spot = await read(chain.client, contractsOf(chain.deployment).backpressurePool.spotPrice(task.taskTypeId));
  expect(price).toBe(spot);
});
