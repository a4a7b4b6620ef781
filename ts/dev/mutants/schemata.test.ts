import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { analyse } from "./ast.ts";
import { namesOf } from "./main.ts";
import { type Schemata, schemataOf } from "./schemata.ts";

/** One of everything that the operators change. */
const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;

library Math {
    enum Rounding { Floor, Ceil }

    function min(uint256 a, uint256 b) internal view returns (uint256) {
        return a < b ? a : b;
    }

    function max(uint256 a, uint256 b) internal view returns (uint256) {
        return a < b ? b : a;
    }
}

library SafeCast {
    function toUint64(uint256 value) internal view returns (uint64) {
        if (value >> 64 != 0) revert();
        return uint64(value);
    }
}

contract Packed {
    using SafeCast for uint256;

    uint256 private constant WIDTH = 32;

    function pack(uint256 a) external view returns (uint64 b, uint32 c) {
        (b, c) = (0, 0);
        b = (a + 1).toUint64();
        c = uint32(a);
    }

    function word(bytes calldata data) external view returns (uint256 first) {
        assembly ("memory-safe") {
            if gt(calldatasize(), 0x1f) { calldatacopy(0x00, data.offset, WIDTH) }
            first := and(mload(0), iszero(shr(1, add(first, 2))))
        }
    }
}

