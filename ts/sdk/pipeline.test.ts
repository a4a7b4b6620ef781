import { type Hex, parseEther } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addSink, signalFor } from "../localchain/participants.ts";
import { startTestChain, type TestChain, UNIT_RATE } from "../testkit/testChain.ts";
import { contractsOf } from "./calls/contracts.ts";
import { getPipeline, getPool, TaskTypeNotFoundError } from "./index.ts";
import { send } from "./internal/call.ts";

let chain: TestChain;
let wide: Hex;
let narrow: Hex;

beforeAll(async () => {
  chain = await startTestChain();
  wide = await chain.registerTaskType("wide");
  narrow = await chain.registerTaskType("narrow");
  await signalFor(chain, wide, await addSink(chain, wide, "wide sink", 400n), 400n, 5);
  await signalFor(chain, narrow, await addSink(chain, narrow, "narrow sink", 100n), 100n, 5);
});

afterAll(() => chain.stop());

test("a task type alone is a pipeline of one stage that nothing limits", async () => {
  const { stages, bottleneck } = await getPipeline(chain.client, { deployment: chain.deployment, taskTypeId: narrow });
  expect(stages).toHaveLength(1);
  expect(stages[0]).toMatchObject({ taskTypeId: narrow, downstream: undefined, ratio: undefined });
  expect(stages[0]?.pool.limit).toBeUndefined();
  expect(bottleneck).toBeUndefined();
});

test("a narrow stage limits the one before it", async () => {
  const { deployment, client } = chain;
  await send(
    await chain.actor("creator"),
    contractsOf(deployment).pipeline.setDownstream(wide, narrow, parseEther("0.5")),
  );
  const { stages, bottleneck } = await getPipeline(client, { deployment, taskTypeId: wide });
  expect(stages.map(({ taskTypeId, ratio }) => [taskTypeId, ratio])).toEqual([
    [wide, 0.5],
    [narrow, undefined],
  ]);
  expect(bottleneck).toBe(1);
  const [first, second] = stages;
  expect(second?.pool.intake).toBe(UNIT_RATE * (second?.pool.units.sinks ?? 0n));
  // One wei of pay above makes half a wei of inflow below.
  expect(first?.pool.intake).toBe(2n * (second?.pool.intake ?? 0n));
  expect(first?.pool.limit).toBe(first?.pool.intake);
  expect(first?.pool.priceCap).toBeLessThan(UNIT_RATE);
});

test("an unknown task type is an error that names it", async () => {
  const unknown: Hex = `0x${"7".repeat(64)}`;
  const reading = getPool(chain.client, { deployment: chain.deployment, taskTypeId: unknown });
  await expect(reading).rejects.toThrow(TaskTypeNotFoundError);
  await expect(reading).rejects.toThrow(unknown);
});
