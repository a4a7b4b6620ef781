import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const SCRIPT = fileURLToPath(new URL("../../../script/check/trees.mjs", import.meta.url));
const TREE = "test/unit/vault/take.tree";
const TESTS = "test/unit/vault/take.t.sol";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "trees-"));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(path: string, lines: readonly string[]) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), lines.join("\n"));
}

const tree = (...branches: string[]) => write(TREE, ["TakeTest", ...branches, ""]);
const tests = (...names: string[]) =>
  write(TESTS, ["contract TakeTest is Test {", ...names.map((name) => `    function ${name}() external {}`), "}"]);

function check() {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, root], { encoding: "utf8" });
  return { status, stdout, problems: stderr.trimEnd().split("\n").filter(Boolean) };
}

describe("check:trees", () => {
  test("each case and each test has its other half, also below a condition that others share", () => {
    tree(
      "├── it should belong to nobody",
      "├── when the amount is zero",
      "│   └── it should revert",
      "└── when there is money",
      "    ├── given it is locked",
      "    │   ├── it should revert",
      "    │   └── it should say until when",
      "    └── given it is free",
      "        └── it should pay",
    );
    tests(
      "test_ShouldBelongToNobody",
      "testFuzz_RevertWhen_TheAmountIsZero",
      "testFuzz_RevertGiven_ItIsLocked",
      "test_WhenThereIsMoney_GivenItIsFree",
    );
    expect(check()).toEqual({ status: 0, stdout: "trees: 1 trees, 4 cases, each with its test\n", problems: [] });
  });

  test("a case without a test", () => {
    tree("├── when the amount is zero", "│   └── it should revert", "└── when it is not", "    └── it should pay");
    tests("testFuzz_RevertWhen_TheAmountIsZero");
    expect(check()).toMatchObject({
      status: 1,
      problems: [`${TREE}:4: no test in ${TESTS} is named "when it is not"; write it`],
    });
  });

  test("a test without a case", () => {
    tree("└── when the amount is zero", "    └── it should revert");
    tests("testFuzz_RevertWhen_TheAmountIsZero", "test_WhenItRains");
    expect(check()).toMatchObject({ status: 1, problems: [`${TESTS}:3: ${TREE} has no case for WhenItRains`] });
  });

  test("a test that fits two cases", () => {
    tree(
      "├── in rain",
      "│   └── when it is late",
      "│       └── it should wait",
      "└── in sun",
      "    └── when it is late",
      "        └── it should go",
    );
    tests("test_WhenItIsLate", "test_InSun_WhenItIsLate");
    const { status, problems } = check();
    expect(status).toBe(1);
    expect(problems).toEqual([`${TESTS}:2: WhenItIsLate fits several cases of ${TREE}; prefix the condition above`]);
  });

  test("another contract, a line that is no branch", () => {
    tree("└── when the amount is zero", "    └── it should revert", "   it should float");
    write(TESTS, ["contract GiveTest is Test {", "    function test_WhenTheAmountIsZero() external {}", "}"]);
    expect(check()).toMatchObject({
      status: 1,
      problems: [
        `${TREE}:1: ${TESTS} has no contract TakeTest; name the one that it has`,
        `${TREE}:4: this is no branch of a tree: "   it should float"`,
      ],
    });
  });

  test("one file without the other, and nothing at all", () => {
    tree("└── it should rest");
    write("test/unit/vault/give.t.sol", ["contract GiveTest is Test {", "}"]);
    write("test/unit/vault/Stories.t.sol", ["contract StoriesTest is Test {", "}"]);
    expect(check()).toMatchObject({
      status: 1,
      problems: [
        `${TREE}:1: there is no ${TESTS} with its tests`,
        "test/unit/vault/give.t.sol:1: there is no test/unit/vault/give.tree with its cases",
        "test/unit:1: there is no tree with a case",
      ],
    });
  });
});
