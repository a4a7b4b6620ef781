import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { build } from "../localchain/forge.ts";
import { accepts, type Finished, runProgram } from "../testkit/processes.ts";
import { RULES } from "./counterfactual/rules.ts";
import type { Summary } from "./summary.ts";

// Every test starts a process or more; how long that takes is the machine's business.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const MAIN = "ts/demo/main.ts";
const folder = mkdtempSync(join(tmpdir(), "backpressure-main-"));
afterAll(() => rmSync(folder, { recursive: true }));

function expectReplayed({ counterfactual, ...summary }: Summary): void {
  expect(counterfactual?.equalsChain).toBe(true);
  const [protocol] = counterfactual?.outcomes ?? [];
  const { servedRequests: served, turnedAwayRequests: turnedAway, waitingRequests: waiting } = summary;
  const { streamedWei, slashedWei, receivedWei, escrowWei, returnedWei, dustWei, medianLatencySeconds } = summary;
  expect(protocol).toMatchObject({ ...RULES[0], served, turnedAway, waiting, medianLatencySeconds });
  expect(protocol).toMatchObject({ streamedWei, slashedWei, receivedWei, escrowWei, returnedWei, dustWei });
}

describe("bad input is one clear line and a non-zero exit", () => {
  const trace = join(folder, "bad.csv");
  writeFileSync(trace, "TIMESTAMP,ContextTokens,GeneratedTokens\n1,2,3\n2,lots,3\n");

  test.each([
    [["--bogus"], 2, "error: unknown option '--bogus' (see npm start -- --help)"],
    [["--trace", trace], 2, `error: trace ${trace}, line 3: ContextTokens "lots" is not a whole number of tokens`],
    [["--trace", "/nowhere.csv"], 2, "error: trace /nowhere.csv: no such file"],
    [["--report", folder], 2, `error: cannot write the report to ${folder}: it is a folder`],
    [["--report", join(trace, "r.html")], 2, "error: cannot write the report to"],
  ])("%j", async (args, code, line) => {
    const finished = await runProgram(MAIN, args);
    expect(finished.code).toBe(code);
    expect(finished.stdout).toBe("");
    expect(finished.stderr).toMatch(/^[^\n]+\n$/);
    expect(finished.stderr.startsWith(line)).toBe(true);
  });
});

