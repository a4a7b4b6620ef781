import { type Address, zeroHash } from "viem";
import { expect, test } from "vitest";
import {
  asAddress,
  hashRequest,
  MalformedMessageError,
  parseAcknowledgement,
  parseOrder,
  parseStatement,
  type SignedOrder,
  type Statement,
  toHeader,
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

test("what is sent is what is read, wei included", () => {
  expect(parseOrder(toHeader(SIGNED))).toEqual(SIGNED);
  expect(parseOrder(toHeader({ ...SIGNED, acknowledged: undefined })).acknowledged).toBeUndefined();
  expect(parseStatement(toHeader(STATEMENT))).toEqual(STATEMENT);
  expect(parseStatement(toHeader({ ...STATEMENT, available: 4n })).available).toBe(4n);
});

const plain = JSON.parse(Buffer.from(toHeader(SIGNED), "base64").toString());

test.each([
  ["no header", null],
  ["not base64 of JSON", "%%%"],
  ["a list", header([])],
  ["null", header(null)],
  ["too long", "A".repeat(9000)],
  ["no order", header({ signature: "0x" })],
  ["a short hash", header({ ...plain, order: { ...plain.order, nonce: "0x12" } })],
  ["half a byte", header({ ...plain, signature: "0x123" })],
  ["a signature of 3,000 bytes", header({ ...plain, signature: `0x${"00".repeat(3000)}` })],
  ["a number", header({ ...plain, order: { ...plain.order, maxWork: 5 } })],
  ["a negative amount", header({ ...plain, order: { ...plain.order, maxWork: "-5" } })],
  ["2^128", header({ ...plain, order: { ...plain.order, maxWork: String(2n ** 128n) } })],
  ["not an address", header({ ...plain, order: { ...plain.order, source: "0x12" } })],
  ["a time that is none", header({ ...plain, order: { ...plain.order, validBefore: "soon" } })],
])("an order that is none is refused: %s", (_, text) => {
  expect(() => parseOrder(text)).toThrow(MalformedMessageError);
});

test("statements and receipts that are none are refused", () => {
  expect(() => parseStatement(undefined)).toThrow(MalformedMessageError);
  expect(() => parseStatement(header({ cost: "1", completed: "1", available: "--1" }))).toThrow(MalformedMessageError);
  expect(() => parseAcknowledgement({ completed: "1", signature: "0x" })).toThrow(MalformedMessageError);
  expect(() => asAddress(null)).toThrow(MalformedMessageError);
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
  ];
  expect(new Set(changes.map((change) => hashRequest({ ...request, ...change }))).size).toBe(changes.length);
  expect(hashRequest({ ...request, method: "post" })).toBe(hashRequest(request));
});