contract Counter {
    uint256 public constant STEP = 3;
    bytes32 private constant NAME = keccak256("name");

    address private immutable OWNER;
    uint256 private _total;

    event Counted(uint256 total);

    error TooMuch(uint256 amount);

    modifier onlyOwner() {
        if (msg.sender != OWNER) revert TooMuch(0);
        _;
    }

    constructor(address owner) {
        OWNER = owner;
    }

    function count(uint256 amount, bool twice) external onlyOwner returns (uint256) {
        if (amount > STEP) revert TooMuch(amount);
        for (uint256 i; i < 2; ++i) _total += Math.min(amount, STEP);
        if (twice && amount != 0) _total = _total + (uint256(1) << STEP);
        else emit Counted(_total);
        return _total;
    }
}
`;

describe("schemata", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "mutants-"));
    mkdirSync(join(root, "src"));
    writeFileSync(join(root, "remappings.txt"), "");
    writeFileSync(join(root, "src/Counter.sol"), SOURCE);
  });

  afterEach(() => rmSync(root, { recursive: true }));

  const schemata = (): Schemata => schemataOf(analyse(root, ["src/Counter.sol"]));
  const mutantsIn = (within: string): string[] =>
    schemata()
      .mutants.filter((mutant) => mutant.within === within)
      .map(({ operator, original, mutated }) => `${operator}: ${original} → ${mutated}`);

  it("changes every guard, branch, statement, operator, call, literal and modifier of a function", () => {
    expect(mutantsIn("Counter.count")).toEqual([
      "modifier: onlyOwner → (removed)",
      "condition: amount > STEP → false",
      "boundary: amount > STEP → amount >= STEP",
      "boundary: i < 2 → i <= 2",
      "literal: 2 → 3",
      "statement: _total += Math.min(amount, STEP) → (removed)",
      "arithmetic: _total += Math.min(amount, STEP) → _total -= Math.min(amount, STEP);",
      "min/max: Math.min(amount, STEP) → Math.max(amount, STEP)",
      "condition: twice && amount != 0 → false",
      "condition: twice && amount != 0 → true",
      "operand: twice && amount != 0 → twice",
      "operand: twice && amount != 0 → amount != 0",
      "negation: amount != 0 → amount == 0",
      "literal: 0 → 1",
      "statement: _total = _total + (uint256(1) << STEP) → (removed)",
      "arithmetic: _total + (uint256(1) << STEP) → _total - (uint256(1) << STEP)",
      "arithmetic: uint256(1) << STEP → uint256(1) >> STEP",
      "statement: emit Counted(_total) → (removed)",
    ]);
  });

  it("changes numeric constants, and nothing that an interface fixes", () => {
    expect(mutantsIn("Counter.STEP")).toEqual([
      "constant: uint256 public constant STEP = 3 → uint256(3) + 1",
      "constant: uint256 public constant STEP = 3 → uint256(3) - 1",
    ]);
    expect(mutantsIn("Counter.NAME")).toEqual([]);
    expect(mutantsIn("Counter.constructor")).toEqual([]);
    expect([...schemata().constants]).toEqual(["Packed.WIDTH", "Counter.STEP"]);
  });

  it("cuts off where a cast refuses, and cuts off more where it cuts off", () => {
    expect(mutantsIn("Packed.pack").filter((mutant) => mutant.startsWith("cast"))).toEqual([
      "cast: (a + 1).toUint64() → uint64((a + 1))",
      "cast: uint32(a) → uint32(uint24(a))",
    ]);
  });

  it("changes assembly", () => {
    expect(mutantsIn("Packed.word")).toEqual([
      "assembly boundary: gt(calldatasize(), 0x1f) → iszero(lt(calldatasize(), 0x1f))",
      "assembly literal: 0x1f → 32",
      "assembly statement: calldatacopy(0x00, data.offset, WIDTH) → (removed)",
      "assembly literal: 0x00 → 1",
      "assembly statement: first := and(mload(0), iszero(shr(1, add(first, 2)))) → (removed)",
      "assembly operand: and(mload(0), iszero(shr(1, add(first, 2)))) → mload(0)",
      "assembly operand: and(mload(0), iszero(shr(1, add(first, 2)))) → iszero(shr(1, add(first, 2)))",
      "assembly literal: 0 → 1",
      "assembly negation: iszero(shr(1, add(first, 2))) → shr(1, add(first, 2))",
      "assembly arithmetic: shr(1, add(first, 2)) → shl(1, add(first, 2))",
      "assembly literal: 1 → 2",
      "assembly arithmetic: add(first, 2) → sub(first, 2)",
      "assembly literal: 2 → 3",
    ]);
  });

  it("has assembly read what a constant is in the mutant", () => {
    expect(schemata().texts.get("src/Counter.sol")).toContain('{ uint256 WIDTH = WIDTH(); assembly ("memory-safe")');
  });

  it("knows through which functions of contracts a mutant is reached", () => {
    const entriesOf = (within: string) => schemata().mutants.find((mutant) => mutant.within === within)?.entries;
    expect(entriesOf("Math.min")).toEqual(["Counter.count"]);
    expect(entriesOf("Counter.onlyOwner")).toEqual(["Counter.count"]);
    expect(entriesOf("Counter.STEP")).toEqual(["Counter.STEP", "Counter.count"]);
  });

  it("numbers the mutants from one and puts each number into the text", () => {
    const { mutants, texts } = schemata();
    const text = texts.get("src/Counter.sol") ?? "";
    expect(mutants.map(({ number }) => number)).toEqual(mutants.map((_, index) => index + 1));
    for (const { number, operator } of mutants) {
      const asked = operator.startsWith("assembly")
        ? `eq(coinbase(), ${number})`
        : `block.coinbase == address(${number})`;
      expect(text).toContain(asked);
    }
  });

  it("writes a program that the compiler accepts", () => {
    const { texts } = schemata();
    writeFileSync(join(root, "src/Counter.sol"), texts.get("src/Counter.sol") ?? "");
    expect(analyse(root, ["src/Counter.sol"])).toHaveLength(1);
  });

  it("changes a modifier also in the copies that its functions have of it", () => {
    const text = schemata().texts.get("src/Counter.sol") ?? "";
    expect(text.match(/modifier onlyOwner/g)?.length).toBe(2);
    expect(text.match(/\? \(false\) : \(msg\.sender != OWNER\)/g)?.length).toBe(2);
  });

  it("tells equal changes of a function apart", () => {
    const names = [...namesOf(schemata().mutants).keys()];
    expect(new Set(names).size).toBe(schemata().mutants.length);
  });
});
