import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { hashTypedData, slice, zeroAddress } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { expect, test } from "vitest";
import * as rule from "../../model/evidence/rule.ts";
import * as exact from "../../model/exact.ts";
import { attestationTypedData, receiptTypedData } from "../../sdk/index.ts";
import type { Deployment } from "../../sdk/types.ts";
import { packAttestations, unpackSignals } from "../../sdk/utils/packedAttestations.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const spec = readFileSync(`${ROOT}docs/spec.md`, "utf8");

/** Contract or library name to the functions that its source declares. */
const declared = new Map(
  readdirSync(`${ROOT}src`, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".sol"))
    .map((path) => {
      const source = readFileSync(`${ROOT}src/${path}`, "utf8");
      const names = [...source.matchAll(/\bfunction\s+(\w+)/g)].map((match) => match[1]);
      return [path.replace(/^.*\//, "").replace(".sol", ""), new Set(names)];
    }),
);

/** `Contract.function`, as the specification cites the implementation of a formula. */
const cited = [...spec.matchAll(/`([A-Z]\w+)\.(\w+)`/g)].map((match) => [match[1], match[2]] as [string, string]);

test("the specification cites implementations", () => {
  expect(cited.length).toBeGreaterThan(15);
});

test.each(cited)("src declares %s.%s, which the specification cites", (contract, name) => {
  expect(declared.get(contract), `src has no ${contract}.sol`).toBeDefined();
  expect([...(declared.get(contract) ?? [])]).toContain(name);
});

/** Contract to the names in one column of the table of events and errors. */
function tableOf(column: 1 | 2): [string, string[]][] {
  const section = spec.slice(spec.indexOf("## 12. Events and errors"), spec.indexOf("## 13. Conformance"));
  return [...section.matchAll(/^\| `(\w+)` \| (.*) \| (.*) \|$/gm)].map((row) => [
    row[1] as string,
    [...(row[column + 1] as string).matchAll(/`(\w+)`/g)].map((match) => match[1] as string),
  ]);
}

const interfaceOf = (contract: string) => readFileSync(`${ROOT}src/interfaces/I${contract}.sol`, "utf8");

test.each(tableOf(1))("the events of %s are all listed", (contract, listed) => {
  expect(listed).toEqual([...interfaceOf(contract).matchAll(/^ {4}event (\w+)/gm)].map((match) => match[1]));
});

test.each(tableOf(2))("the errors of %s are all listed", (contract, listed) => {
  expect(listed).toEqual([...interfaceOf(contract).matchAll(/^ {4}error \w+?_(\w+)/gm)].map((match) => match[1]));
});

test("six contracts are listed", () => {
  expect(tableOf(1)).toHaveLength(6);
});

/** `name(arguments) = result`, one a line. */
const conformance = [...spec.matchAll(/^ {4}(\w+)\(([\d, ]+)\) = (\d+)$/gm)].map(
  ([, name, values, result]) => [name, values, result] as [string, string, string],
);

test("there are conformance cases", () => {
  expect(conformance.length).toBeGreaterThan(15);
});

const standardOf = (standard: bigint, expected = 0n): rule.Standard => ({ standard, expected, firm: true });

/** The model's formulas, with the arguments that the contracts' have. */
const formulas: Record<string, unknown> = {
  ...exact,
  ...rule,
  debitDown: (received: bigint, expected: bigint, standard: bigint) =>
    rule.debitDown(received, standardOf(standard, expected)),
  creditUp: (acknowledged: bigint, standard: bigint) => rule.creditUp(acknowledged, standardOf(standard)),
  provenBacklogDown: (owed: bigint, unitRate: bigint, peakScaled: bigint, acknowledgementGrace: bigint) =>
    rule.provenBacklogDown(owed, peakScaled, { unitRate, acknowledgementGrace }),
};

test.each(conformance)("%s(%s) = %s", (name, values, result) => {
  const formula = formulas[name] as ((...inputs: bigint[]) => bigint) | undefined;
  expect(formula?.(...values.split(", ").map(BigInt))).toBe(BigInt(result));
});

const SINK = privateKeyToAccount(`0x${"11".repeat(32)}`);
const SOURCE = privateKeyToAccount(`0x${"22".repeat(32)}`);
const taskTypeId = `0x${"ab".repeat(32)}` as const;
const deployment: Deployment = {
  host: zeroAddress,
  stakeManager: zeroAddress,
  capacityRegistry: "0x1000000000000000000000000000000000000001",
  backpressurePool: zeroAddress,
  escrowBuffer: zeroAddress,
  completionTracker: "0x2000000000000000000000000000000000000002",
  pipeline: zeroAddress,
};

const attestation = attestationTypedData({
  deployment,
  chainId: 8453,
  attestation: { taskTypeId, sink: SINK.address, capacity: 1000n, backlog: 60n, issuedAt: 1_800_000_000 },
});
const receipt = receiptTypedData({
  deployment,
  chainId: 8453,
  receipt: { taskTypeId, source: SOURCE.address, sink: SINK.address, completed: 10n ** 18n },
});

/** The value after `label` in the worked example `number`. */
function exampleOf(number: 1 | 2, label: string): string | undefined {
  const section = spec.slice(spec.indexOf("## 14. Worked examples"));
  const [first, second] = [section.indexOf("\n1. "), section.indexOf("\n2. ")];
  const text = number === 1 ? section.slice(first, second) : section.slice(second);
  return new RegExp(`${label}\\s+(0x[0-9a-f]+)`).exec(text)?.[1];
}

test("the worked example of an attestation is what the SDK signs", async () => {
  expect(exampleOf(1, "digest")).toBe(hashTypedData(attestation));
  const signature = await SINK.signTypedData(attestation);
  expect(exampleOf(1, "sink's signature")).toBe(signature);
  const packed = packAttestations([{ ...attestation.message, signature }]);
  expect(exampleOf(1, "packed")).toBe(packed);
  const { taskTypeId: _, ...signal } = attestation.message;
  expect(unpackSignals(slice(packed, 0, 37))).toEqual([signal]);
});

test("the worked example of a receipt is what the SDK signs", async () => {
  expect(exampleOf(2, "digest")).toBe(hashTypedData(receipt));
  expect(exampleOf(2, "source's signature")).toBe(await SOURCE.signTypedData(receipt));
  expect(exampleOf(2, "sink's signature")).toBe(await SINK.signTypedData(receipt));
});
