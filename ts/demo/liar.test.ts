import { expect, test } from "vitest";
import { judgeLiar } from "./liar.ts";
import { UNIT_RATE } from "./scenario.ts";
import { someSink, someState } from "./someMarket.ts";

test("judgeLiar: what it was paid between two looks, per second", () => {
  const paid = (tokens: bigint, seconds: number) => {
    const sink = someSink({ received: tokens * UNIT_RATE });
    return someState({ sinks: [sink, sink, sink] }, seconds);
  };
  expect(judgeLiar(paid(1000n, 3000), paid(301_000n, 3600))).toEqual({
    name: "Gist",
    stage: "summarise",
    declares: 1000,
    rate: 500,
    paid: 500,
  });
});
