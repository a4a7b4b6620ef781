import { expect, test } from "vitest";
import { Rng } from "./rng.ts";
import { estimate, mean, studentT975 } from "./stats.ts";

test("xoshiro128** gives the published numbers from state 1, 2, 3, 4", () => {
  const rng = Rng.fromState(1, 2, 3, 4);
  const numbers = Array.from({ length: 6 }, () => rng.next());
  expect(numbers).toEqual([11520, 0, 5927040, 70819200, 2031721883, 1637235492]);
});

test("streams of one seed differ, and repeat", () => {
  const draw = (seed: number, stream: number) => {
    const rng = new Rng(seed, stream);
    return Array.from({ length: 8 }, () => rng.next());
  };
  expect(draw(1, 0)).toEqual(draw(1, 0));
  const all = [draw(1, 0), draw(1, 1), draw(2, 0), draw(2, 1)].map(String);
  expect(new Set(all).size).toBe(4);
});

test("distributions have their means and variances", () => {
  const rng = new Rng(9);
  const draws = (draw: () => number) => Float64Array.from({ length: 100_000 }, draw);
  const variance = (values: Float64Array) => {
    const center = mean(values);
    return mean(values.map((value) => (value - center) ** 2));
  };
  const normal = draws(() => rng.normal());
  expect(mean(normal)).toBeCloseTo(0, 1);
  expect(variance(normal)).toBeCloseTo(1, 1);
  for (const rate of [0.3, 4, 80]) {
    const counts = draws(() => rng.poisson(rate));
    expect(mean(counts) / rate).toBeCloseTo(1, 1);
    expect(variance(counts) / rate).toBeCloseTo(1, 1);
  }
  expect(mean(draws(() => rng.exponential()))).toBeCloseTo(1, 1);
  expect(mean(draws(() => rng.between(3, 5)))).toBeCloseTo(4, 1);
});

test("a sample has no repetitions", () => {
  const sample = new Rng(1).sample(50, 20);
  expect(new Set(sample).size).toBe(20);
  expect(sample.every((i) => i >= 0 && i < 50)).toBe(true);
});

test("95 % intervals are Student's", () => {
  // 2.0227 for 39 degrees of freedom, 2.7764 for 4.
  expect(studentT975(39)).toBeCloseTo(2.0227, 3);
  expect(studentT975(4)).toBeCloseTo(2.7764, 3);
  expect(studentT975(5)).toBeCloseTo(2.5706, 2);
  expect(estimate([1, 2, 3, 4]).mean).toBe(2.5);
  expect(estimate([1, 2, 3, 4]).ci95).toBeCloseTo(3.18245 * Math.sqrt(5 / 3 / 4), 5);
  expect(estimate([7])).toEqual({ mean: 7, ci95: 0 });
});
