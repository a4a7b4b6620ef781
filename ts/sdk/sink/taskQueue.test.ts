import { expect, test } from "vitest";
import { CapacityMeter, InvalidParameterError, QueueClosedError, QueueFullError, TaskQueue } from "../index.ts";

/** Tasks that end when the test says so, and a clock that goes when the test says so. */
function workshop(concurrency = 2, maxWait = 10) {
  const meter = new CapacityMeter({ concurrency, expectedWork: 10, expectedServiceTime: 1, smoothing: 0.5 });
  const open = new Map<string, { finish: () => void; fail: (error: Error) => void; abort: AbortSignal }>();
  const started: string[] = [];
  let time = 0;
  const queue = new TaskQueue<string, string>({
    meter,
    maxWait,
    now: () => time,
    workOf: (task) => (task === "nothing" ? 0 : 10),
    run: (task, abort) => {
      started.push(task);
      return new Promise((resolve, reject) => {
        open.set(task, { finish: () => resolve(`done ${task}`), fail: reject, abort });
        abort.addEventListener("abort", () => reject(abort.reason));
      });
    },
  });
  const task = (name: string) => {
    const found = open.get(name);
    if (found === undefined) throw new Error(`${name} does not run`);
    return found;
  };
  return { meter, queue, started, task, pass: (seconds: number) => (time += seconds) };
}

test("runs as many tasks at once as it has slots, first come first served", async () => {
  const { queue, started, task } = workshop();
  const results = ["a", "b", "c", "d"].map((name) => queue.push(name));
  expect(started).toEqual(["a", "b"]);
  expect(queue.size).toEqual({ running: 2, waiting: 2 });
  expect(queue.backlog).toBe(40);
  task("b").finish();
  expect(await results[1]).toBe("done b");
  expect(started).toEqual(["a", "b", "c"]);
  for (const name of ["a", "c"]) task(name).finish();
  await Promise.all([results[0], results[2]]);
  task("d").finish();
  await results[3];
  expect(queue.backlog).toBe(0);
});

test("admits what it can do within the wait, and no more", async () => {
  // 20 unit-seconds per second for 2 seconds.
  const { queue } = workshop(2, 2);
  for (const name of ["a", "b", "c", "d"]) void queue.push(name);
  expect(queue.backlog).toBe(40);
  await expect(queue.push("e")).rejects.toThrow(QueueFullError);
  await expect(queue.push("e")).rejects.toThrow("40 of 40 unit-seconds");
});

test("an idle queue admits a task of any size", async () => {
  const { queue, task } = workshop(1, 0);
  const result = queue.push("a");
  await expect(queue.push("b")).rejects.toThrow(QueueFullError);
  task("a").finish();
  expect(await result).toBe("done a");
});

test("hands what it does not admit to somebody else", async () => {
  const meter = new CapacityMeter({ concurrency: 1, expectedWork: 1, expectedServiceTime: 1 });
  const never = new Promise<string>(() => {});
  const onOverflow = async (task: string) => `${task} elsewhere`;
  const queue = new TaskQueue({ meter, maxWait: 0, run: () => never, workOf: () => 1, onOverflow });
  void queue.push("a");
  expect(await queue.push("b")).toBe("b elsewhere");
  expect(queue.size).toEqual({ running: 1, waiting: 0 });
});

test("a task that fails rejects, frees its slot, and teaches the meter nothing", async () => {
  const { queue, task, meter, started, pass } = workshop(1);
  const [first, second] = [queue.push("a"), queue.push("b")];
  pass(100);
  task("a").fail(new Error("broken"));
  await expect(first).rejects.toThrow("broken");
  expect(meter.serviceTime).toBe(1);
  expect(started).toEqual(["a", "b"]);
  task("b").finish();
  await second;
});

test("learns from what it does", async () => {
  const { queue, task, meter, pass } = workshop(1);
  const result = queue.push("a");
  pass(3);
  task("a").finish();
  await result;
  // Halfway from 1 s to 3 s; the work was as expected.
  expect(meter.serviceTime).toBe(2);
  expect(meter.rate).toBe(5);
  expect(queue.measure()).toEqual({ capacity: 4n, backlog: 0n });
});

