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
    expect([...schemata().constants]).toEqual(["Counter.STEP"]);
  });

  it("numbers the mutants from one and puts each number into the text", () => {
    const { mutants, texts } = schemata();
    const text = texts.get("src/Counter.sol") ?? "";
    expect(mutants.map(({ number }) => number)).toEqual(mutants.map((_, index) => index + 1));
    for (const { number } of mutants) expect(text).toContain(`block.coinbase == address(${number})`);
  });

  it("writes a program that the compiler accepts", () => {
    const { texts } = schemata();
    writeFileSync(join(root, "src/Counter.sol"), texts.get("src/Counter.sol") ?? "");
    expect(analyse(root, ["src/Counter.sol"])).toHaveLength(1);
  });

  it("tells equal changes of a function apart", () => {
    const names = [...namesOf(schemata().mutants).keys()];
    expect(new Set(names).size).toBe(schemata().mutants.length);
  });
});
