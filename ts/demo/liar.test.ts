import { expect, test } from "vitest";
import { judgeLiar, lookAtLiar } from "./liar.ts";
import { UNIT_RATE } from "./scenario.ts";
import { someSink, someState } from "./someMarket.ts";

test("judgeLiar: what it was paid, and what it did, between two looks, per second", () => {
  const before = { timestamp: 3000, received: 1000n * UNIT_RATE, served: 7000 };
  const after = { timestamp: 3600, received: 301_000n * UNIT_RATE, served: 277_000 };
  const expected = { name: "Gist", stage: "summarise", declares: 1000, rate: 450, paid: 500 };
  expect(judgeLiar(before, after)).toEqual(expected);
});

test("lookAtLiar: what the chain says that it received, and the workshop that it served", () => {
  const [other, liar] = [someSink({}), someSink({ received: 5n })];
  const state = someState({ sinks: [other, other, liar] }, 3000);
  const agents = [{ served: 1 }, { served: 2 }, { served: 3 }];
  const workshop = { stages: [{ agents }, { agents }] } as unknown as Parameters<typeof lookAtLiar>[1];
  expect(lookAtLiar(state, workshop)).toEqual({ timestamp: state.timestamp, received: 5n, served: 3 });
});