describe("on a chain", () => {
  beforeAll(() => build());

  test.each([
    ["SIGINT", 130, []],
    ["SIGTERM", 143, []],
    ["SIGINT", 130, ["--interactive"]],
  ] as const)("%s ends it at once, and the chain and the page with it (%i, %j)", async (signal, code, args) => {
    let ports: number[] = [];
    const finished = await runProgram(MAIN, [...args, "--report", join(folder, "stopped.html")], (text, child) => {
      if (ports.length > 0 || !text.includes("anvil on")) return;
      ports = [...text.matchAll(/http:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
      child.kill(signal);
    });
    expect(finished).toMatchObject({ code, signal: null, stderr: `\nstopped by ${signal}\n` });
    expect(ports).toHaveLength(2);
    for (const port of ports) await expect.poll(() => accepts(port), { timeout: 5000 }).toBe(false);
  });

  describe("a short run", () => {
    const report = join(folder, "report.html");
    const args = ["--json", "--minutes", "20", "--report", report];
    let first: Finished;
    let summary: Summary;
    let html: string;
    beforeAll(async () => {
      first = await runProgram(MAIN, args);
      summary = JSON.parse(first.stdout) as Summary;
      html = readFileSync(report, "utf8");
    });

    test("prints the summary on stdout, progress on stderr, and ends with 0", () => {
      expect(first.code).toBe(0);
      expect(first.stderr).toMatch(/^Watch it live: http:\/\/127\.0\.0\.1:\d+\/\n/);
      expect(first.stdout).toMatch(/^\{[^\n]+\}\n$/);
      for (const text of [
        "Superfluid",
        "Echo",
        "05:00  Atlas, the largest summariser, dies",
        "demand doubles",
        "\n  20 ",
      ]) {
        expect(first.stderr).toContain(text);
      }
    });

    test("accounts for every wei", () => {
      const wei = (name: keyof Summary): bigint => BigInt(String(summary[name]));
      expect(summary.conserved).toBe(true);
      expect(wei("streamedWei")).toBeGreaterThan(10n ** 18n);
      expect(wei("receivedWei") + wei("escrowWei") + wei("returnedWei") + wei("feeWei") + wei("dustWei")).toBe(
        wei("streamedWei") + wei("slashedWei"),
      );
      for (const name of ["streamedWei", "slashedWei", "receivedWei", "escrowWei", "returnedWei"] as const) {
        expect(summary.stages.reduce((sum, stage) => sum + BigInt(stage[name]), 0n)).toBe(wei(name));
      }
      expect(wei("dustWei")).toBeGreaterThan(0n);
      expect(summary.violations).toEqual([]);
    });

    test("pays at most the cap, up to it when there is too little capacity, and more only until money confirms a change", () => {
      expect(summary.maxFlowPerUnitOverQ).toBeLessThanOrEqual(1);
      expect(summary.maxFlowPerUnitOverQ).toBeGreaterThan(0.99);
      expect(summary.maxFlowPerUnitOverQUnconfirmed).toBeGreaterThan(1);
    });

    test("takes the dead sink's pay away", () => {
      expect(summary.deadSinkShareBefore).toBeGreaterThan(0.4);
      expect(summary.deadSinkShareAfter).toBeLessThan(summary.deadSinkShareBefore * 0.75);
    });

    test("slashes nobody who delivers", () => expect(summary.honestSlashes).toBe(0));

    test("a replay by the exact model comes to what the chain says, to the wei", () => expectReplayed(summary));

    test("serves requests, in every stage less or as much as was asked", () => {
      const { arrivedRequests, servedRequests, turnedAwayRequests, waitingRequests, stages } = summary;
      expect(servedRequests).toBeGreaterThan(2000);
      expect(servedRequests + turnedAwayRequests + waitingRequests).toBe(arrivedRequests);
      for (const { servedTokens, demandedTokens } of stages) {
        expect(servedTokens).toBeLessThanOrEqual(demandedTokens);
        expect(servedTokens).toBeGreaterThan(demandedTokens * 0.4);
      }
    });

    test("writes the report that it names", () => {
      expect(summary.report).toBe(report);
      expect(html).toContain('data-chart="pay-1"');
      expect(html).toContain("05:00 Atlas dies");
    });

    test("is byte for byte the same a second time", async () => {
      const second = await runProgram(MAIN, args);
      expect(second.stdout).toBe(first.stdout);
      expect(readFileSync(report, "utf8")).toBe(html);
    });
  });

  describe("the hour", () => {
    let finished: Finished;
    let summary: Summary;
    beforeAll(async () => {
      finished = await runProgram(MAIN, ["--json", "--report", join(folder, "hour.html")]);
      summary = JSON.parse(finished.stdout) as Summary;
    });

    // What the rule of evidence leaves to chance: 1 / (0.95 * sigma - 0.05), with all but 2 or 3 % acknowledged.
    test("pays the liar what it delivers, and at most 15 % more", () => {
      expect(summary.liarRateOverTrueRate).toBeGreaterThan(0.95);
      expect(summary.liarRateOverTrueRate).toBeLessThan(1.15);
    });

    test("slashes who is dead and nobody who delivers, and says so", () => {
      const [dead, dying] = [BigInt(summary.deadSinkSlashedWei), BigInt(summary.dyingSinkSlashedWei)];
      expect(dead).toBeGreaterThan(0n);
      expect(dying).toBeGreaterThan(0n);
      expect(BigInt(summary.slashedWei)).toBe(dead + dying);
      expect(summary.honestSlashes).toBe(0);
      expect(finished.stderr).toMatch(/\d\d:\d\d {2}Ghost is slashed: \d\.\d\d USDCx/);
    });

    test("a replay by the exact model comes to what the chain says, to the wei", () => expectReplayed(summary));

    test("without the protocol nothing returns, and more is paid in vain", () => {
      const [protocol, ...others] = summary.counterfactual?.outcomes ?? [];
      expect(others).toHaveLength(RULES.length - 1);
      for (const { inVainWei, returnedWei, escrowWei, slashedWei } of others) {
        expect([returnedWei, escrowWei, slashedWei]).toEqual(["0", "0", "0"]);
        expect(2 * Number(inVainWei)).toBeGreaterThan(3 * Number(protocol?.inVainWei));
      }
      expect(finished.stderr).toContain("What would have happened without the protocol");
    });

    test("accounts for every wei, slashed bonds included", () => {
      const { streamedWei, slashedWei, receivedWei, escrowWei, returnedWei, feeWei, dustWei } = summary;
      const sum = (...amounts: string[]): bigint => amounts.reduce((total, wei) => total + BigInt(wei), 0n);
      expect(sum(receivedWei, escrowWei, returnedWei, feeWei, dustWei)).toBe(sum(streamedWei, slashedWei));
      expect(summary).toMatchObject({ conserved: true, violations: [] });
    });
  });
});
