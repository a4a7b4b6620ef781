import { type Address, type Hex, pad, toHex } from "viem";
import { beforeEach, describe, expect, test } from "vitest";
import { Agenda } from "./agenda.ts";
import type { SourceEntry, TaskTypeEntry } from "./directory.ts";

const LOOK = 30_000;
const START = 1_800_000_000_000;
const id = (number: number): Hex => pad(toHex(number));

/** A task type to which one source streams. */
function entry(number: number, flowRate = 0n): TaskTypeEntry {
  const source: SourceEntry = {
    ...{ changed: 1, changedAt: undefined, flowRate, synced: 0, syncedAt: undefined },
    ...{ returnsAt: undefined, dismissed: undefined, readAgainAt: undefined },
  };
  const sources = new Map<Address, SourceEntry>([["0x01", source]]);
  const taskTypeId = id(number);
  return {
    ...{ taskTypeId, distributionPool: "0x02", downstream: undefined, given: 0n, releasedIn: undefined },
    ...{ sinks: new Set(), left: new Set(), sources, readAgain: new Map() },
  };
}

let agenda: Agenda;
beforeEach(() => {
  agenda = new Agenda(LOOK, 86_400n);
});
const take = (entries: TaskTypeEntry[], at: number): Hex[] =>
  agenda.take(entries, START + at).map(({ taskTypeId }) => taskTypeId);
const looked = (number: number, atStake: bigint, pending = false, at = 0): void =>
  agenda.looked(id(number), { atStake, pending }, START + at);

describe("a task type with money", () => {
  const rich = entry(1, 5n);

  test("is looked at when its time has come, and at once when an event concerns it", () => {
    expect(take([rich], 0)).toEqual([id(1)]);
    expect(take([rich], LOOK - 1)).toEqual([]);
    agenda.touch(id(1));
    expect(take([rich], LOOK - 1)).toEqual([id(1)]);
    expect(take([rich], LOOK)).toEqual([]);
    expect(take([rich], 2 * LOOK)).toEqual([id(1)]);
  });

  test("is looked at again 12 s after a look that began to watch its stream, once", () => {
    take([rich], 0);
    looked(1, 0n, true, 0);
    expect(take([rich], 11_999)).toEqual([]);
    looked(1, 0n, true, 6_000);
    expect(take([rich], 12_000)).toEqual([id(1)]);
    looked(1, 0n, false, 12_000);
    expect(take([rich], 24_000)).toEqual([]);
  });

  test("is come back to once for each event, even if that did not settle it", () => {
    take([rich], 0);
    looked(1, 0n, true, 0);
    expect(take([rich], 12_000)).toEqual([id(1)]);
    looked(1, 0n, true, 12_000);
    expect(take([rich], 24_000)).toEqual([]);
    expect(take([rich], LOOK)).toEqual([id(1)]);
    agenda.touch(id(1));
    expect(take([rich], LOOK + 1_000)).toEqual([id(1)]);
    looked(1, 0n, true, LOOK + 1_000);
    expect(take([rich], LOOK + 13_000)).toEqual([id(1)]);
  });

  test("comes before those with less", () => {
    expect(take([entry(1, 5n), entry(2, 7n), entry(3, 6n)], 0)).toEqual([2, 3, 1].map(id));
  });

  test("is recognised by what was found in its escrow, or was given since", () => {
    const [found, given] = [entry(1), { ...entry(2), given: 86_401n }];
    looked(1, 86_400n);
    expect(take([found, given], 0)).toEqual([id(2), id(1)]);
    expect(take([found, given], LOOK)).toEqual([id(1)]);
  });
});

describe("a stranger with thousands of task types", () => {
  const rich = entry(0, 5n);
  const strangers = Array.from({ length: 2_000 }, (_, index) => entry(index + 1));
  const all = [...strangers, rich];

  test("does not keep the others waiting, whatever happens to them", () => {
    for (let tick = 0; tick < 20; tick++) {
      for (const { taskTypeId } of strangers) agenda.touch(taskTypeId);
      const taken = take(all, tick * LOOK);
      expect(taken[0]).toBe(id(0));
      expect(taken.length).toBeLessThanOrEqual(33);
    }
  });

  test("is served too, in turn", () => {
    const seen = new Set<Hex>();
    for (let tick = 0; tick * 32 < strangers.length; tick++)
      for (const each of take(all, tick * 15_000)) seen.add(each);
    expect(seen.size).toBe(2_001);
  });

  test("who pays for attention gets it, and nobody waits for ever", () => {
    const paid = Array.from({ length: 1_000 }, (_, index) => entry(index + 1, 100n));
    const seen = new Set<Hex>();
    for (let tick = 0; tick < 100; tick++) {
      const taken = take([...paid, rich], tick * LOOK);
      expect(taken.length).toBeLessThanOrEqual(250);
      for (const each of taken) seen.add(each);
    }
    expect(seen.size).toBe(1_001);
  });
});
