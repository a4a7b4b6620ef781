import { describe, expect, test } from "vitest";
import { JOB_RULES, type JobRule, jobMarket } from "../experiments/jobMarket.ts";
import { generateTrace } from "../rates.ts";
import { Rng } from "../rng.ts";
import { simulateJobs } from "./jobEngine.ts";
import { type JobScenario, QUANTA } from "./jobScenario.ts";
import { Router } from "./router.ts";
import { SinkQueues } from "./sinkQueues.ts";

const requests = generateTrace(new Rng(1, 9), 3600);
const ruleOf = (name: string) => JOB_RULES[name] as JobRule;
const run = (name: string, load: number, given: Partial<JobScenario> = {}) =>
  simulateJobs(jobMarket(1, requests, load, ruleOf(name), given));

describe("queues of sinks", () => {
  const sizes = (...units: number[]) => Float64Array.from(units, (size) => size * QUANTA);

  test("jobs are done in turn, one at a time, at the rate of the moment", () => {
    const queues = new SinkQueues(1, { size: sizes(10, 20, 30), effort: Float64Array.of(10, 30, 30) });
    const done: [job: number, at: number, took: number][] = [];
    for (const job of [0, 1, 2]) queues.push(0, job, 0);
    const work = (rate: number, now: number) =>
      queues.work(Float64Array.of(rate), now, 5, (job, _, at, took) => done.push([job, at, took]));
    expect(work(4, 0)).toBe(10);
    expect(queues.queued[0]).toBe(50 * QUANTA);
    expect(work(8, 5)).toBe(20);
    // Of the second job 10 were done at rate 4; 20 were left at 5 s.
    expect(done).toEqual([
      [0, 2.5, 2.5],
      [1, 7.5, 5],
    ]);
    work(0, 10);
    work(1, 15);
    expect(queues.queued[0]).toBe(30 * QUANTA);
  });
});

describe("routing", () => {
  const router = (given: Partial<JobScenario>, queued: number[], weights: number[]) => {
    const scenario = {
      ...jobMarket(1, requests, 0.9, ruleOf("shortest queue")),
      ...{ liars: new Uint8Array(queued.length), ...given },
    };
    const effort = Float64Array.from(queued, () => 1);
    const queues = new SinkQueues(queued.length, { size: Float64Array.from(queued), effort });
    queued.forEach((_, k) => {
      queues.push(k, k, 0);
    });
    const made = new Router(scenario, queues, Float64Array.from(weights));
    made.report();
    return made;
  };

  test("the shortest queue, the one that is shortest in time, the largest weight", () => {
    const of = () => router({}, [30, 20, 50], [1, 1, 10]);
    expect(of().choose("shortest", 0, 1, 100)).toBe(1);
    expect(of().choose("shortestWeighted", 0, 1, 100)).toBe(2);
    expect(of().choose("maxWeight", 0, 1, 100)).toBe(2);
    expect(of().choose("maxWeight", 0, 1, 25)).toBe(1);
    // No queue is shorter than that of the source: the job waits.
    expect(of().choose("maxWeight", 0, 1, 20)).toBe(-1);
  });

  test("without a view of them, queues are as reported some epochs ago, and what was sent since", () => {
    const stale = router({ live: false, reportEpochs: 1 }, [30, 20, 50], [1, 1, 1]);
    expect(stale.choose("shortest", 0, 15, 0)).toBe(1);
    expect(stale.choose("shortest", 0, 15, 0)).toBe(0);
    stale.report();
    expect(stale.choose("shortest", 0, 1, 0)).toBe(1);
  });

  test("a liar reports an empty queue, and is known by what it was sent", () => {
    const lying = router({ liars: Uint8Array.of(0, 0, 1) }, [30, 20, 50], [1, 1, 1]);
    expect([1, 2, 3].map(() => lying.choose("shortest", 0, 15, 0))).toEqual([2, 2, 1]);
  });

  test("lots fall by weight", () => {
    const drawn = router({}, [1, 1], [1, 3]);
    const counts = [0, 0];
    for (let i = 0; i < 4000; i++) {
      const k = drawn.choose("trueRate", 0, 1, 0);
      counts[k] = (counts[k] as number) + 1;
    }
    expect((counts[1] as number) / 4000).toBeCloseTo(0.75, 1);
  });
});

describe("runs", () => {
  test.each(Object.keys(JOB_RULES))(
    "%s: done by sinks is what was done, never more than was paid or could be",
    (name) => {
      for (const load of [0.9, 1.1]) {
        const result = run(name, load);
        const sum = result.doneBy.reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo(result.done, 3);
        expect(result.done).toBeLessThanOrEqual(result.bound * (1 + 1e-9));
        expect(result.paid).toBeGreaterThanOrEqual(result.done * (1 - 1e-9));
        expect(result.done / result.bound).toBeGreaterThan(0.9);
      }
    },
  );

  test("the same seed gives the same run", () => {
    expect(run("closed, random by units", 1.1)).toEqual(run("closed, random by units", 1.1));
  });

  test("several sources: money and jobs of each stay its own", () => {
    const result = run("closed", 0.9, { sources: 4, silentSources: 1 });
    expect(result.done / result.bound).toBeGreaterThan(0.96);
    expect(result.slashed).toBe(0);
  });

  test("rates that wander keep their mean", () => {
    const { bound } = run("closed", 1.1, { drift: { deviation: 0.3, seconds: 600 } });
    expect(bound / run("closed", 1.1).bound).toBeCloseTo(1, 1);
  });
});

describe("figures, one generated hour", () => {
  const closed = [0.9, 1.1].map((load) => run("closed", load));
  const shortest = [0.9, 1.1].map((load) => run("shortest queue", load));
  const served = ({ done, bound }: { done: number; bound: number }) => done / bound;
  const unearned = ({ done, paid }: { done: number; paid: number }) => (paid - done) / paid;

  test("the closed loop with the kit's declaration serves 98 % and more, and no honest sink is slashed", () => {
    for (const result of closed) {
      expect(served(result)).toBeGreaterThan(0.98);
      expect(result.slashed).toBe(0);
    }
  });

  test("exactly honest declarations serve less, most of all where a horizon holds few jobs", () => {
    const exact = run("closed, C = μ", 1.1);
    expect(served(exact)).toBeLessThan(served(closed[1] as (typeof closed)[number]) - 0.01);
    const short = { ...jobMarket(1, requests, 1.1, ruleOf("closed")).terms, epochLength: 12, horizon: 72, grace: 30 };
    expect(served(run("closed, C = μ", 1.1, { terms: short }))).toBeLessThan(served(exact) - 0.04);
  });

  test("the shortest queue serves more, and in overload prepays what it queues", () => {
    closed.forEach((result, i) => {
      expect(served(shortest[i] as typeof result)).toBeGreaterThan(served(result));
    });
    expect(unearned(shortest[1] as (typeof shortest)[number])).toBeGreaterThan(0.08);
    expect(unearned(closed[1] as (typeof closed)[number])).toBeLessThan(0.03);
    expect(unearned(run("shortest queue", 1.1, { pay: "delivered" }))).toBe(0);
  });

  test("with reports five epochs old the shortest queue loses what the closed loop keeps", () => {
    const stale = { live: false, reportEpochs: 5 };
    const { terms } = jobMarket(1, requests, 0.9, ruleOf("closed"));
    expect(served(run("shortest queue", 0.9, stale))).toBeLessThan(0.97);
    expect(served(run("closed", 0.9, { ...stale, terms: { ...terms, horizon: 1080 } }))).toBeGreaterThan(0.98);
  });
});
