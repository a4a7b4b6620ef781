import { describe, expect, test } from "vitest";
import type { Request } from "./demand.ts";
import { DEAD, DYING, EPOCH, STAGES, UNIT_RATE } from "./scenario.ts";
import { someMarket } from "./someMarket.ts";
import { Workshop } from "./workshop.ts";

const { stages } = someMarket();
const request = (id: number, at: number, source = 0): Request => ({ id, at, source, work: [400, 200, 100] });
const many = (count: number, at: (id: number) => number) =>
  Array.from({ length: count }, (_, id) => request(id, at(id), id % 2));

/** Everybody pays everybody so many tokens by now. */
function payAll(workshop: Workshop, tokens: number): void {
  for (const [index, { payers, agents }] of workshop.stages.entries()) {
    for (const payer of payers.keys()) {
      for (const agent of agents.keys()) workshop.credit(index, payer, agent, BigInt(tokens) * UNIT_RATE);
    }
  }
}

/** A workshop in which everybody was just paid so many tokens. */
function paidWorkshop(requests: Request[], tokens: number, seed = 1): Workshop {
  const workshop = new Workshop(stages, requests, seed);
  payAll(workshop, 0);
  workshop.advance(1);
  payAll(workshop, tokens);
  return workshop;
}

const served = ({ stages }: Workshop) => stages.map(({ agents }) => agents.map((agent) => agent.served));

describe("a workshop", () => {
  test("a request goes from stage to stage and is served once", () => {
    const workshop = paidWorkshop([request(0, 2), request(1, 3), request(2, 500)], 10_000);
    workshop.advance(20);
    expect(workshop.counts).toEqual({ arrived: 2, served: 2, turnedAway: 0, waiting: 0 });
    expect(workshop.latencies).toHaveLength(2);
    expect(served(workshop).map((stage) => stage.reduce((a, b) => a + b))).toEqual([800, 400, 200]);
    const asked = workshop.stages.map(({ payers }) => payers.reduce((sum, payer) => sum + payer.asked, 0));
    expect(asked).toEqual([800, 400, 200]);
  });

  test("nobody works without pay", () => {
    const workshop = new Workshop(stages, [request(0, 1)], 1);
    workshop.advance(100);
    expect(workshop.counts).toEqual({ arrived: 1, served: 0, turnedAway: 0, waiting: 1 });
    expect(workshop.report(0, 0).backlog).toBe(0n);
    expect(workshop.missing(0, 0, 100n * UNIT_RATE)).toBe(300n * UNIT_RATE);
  });

  test("whoever was paid gets the work, and no more than it was paid for", () => {
    const workshop = paidWorkshop(
      many(100, () => 2),
      0,
    );
    workshop.credit(0, 0, 2, 4300n * UNIT_RATE);
    workshop.credit(0, 1, 1, 850n * UNIT_RATE);
    workshop.advance(60);
    expect(served(workshop)[0]).toEqual([0, 800, 4000, 0]);
  });

  test("who pays gets from whom it has paid what it has paid for, and both agree on it", () => {
    const workshop = paidWorkshop(
      many(200, (id) => 2 + id / 10),
      0,
    );
    for (let at = 10; at <= 120; at += 10) {
      payAll(workshop, 200 * at);
      workshop.advance(at);
    }
    for (const { payers, agents } of workshop.stages) {
      for (const payer of payers) {
        for (const { sink, admission } of agents) {
          expect(admission.account(payer.address).used).toBe(payer.accepted(sink));
        }
      }
    }
    expect(workshop.counts.served).toBe(200);
  });

  test("work of who died is done by others; who is dead from the beginning is left alone more and more", () => {
    const workshop = paidWorkshop(
      many(300, (id) => 2 + id / 3),
      100_000,
    );
    const [, summarise] = workshop.stages;
    workshop.advance(20);
    const atlas = summarise?.agents[DYING.agent];
    if (atlas) atlas.alive = false;
    const before = atlas?.served;
    for (let at = EPOCH; at <= 10 * EPOCH; at += EPOCH) {
      payAll(workshop, 100_000 + 1000 * at);
      workshop.advance(at);
    }
    expect(workshop.counts).toMatchObject({ served: 300, waiting: 0 });
    expect(atlas?.served).toBe(before);
    expect(served(workshop)[DEAD.stage]?.[DEAD.agent]).toBe(0);
    // Credit at those who do not answer is of no use.
    const [newsroom] = workshop.stages[0]?.payers ?? [];
    const perAgent = BigInt(100_000 + 10_000 * EPOCH) * UNIT_RATE;
    expect(newsroom?.usable(10 * EPOCH)).toBeLessThan(BigInt(STAGES[0].agents.length - 1) * perAgent);
  });

  test("every request is served, turned away or waiting", () => {
    const workshop = paidWorkshop(
      many(300, (id) => 2 + id / 10),
      2000,
    );
    for (let at = 5; at <= 60; at += 5) {
      workshop.advance(at);
      workshop.refund(1, 900n * UNIT_RATE);
      workshop.advance(at);
      const { arrived, served, turnedAway, waiting } = workshop.counts;
      expect(served + turnedAway + waiting).toBe(arrived);
    }
    expect(workshop.counts.turnedAway).toBeGreaterThan(10);
    expect(workshop.counts.served).toBeGreaterThan(10);
  });

  test("a refund turns away what it would have paid for, and the rest counts next time", () => {
    const workshop = new Workshop(
      stages,
      Array.from({ length: 10 }, (_, id) => request(id, 1)),
      1,
    );
    workshop.advance(2);
    workshop.refund(0, 700n * UNIT_RATE);
    expect(workshop.counts.turnedAway).toBe(1);
    workshop.refund(0, 100n * UNIT_RATE);
    expect(workshop.counts.turnedAway).toBe(2);
    expect(workshop.missing(0, 0, 0n)).toBe(3200n * UNIT_RATE);
  });

  test("is the same for the same seed", () => {
    const run = (seed: number) => {
      const workshop = paidWorkshop(
        many(2000, (id) => 2 + id / 50),
        1_000_000,
        seed,
      );
      for (let at = 15; at <= 60; at += 15) workshop.advance(at);
      return served(workshop);
    };
    expect(run(1)).toEqual(run(1));
    expect(run(2)).not.toEqual(run(1));
  });
});
