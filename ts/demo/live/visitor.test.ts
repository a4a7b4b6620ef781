import { beforeEach, expect, test } from "vitest";
import type { Agent } from "../agent.ts";
import { someMarket } from "../someMarket.ts";
import { Workshop } from "../workshop.ts";
import { Visitor } from "./visitor.ts";

let workshop: Workshop;
let atlas: Agent;
beforeEach(() => {
  workshop = new Workshop(someMarket().stages, [{ id: 0, at: 0, source: 0, work: [1, 1, 1] }], 1);
  atlas = workshop.stages[1]?.agents[0] as Agent;
});

const who = { stage: 1, agent: 0 };

test("does what was asked for before the next slot, and not earlier", async () => {
  const visitor = new Visitor(1000);
  visitor.take({ do: "kill", ...who });
  visitor.take({ do: "lie", ...who });
  visitor.take({ do: "demand", factor: 3 });
  expect(atlas.alive).toBe(true);
  expect(await visitor.beforeSlot(workshop)).toBe(true);
  expect(atlas).toMatchObject({ alive: false, lies: true });
  expect(workshop.demand).toBe(3);
  visitor.take({ do: "revive", ...who });
  visitor.take({ do: "be honest", ...who });
  await visitor.beforeSlot(workshop);
  expect(atlas).toMatchObject({ alive: true, lies: false });
});

test("a pause lasts until somebody ends it, and what is asked for meanwhile waits with it", async () => {
  const visitor = new Visitor(0);
  let passed = false;
  const slot = visitor.beforeSlot(workshop).then((goesOn) => {
    passed = true;
    return goesOn;
  });
  visitor.take({ do: "kill", ...who });
  await new Promise(setImmediate);
  expect([passed, atlas.alive]).toEqual([false, true]);
  visitor.take({ do: "speed", speed: 1000 });
  expect(await slot).toBe(true);
  expect(atlas.alive).toBe(false);
});

test("ends at once, out of a pause too", async () => {
  const visitor = new Visitor(0);
  const slot = visitor.beforeSlot(workshop);
  visitor.take({ do: "end" });
  expect(await slot).toBe(false);
});

test("half the demand is every other request", () => {
  const requests = Array.from({ length: 10 }, (_, id) => ({ id, at: 1, source: 0, work: [1, 1, 1] }));
  const half = new Workshop(someMarket().stages, requests, 1);
  half.demand = 0.5;
  half.advance(1);
  expect(half.counts.arrived).toBe(5);
});
