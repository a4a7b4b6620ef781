import { toHex } from "viem";
import { describe, expect, test } from "vitest";
import { CapacityError, CreditMissingError } from "../sdk/work/errors.ts";
import { Agent, type Job } from "./agent.ts";
import { accountOf } from "./market.ts";
import { type AgentPlan, UNIT_RATE } from "./scenario.ts";

const [source, sink] = [accountOf("source").address, accountOf("sink").address];
const plan: AgentPlan = { name: "Ada", rate: 100, declares: 120, bondedFor: 150, honest: true, connects: true };

/** An agent that the source has paid for so many tokens within a minute. */
function agentPaidFor(tokens: number, differs: Partial<AgentPlan> = {}): Agent {
  const agent = new Agent(sink, { ...plan, ...differs }, 2000n * UNIT_RATE);
  agent.admission.paid(source, 0n, 0);
  agent.admission.paid(source, BigInt(tokens) * UNIT_RATE, 60);
  return agent;
}

let orders = 0;
function job(tokens: number, answered: number[] = []): Job {
  orders += 1;
  const key = { source, sink, taskTypeId: toHex(1), nonce: toHex(orders) };
  return { key, tokens, received: 0n, answer: (now) => answered.push(now) > 0 };
}

describe("an agent", () => {
  test("does what it has taken one after the other, at its rate", () => {
    const [agent, answered] = [agentPaidFor(1000), [] as number[]];
    for (const tokens of [150, 40, 200]) agent.take(job(tokens, answered), 60);
    expect(agent.backlog).toBe(390);
    for (const now of [61, 62, 63, 64]) agent.work(100, now);
    expect(answered).toEqual([62, 62, 64]);
    expect(agent).toMatchObject({ served: 390, backlog: 0 });
  });

  test("takes nothing that was not paid for", () => {
    const agent = agentPaidFor(1000);
    agent.take(job(900), 60);
    expect(() => agent.take(job(101), 60)).toThrow(CreditMissingError);
    agent.take(job(100), 60);
  });

  test("takes no more than it can do within half an epoch", () => {
    const agent = agentPaidFor(9000);
    for (let i = 0; i < 3; i++) agent.take(job(1000), 60);
    expect(() => agent.take(job(1), 60)).toThrow(CapacityError);
  });

  test("saves no idle time for later", () => {
    const [agent, answered] = [agentPaidFor(1000), [] as number[]];
    agent.work(100, 61);
    agent.take(job(150, answered), 61);
    agent.work(100, 62);
    expect(answered).toEqual([]);
  });

  test("counts no answer that nobody waits for any more", () => {
    const agent = agentPaidFor(1000);
    agent.take({ ...job(100), answer: () => false }, 60);
    agent.work(100, 61);
    expect(agent).toMatchObject({ served: 0, backlog: 0 });
  });

  test("that dies forgets what it was doing, and that work may be ordered again", () => {
    const [agent, answered] = [agentPaidFor(1000), [] as number[]];
    agent.take(job(900, answered), 60);
    agent.alive = false;
    expect(agent).toMatchObject({ answers: false, backlog: 0 });
    agent.alive = true;
    agent.work(1000, 61);
    expect(answered).toEqual([]);
    agent.take(job(1000), 62);
  });

  test("that serves nothing does not answer", () => {
    expect(agentPaidFor(1000, { rate: 0 }).answers).toBe(false);
  });

  test("reports what it measures and is behind with; a liar what it declares, and admits nothing", () => {
    const [honest, liar] = [agentPaidFor(9000), agentPaidFor(9000, { honest: false })];
    for (const agent of [honest, liar]) {
      for (let now = 61; now < 161; now++) {
        for (let i = 0; i < 4; i++) agent.take(job(20), now);
        agent.work(100, now);
      }
      agent.take(job(700), 161);
    }
    expect(honest.report()).toEqual({ capacity: 100n, backlog: 700n });
    expect(liar.report()).toEqual({ capacity: 120n, backlog: 0n });
  });

  test("may begin to lie, and declares twice what it can do, until it is honest again", () => {
    const agent = agentPaidFor(9000);
    const honest = agent.report();
    agent.lies = true;
    expect(agent.report()).toEqual({ capacity: 200n, backlog: 0n });
    agent.lies = false;
    expect(agent.report()).toEqual(honest);
  });
});
