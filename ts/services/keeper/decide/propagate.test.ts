import { expect, test } from "vitest";
import { shouldPropagate } from "./propagate.ts";

const view = { limit: 1000n, intake: 1000n, unitRate: 10n, sinkUnits: 200n, minAmount: 0n };

test.each([
  ["nothing is downstream", { limit: undefined, intake: 0n }, false],
  ["the limit is the one that is set", {}, false],
  ["it fell by one percent", { limit: 990n }, true],
  ["it fell by less", { limit: 991n }, false],
  ["it rose by one percent", { limit: 1011n }, true],
  ["it rose by less", { limit: 1010n }, false],
  ["it fell to nothing", { limit: 0n }, true],
  ["it is above what the sinks can take, which is set", { limit: 5000n, intake: 2000n }, false],
  ["it is above what the sinks can take, and less is set", { limit: 5000n, intake: 1900n }, true],
  ["there are no sinks", { limit: 5000n, intake: 0n, sinkUnits: 0n }, false],
  ["a day of it is just worth it", { limit: 900n, minAmount: 8_640_000n }, true],
  ["a day of it is not worth it", { limit: 900n, minAmount: 8_640_001n }, false],
])("when %s", (_, changes, expected) => expect(shouldPropagate({ ...view, ...changes })).toBe(expected));
