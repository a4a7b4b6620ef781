import { expect, test } from "vitest";
import { shouldComeBack } from "./comeBack.ts";

const view = { flowRate: 1000n, priceCap: 10n, units: { sinks: 60n, escrow: 40n, fee: 0n } };

test.each([
  ["the escrow takes what the sinks cannot", {}, false],
  ["more flows than the escrow has units for", { flowRate: 1010n }, true],
  ["less flows", { flowRate: 990n }, true],
  ["a pipeline lowers the cap", { priceCap: 5n }, true],
  ["nothing flows, and one unit is left", { flowRate: 0n, units: { ...view.units, escrow: 1n } }, false],
])("when %s", (_, changes, expected) => expect(shouldComeBack({ ...view, ...changes })).toBe(expected));
