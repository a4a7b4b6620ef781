import { encodeAbiParameters, encodeEventTopics, type Hex } from "viem";
import { describe, expect, test } from "vitest";
import { iGeneralDistributionAgreementV1Abi } from "../abi/generated.ts";
import { missing, StreamLedger } from "./streamLedger.ts";

const agreement = "0x00000000000000000000000000000000000000a0";
const [pool, other] = [
  "0x00000000000000000000000000000000000000b1",
  "0x00000000000000000000000000000000000000b2",
] as const;
const [alice, bob] = [
  "0x00000000000000000000000000000000000000c1",
  "0x00000000000000000000000000000000000000c2",
] as const;

describe("Ledger", () => {
  test("integrates rate times time, stream by stream", () => {
    const ledger = new StreamLedger(agreement);
    ledger.setStream(pool, alice, 7n, 100);
    ledger.setStream(pool, bob, 5n, 110);
    ledger.setStream(pool, alice, 3n, 120);
    ledger.setStream(other, alice, 1000n, 120);
    ledger.setStream(pool, bob, 0n, 130);
    expect(ledger.streamedBy(pool, alice, 150)).toBe(7n * 20n + 3n * 30n);
    expect(ledger.streamedBy(pool, bob, 150)).toBe(5n * 20n);
    expect(ledger.streamed(pool, 150)).toBe(7n * 20n + 3n * 30n + 5n * 20n);
    expect(ledger.streamed(other, 121)).toBe(1000n);
    expect(ledger.rateOf(pool, alice)).toBe(3n);
    expect(ledger.rateOf(other, bob)).toBe(0n);
  });

  test("reads Superfluid's events, whatever the spelling of addresses, and nobody else's", () => {
    const ledger = new StreamLedger(agreement);
    const log = flowUpdated(7n, 9n);
    ledger.record({ timestamp: 100, transactions: 1, logs: [{ ...log, address: agreement }] });
    ledger.record({ timestamp: 105, transactions: 1, logs: [{ ...log, address: bob }] });
    ledger.record({
      timestamp: 106,
      transactions: 1,
      logs: [{ ...log, topics: [`0x${"00".repeat(32)}`], address: agreement }],
    });
    expect(ledger.streamedBy(pool.toUpperCase().replace("0X", "0x") as Hex, alice, 110)).toBe(70n);
    expect(ledger.changedAt(pool)).toBe(100);
  });

  test("knows when a pool's inflow last changed, which an event alone does not mean", () => {
    const ledger = new StreamLedger(agreement);
    const record = (timestamp: number, flow: bigint) =>
      ledger.record({ timestamp, transactions: 1, logs: [{ ...flowUpdated(7n, flow), address: agreement }] });
    expect(ledger.changedAt(pool)).toBeUndefined();
    record(100, 9n);
    record(200, 9n);
    expect(ledger.changedAt(pool)).toBe(100);
    record(300, 10n);
    expect(ledger.changedAt(pool)).toBe(300);
  });
});

describe("missing", () => {
  const totals = { streamed: 88n, slashed: 12n, received: 50n, escrow: 20n, returned: 15n, fee: 10n, dust: 5n };

  test("is nothing if every wei is somewhere", () => expect(missing(totals)).toBe(0n));

  test.each(Object.keys(totals))("one wei too much or too little in %s shows", (name) => {
    const sign = name === "streamed" || name === "slashed" ? 1n : -1n;
    const amount = totals[name as keyof typeof totals];
    expect(missing({ ...totals, [name]: amount + 1n })).toBe(sign);
    expect(missing({ ...totals, [name]: amount - 1n })).toBe(-sign);
  });
});

/** A FlowDistributionUpdated event of alice's stream into the pool. */
function flowUpdated(rate: bigint, total: bigint): { topics: [Hex, ...Hex[]]; data: Hex } {
  const topics = encodeEventTopics({
    abi: iGeneralDistributionAgreementV1Abi,
    eventName: "FlowDistributionUpdated",
    args: { token: bob, pool, distributor: alice },
  }) as [Hex, ...Hex[]];
  const types = ["address", "int96", "int96", "int96", "address", "int96", "bytes"].map((type) => ({ type }));
  return { topics, data: encodeAbiParameters(types, [alice, 0n, rate, total, bob, 0n, "0x"]) };
}