test("measures backlog as work that is not finished", () => {
  const { queue } = workshop();
  void queue.push("a");
  void queue.push("b");
  void queue.push("c");
  expect(queue.measure()).toEqual({ capacity: 18n, backlog: 30n });
});

test("drains gracefully: finishes what it has, takes nothing new, and declares no capacity", async () => {
  const { queue, task } = workshop(1);
  const results = [queue.push("a"), queue.push("b")];
  let drained = false;
  const draining = queue.drain().then(() => {
    drained = true;
  });
  await expect(queue.push("c")).rejects.toThrow(QueueClosedError);
  expect(queue.measure()).toEqual({ capacity: 0n, backlog: 20n });
  task("a").finish();
  await results[0];
  expect(drained).toBe(false);
  task("b").finish();
  expect(await results[1]).toBe("done b");
  await draining;
  expect(drained).toBe(true);
});

test("an idle queue drains at once, also twice", async () => {
  const { queue } = workshop();
  await queue.drain();
  await queue.drain({ timeout: 1 });
});

test("a drain that runs out of patience aborts what runs and rejects what waits", async () => {
  const { queue, task } = workshop(1);
  const results = [queue.push("a"), queue.push("b")];
  const outcomes = Promise.allSettled(results);
  await queue.drain({ timeout: 0 });
  expect(task("a").abort.aborted).toBe(true);
  expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(queue.size).toEqual({ running: 0, waiting: 0 });
});

test("work of nothing is refused, and so is an impossible wait", async () => {
  const { queue, meter } = workshop();
  await expect(queue.push("nothing")).rejects.toThrow(InvalidParameterError);
  const parameters = { meter, run: async () => 0, workOf: () => 1 };
  expect(() => new TaskQueue({ ...parameters, maxWait: -1 })).toThrow(InvalidParameterError);
});

test("capacity is concurrency × work / time × utilisation, in whole units", () => {
  const meter = new CapacityMeter({ concurrency: 4, expectedWork: 50, expectedServiceTime: 2 });
  expect(meter.rate).toBe(100);
  expect(meter.capacity()).toBe(90n);
  meter.record({ work: 50, serviceTime: 1.8 });
  expect(meter.capacity()).toBe(90n);
  meter.record({ work: 50, serviceTime: 1 });
  expect(meter.capacity()).toBe(95n);
});

test("long tasks weigh as much as they last", () => {
  // Half the tasks take 1 s, half take 9 s, each 10 unit-seconds of work: 20 per 10 seconds.
  const meter = new CapacityMeter({ concurrency: 1, expectedWork: 10, expectedServiceTime: 5, smoothing: 0.001 });
  for (let pair = 0; pair < 1000; pair++) {
    meter.record({ work: 10, serviceTime: 1 });
    meter.record({ work: 10, serviceTime: 9 });
  }
  expect(meter.rate).toBeCloseTo(2, 2);
});

test("a capacity beyond the registry's type saturates", () => {
  const meter = new CapacityMeter({ concurrency: 1, expectedWork: 1e30, expectedServiceTime: 1 });
  expect(meter.capacity()).toBe(2n ** 40n - 1n);
});

test.each([
  ["no slot", { concurrency: 0 }],
  ["half a slot", { concurrency: 1.5 }],
  ["no work", { expectedWork: 0 }],
  ["no time", { expectedServiceTime: Number.NaN }],
  ["no smoothing", { smoothing: 0 }],
  ["more than all", { utilisation: 1.1 }],
])("a meter with %s is refused", (_, changes) => {
  const parameters = { concurrency: 1, expectedWork: 1, expectedServiceTime: 1, ...changes };
  expect(() => new CapacityMeter(parameters)).toThrow(InvalidParameterError);
});

test("a meter refuses tasks that cannot have been", () => {
  const meter = new CapacityMeter({ concurrency: 1, expectedWork: 1, expectedServiceTime: 1 });
  expect(() => meter.record({ work: 1, serviceTime: 0 })).toThrow(InvalidParameterError);
  expect(() => meter.record({ work: -1, serviceTime: 1 })).toThrow(InvalidParameterError);
});
