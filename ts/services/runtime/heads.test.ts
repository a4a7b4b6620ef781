import { describe, expect, test } from "vitest";
import { type Head, judgeHeads } from "./heads.ts";

const head = (number: number, timestamp = 1000 + number): Head => ({
  number: BigInt(number),
  hash: "0x",
  timestamp: BigInt(timestamp),
});
const judge = (claims: (Head | undefined)[], now = 1000) => {
  const { head, trusted } = judgeHeads({ claims, tolerance: 5n, now });
  return { number: head && Number(head.number), trusted };
};

describe("who tells the truth about the head", () => {
  test("one endpoint alone", () => expect(judge([head(7)])).toEqual({ number: 7, trusted: [0] }));
  test("nobody", () => expect(judge([undefined, undefined])).toEqual({ number: undefined, trusted: [] }));
  test("two that agree: the block that both have", () => {
    expect(judge([head(12), head(10)])).toEqual({ number: 10, trusted: [0, 1] });
  });
  test("three: the block that two have", () => {
    expect(judge([head(14), head(10), head(12)])).toEqual({ number: 12, trusted: [0, 1, 2] });
  });
  test("at the tolerance is with the others, one block beyond is not", () => {
    expect(judge([head(10), head(15), head(12)]).trusted).toEqual([0, 1, 2]);
    expect(judge([head(10), head(16), head(12)]).trusted).toEqual([0, 2]);
  });
  test("one that lies ahead, and one that is stuck, against two", () => {
    expect(judge([head(1010), head(10), head(11)])).toEqual({ number: 10, trusted: [1, 2] });
    expect(judge([head(1), head(100), head(101)])).toEqual({ number: 100, trusted: [1, 2] });
  });
  test("an endpoint that does not answer has no vote", () => {
    expect(judge([undefined, head(10), head(11)])).toEqual({ number: 10, trusted: [1, 2] });
  });
  test("one against one: whose time is nearer to the clock", () => {
    expect(judge([head(10, 1000), head(5000, 9000)], 1003)).toEqual({ number: 10, trusted: [0] });
    expect(judge([head(10, 1000), head(5000, 9000)], 9001)).toEqual({ number: 5000, trusted: [1] });
  });
  test("one against one without help from the clock: who is behind", () => {
    expect(judge([head(1010, 500), head(10, 500)])).toEqual({ number: 10, trusted: [1] });
  });
});
