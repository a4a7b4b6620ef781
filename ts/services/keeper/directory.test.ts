import { type Address, type Hex, zeroHash } from "viem";
import { beforeEach, describe, expect, test } from "vitest";
import { Directory, type DirectoryEvent, positionOf } from "./directory.ts";

const id = (digit: number): Hex => `0x${String(digit).repeat(64)}`;
const at = (digit: number): Address => `0x${String(digit).repeat(40)}`;

let directory: Directory;
let block: bigint;

const event = (name: string, args: Record<string, unknown>): DirectoryEvent => {
  block += 1n;
  return { name, args, blockNumber: block, logIndex: 3, blockTimestamp: Number(block) * 2 };
};
const apply = (name: string, args: Record<string, unknown>, final = true): void =>
  directory.apply(event(name, args), final);
const register = (digit: number): void => {
  apply("TaskTypeRegistered", { taskTypeId: id(digit), parameters: { superToken: at(9) } });
  apply("PoolOpened", { taskTypeId: id(digit), distributionPool: at(digit) });
};

beforeEach(() => {
  directory = new Directory();
  block = 0n;
  register(1);
  directory.takeTouched();
});

describe("sinks", () => {
  test("come, once, leave when that is final, and may come back", () => {
    apply("SinkRegistered", { taskTypeId: id(1), sink: at(5) });
    apply("SinkRegistered", { taskTypeId: id(1), sink: at(5) });
    expect(directory.count("sinks")).toBe(1);
    apply("SinkDeregistered", { taskTypeId: id(1), sink: at(5) }, false);
    expect(directory.count("sinks")).toBe(1);
    apply("SinkDeregistered", { taskTypeId: id(1), sink: at(5) });
    expect(directory.count("sinks")).toBe(0);
    const { left } = directory.taskTypes.get(id(1)) ?? {};
    expect(left).toEqual(new Set([at(5)]));
    apply("SinkRegistered", { taskTypeId: id(1), sink: at(5) });
    expect(left).toEqual(new Set());
    expect(directory.count("sinks")).toBe(1);
  });

  test("of a task type that is not served are not remembered", () => {
    directory = new Directory((taskTypeId) => taskTypeId !== id(2));
    register(1);
    register(2);
    apply("SinkRegistered", { taskTypeId: id(2), sink: at(5) });
    expect([...directory.taskTypes.keys()]).toEqual([id(1)]);
    expect(directory.count("sinks")).toBe(0);
  });
});

describe("sources", () => {
  const stream = (pool: Address) =>
    apply("FlowDistributionUpdated", { pool, distributor: at(6), newDistributorToPoolFlowRate: 7n });

  test("are who streams into a pool of ours, and when they changed and synchronised", () => {
    stream(at(1));
    stream(at(8));
    apply("SourceSynced", { taskTypeId: id(1), source: at(6) });
    expect(directory.taskTypes.get(id(1))?.sources.get(at(6))).toMatchObject({
      changed: 3_000_003,
      changedAt: 6,
      flowRate: 7n,
      synced: 5_000_003,
      syncedAt: 10,
    });
    expect(directory.count("sources")).toBe(1);
  });

  test("are told when what they asked for returns", () => {
    apply("ReturnRequested", { taskTypeId: id(1), source: at(6), returnsAt: 500n });
    expect(directory.taskTypes.get(id(1))?.sources.get(at(6))?.returnsAt).toBe(500);
  });

  test("what comes again, older, changes nothing", () => {
    stream(at(1));
    const older = { ...event("SourceSynced", { taskTypeId: id(1), source: at(6) }) };
    apply("SourceSynced", { taskTypeId: id(1), source: at(6) });
    directory.apply(older, true);
    expect(directory.taskTypes.get(id(1))?.sources.get(at(6))?.synced).toBe(
      positionOf({ blockNumber: 5n, logIndex: 3 }),
    );
  });
});

describe("what to look at", () => {
  test("is the task type of an event, also of one that changes nothing here, and who feeds it", () => {
    register(2);
    apply("DownstreamSet", { upstream: id(2), downstream: id(1) });
    directory.takeTouched();
    apply("UnitsUpdated", { taskTypeId: id(1), sink: at(5) });
    expect(directory.takeTouched()).toEqual(new Set([id(1), id(2)]));
    expect(directory.takeTouched()).toEqual(new Set());
    apply("DownstreamSet", { upstream: id(2), downstream: zeroHash });
    directory.takeTouched();
    apply("UnitsUpdated", { taskTypeId: id(1), sink: at(5) });
    expect(directory.takeTouched()).toEqual(new Set([id(1)]));
  });

  test("is not what is unknown", () => {
    apply("UnitsUpdated", { taskTypeId: id(7), sink: at(5) });
    expect(directory.takeTouched()).toEqual(new Set());
  });
});
