import { expect, test } from "vitest";
import { DistributionPool } from "./distribution.ts";
import { Random } from "./random.ts";

test("splits what can be split and never asks for more", () => {
  const pool = new DistributionPool<string>(0n);
  pool.setUnits("a", 3n, 0n);
  pool.setUnits("b", 4n, 0n);

  expect(pool.setStream("source", 20n, 0n)).toBe(14n);
  expect(pool.rateOfUnit).toBe(2n);
  expect(pool.receivedBy("a", 10n)).toBe(60n);
  expect(pool.receivedBy("b", 10n)).toBe(80n);
});

test("leaves the remainder to the admin until a stream changes", () => {
  const pool = new DistributionPool<string>(0n);
  pool.setUnits("a", 7n, 0n);
  pool.setStream("source", 14n, 0n);

  pool.setUnits("a", 4n, 5n);
  expect([pool.flowRate, pool.adjustmentRate]).toEqual([12n, 2n]);
  expect(pool.receivedByAdmin(8n)).toBe(6n);

  pool.setUnits("a", 7n, 8n);
  expect([pool.flowRate, pool.adjustmentRate]).toEqual([7n, 7n]);

  expect(pool.setStream("stranger", 0n, 9n)).toBe(0n);
  expect([pool.flowRate, pool.adjustmentRate]).toEqual([14n, 0n]);
});

test("creates and loses no wei, whatever happens", () => {
  const random = new Random(3n);
  const pool = new DistributionPool<string>(0n);
  const [members, sources] = [["a", "b", "c"] as const, ["x", "y"] as const];
  let distributed = 0n;
  let now = 0n;
  pool.setUnits("a", 1n, now);

  for (let i = 0; i < 2000; i++) {
    now += random.edgy(0n, 10n ** 6n);
    const kind = random.between(1n, 3n);
    if (kind === 1n) pool.setUnits(random.pick(members), random.edgy(1n, 2n ** 40n), now);
    if (kind === 2n) pool.setStream(random.pick(sources), random.edgy(0n, 2n ** 60n), now);
    if (kind === 3n) distributed += pool.distribute(random.edgy(0n, 2n ** 80n));

    const paid = sources.reduce((sum, source) => sum + pool.paidBy(source, now), distributed);
    const received = members.reduce((sum, member) => sum + pool.receivedBy(member, now), pool.receivedByAdmin(now));
    expect(received).toBe(paid);
  }
});
