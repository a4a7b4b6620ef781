import { type Address, hashTypedData, zeroHash } from "viem";
import { expect, test } from "vitest";
import type { Deployment } from "../types.ts";
import {
  asAddress,
  hashOrder,
  hashRequest,
  MalformedMessageError,
  orderTypedData,
  parseAcknowledgement,
  parseOrder,
  parseStatement,
  type SignedOrder,
  type Statement,
  toOrderHeader,
  toStatementHeader,
} from "./wire.ts";

const [SOURCE, SINK]: Address[] = [
  "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
];

const SIGNED: SignedOrder = {
  order: {
    ...{
      source: SOURCE as Address,
      sink: SINK as Address,
      taskTypeId: zeroHash,
      nonce: zeroHash,
      requestHash: zeroHash,
    },
    ...{ validBefore: 1_800_000_000, maxWork: 10n ** 30n },
  },
  signature: "0x1234",
  acknowledged: { completed: 5n, signature: "0xab", stated: 6n },
};

const STATEMENT: Statement = { cost: 3n, completed: 9n, available: -4n, acknowledged: undefined };

const header = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");

const PAID = { success: true, chainId: 8453, payer: SOURCE as Address };

test("what is sent is what is read, wei included", () => {
  expect(parseOrder(toOrderHeader(SIGNED))).toEqual(SIGNED);
  expect(parseOrder(toOrderHeader({ ...SIGNED, acknowledged: undefined })).acknowledged).toBeUndefined();
  expect(parseStatement(toStatementHeader(STATEMENT, PAID))).toEqual(STATEMENT);
  expect(parseStatement(toStatementHeader({ ...STATEMENT, available: 4n }, PAID)).available).toBe(4n);
});

test("in an envelope that x402 knows", () => {
  const decoded = (text: string) => JSON.parse(Buffer.from(text, "base64").toString());
  const accepted = { scheme: "stream", amount: "5" };
  expect(decoded(toOrderHeader(SIGNED, accepted))).toMatchObject({ x402Version: 2, accepted, payload: plain });
  const failed = { ...PAID, success: false, errorReason: "credit_missing" };
  const { extra, ...settlement } = decoded(toStatementHeader(STATEMENT, failed));
  expect(settlement).toEqual({
    ...{ success: false, errorReason: "credit_missing", transaction: "", network: "eip155:8453", payer: SOURCE },
  });
  expect(extra).toEqual({ cost: "3", completed: "9", available: "-4" });
});

/** Of an order that is being made. */
const payload = (changes: object) => header({ x402Version: 2, payload: { ...plain, ...changes } });
const { payload: plain } = JSON.parse(Buffer.from(toOrderHeader(SIGNED), "base64").toString());

test.each([
  ["no header", null],
  ["not base64 of JSON", "%%%"],
  ["a list", header([])],
  ["null", header(null)],
  ["too long", "A".repeat(9000)],
  ["no order", header({ payload: { signature: "0x" } })],
  ["a short hash", payload({ order: { ...plain.order, nonce: "0x12" } })],
  ["half a byte", payload({ signature: "0x123" })],
  ["a signature of 3,000 bytes", payload({ signature: `0x${"00".repeat(3000)}` })],
  ["a number", payload({ order: { ...plain.order, maxWork: 5 } })],
  ["a negative amount", payload({ order: { ...plain.order, maxWork: "-5" } })],
  ["2^128", payload({ order: { ...plain.order, maxWork: String(2n ** 128n) } })],
  ["not an address", payload({ order: { ...plain.order, source: "0x12" } })],
  ["a time that is none", payload({ order: { ...plain.order, validBefore: "soon" } })],
])("an order that is none is refused: %s", (_, text) => {
  expect(() => parseOrder(text)).toThrow(MalformedMessageError);
});

test("statements and receipts that are none are refused", () => {
  expect(() => parseStatement(undefined)).toThrow(MalformedMessageError);
  expect(() => parseStatement(header({ extra: { cost: "1", completed: "1", available: "--1" } }))).toThrow(
    MalformedMessageError,
  );
  expect(() => parseAcknowledgement({ completed: "1", signature: "0x" })).toThrow(MalformedMessageError);
  expect(() => asAddress(null)).toThrow(MalformedMessageError);
});

test("an order's hash is that of its typed data, on every chain", () => {
  const contracts = { capacityRegistry: SINK } as Deployment;
  for (const [chainId, capacityRegistry] of [
    [1, SOURCE],
    [8453, SINK],
    [8453, SOURCE],
    [1, SOURCE],
  ] as [number, Address][]) {
    const parameters = { deployment: { ...contracts, capacityRegistry }, chainId, order: SIGNED.order };
    expect(hashOrder(parameters)).toBe(hashTypedData(orderTypedData(parameters)));
  }
});

test("whatever of a request changes, its hash does", () => {
  const request = { method: "POST", url: "https://agent.example/v1?a=1", body: "text" };
  const changes = [
    {},
    { method: "PUT" },
    { url: "https://other.example/v1?a=1" },
    { url: "https://agent.example/v2?a=1" },
    { url: "https://agent.example/v1?a=2" },
    { body: "texts" },
    { headers: { "x-model": "large" } },
    { headers: { "x-model": "small" } },
    { headers: { "x-model": "large", "x-speed": "high" } },
  ];
  expect(new Set(changes.map((change) => hashRequest({ ...request, ...change }))).size).toBe(changes.length);
  expect(hashRequest({ ...request, method: "post" })).toBe(hashRequest(request));
  expect(hashRequest({ ...request, body: new TextEncoder().encode("text") })).toBe(hashRequest(request));
  const [ab, ba] = [
    { "x-a": "1", "X-B": "2" },
    { "x-b": "2", "x-a": "1" },
  ].map((headers) => ({ ...request, headers }));
  expect(hashRequest(ab as typeof request)).toBe(hashRequest(ba as typeof request));
});
