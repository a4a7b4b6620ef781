import { describe, expect, test } from "vitest";
import { Agent, presentShare, WorkQueue } from "./agent.ts";
import type { Request } from "./demand.ts";
import { type AgentPlan, UNIT_RATE } from "./scenario.ts";

const plan: AgentPlan = { name: "Ada", rate: 100, declares: 120, bondedFor: 150, honest: true, connects: true };
const request = (id: number, tokens: number, source = 0): Request => ({ id, at: 0, source, work: [tokens] });

function queueOf(...requests: Request[]): WorkQueue {
  const queue = new WorkQueue(0);
  for (const entry of requests) queue.push(entry);
  return queue;
}

function agentPaidFor(tokens: number, differs: Partial<AgentPlan> = {}): Agent {
  const agent = new Agent({ ...plan, ...differs });
  agent.received = BigInt(tokens) * UNIT_RATE;
  return agent;
}

describe("WorkQueue", () => {
  test("does the oldest first, and one request over several turns", () => {
    const queue = queueOf(request(1, 50), request(2, 100), request(3, 10));
    const finished: Request[] = [];
    expect(queue.work(70, finished)).toBe(70);
    expect(finished.map(({ id }) => id)).toEqual([1]);
    expect(queue.tokens).toBe(90);
    expect(queue.work(80, finished)).toBe(80);
    expect(finished.map(({ id }) => id)).toEqual([1, 2]);
    expect(queue.work(1000, finished)).toBe(10);
    expect(queue).toMatchObject({ tokens: 0, length: 0 });
  });

  test("forgets what is done, also in a long run", () => {
    const queue = queueOf(...Array.from({ length: 2500 }, (_, id) => request(id, 2)));
    const finished: Request[] = [];
    for (let turn = 0; turn < 2500; ++turn) queue.work(2, finished);
    expect(finished.map(({ id }) => id)).toEqual(Array.from({ length: 2500 }, (_, id) => id));
    expect(queue).toMatchObject({ tokens: 0, length: 0 });
  });

  test("turns away a source's youngest requests, never one that is begun, never beyond the amount", () => {
    const queue = queueOf(request(1, 30, 0), request(2, 40, 1), request(3, 50, 0), request(4, 60, 0));
    expect(queue.turnAway(0, 109)).toEqual({ requests: 1, tokens: 60 });
    expect(queue.turnAway(0, 1000)).toEqual({ requests: 1, tokens: 50 });
    expect(queue.turnAway(0, 1000)).toEqual({ requests: 0, tokens: 0 });
    expect(queue).toMatchObject({ tokens: 70, length: 2 });
  });
});

describe("Agent", () => {
  test("works at its rate, as long as it has unserved work and somebody waits", () => {
    const queue = queueOf(request(1, 10_000));
    const agent = agentPaidFor(150);
    agent.work(queue, 1, 1);
    expect(agent).toMatchObject({ served: 100, unserved: 50 });
    agent.work(queue, 1, 1);
    expect(agent).toMatchObject({ served: 150, unserved: 0 });
    agent.work(queue, 1, 1);
    expect(agent.served).toBe(150);
  });

  test("is faster or slower with its machine", () => {
    const agent = agentPaidFor(10_000);
    agent.work(queueOf(request(1, 10_000)), 10, 0.5);
    expect(agent.served).toBe(500);
  });

  test("a dead one leaves unserved what it is paid", () => {
    const agent = agentPaidFor(500);
    agent.alive = false;
    expect(agent.work(queueOf(request(1, 10)), 10, 1)).toEqual([]);
    expect(agent.unserved).toBe(500);
  });

  test("reports what it declares and the part of its unserved work that is there", () => {
    const agent = agentPaidFor(1000);
    expect(agent.report(1)).toEqual({ capacity: 120n, backlog: 1000n });
    expect(agent.report(0.25)).toEqual({ capacity: 120n, backlog: 250n });
  });

  test("a liar is behind like anybody else and says that it is not", () => {
    const liar = agentPaidFor(1000, { honest: false });
    expect(liar.unserved).toBe(1000);
    expect(liar.report(1)).toEqual({ capacity: 120n, backlog: 0n });
  });

  test("what is taken from its bond is unserved no longer", () => {
    const agent = agentPaidFor(1000);
    agent.slashed = 400n * UNIT_RATE + 1n;
    expect(agent.unserved).toBe(600);
    agent.slashed = 1100n * UNIT_RATE;
    expect(agent.unserved).toBe(0);
    agent.work(queueOf(request(1, 10)), 1, 1);
    expect(agent.served).toBe(0);
  });

  test("a fraction of a token paid is no token unserved", () => {
    const agent = new Agent(plan);
    agent.received = UNIT_RATE - 1n;
    expect(agent.paid).toBe(0);
  });
});

test("presentShare: work that was paid for before it arrived is nobody's backlog", () => {
  expect(presentShare(queueOf(), [])).toBe(1);
  expect(presentShare(queueOf(request(1, 500)), [agentPaidFor(100)])).toBe(1);
  expect(presentShare(queueOf(request(1, 50)), [agentPaidFor(150), agentPaidFor(50)])).toBe(0.25);
});
