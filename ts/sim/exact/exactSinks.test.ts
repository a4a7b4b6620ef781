import { describe, expect, test } from "vitest";
import { effectiveUnitsDown, remainingShareDown, shouldMove as shouldMoveExactly, WAD } from "../../model/exact.ts";
import { Rng } from "../rng.ts";
import { effectiveUnits, SmoothingTable, shouldMove } from "./exactSinks.ts";
import { WeiLedger } from "./exactWei.ts";

const ROUNDS = 20_000;
/** Of every magnitude up to `limit`. */
const anySize = (rng: Rng, limit: number) => Math.floor(2 ** rng.between(0, Math.log2(limit)));

describe("doubles that hold integers give what bigint gives", () => {
  test.each([0.01, 0.1, 0.3, 0.5, 0.8, 0.999, 1])("remaining distance, α = %f", (alpha) => {
    const rng = new Rng(1);
    const smoothing = BigInt(Math.round(alpha * 1000)) * 10n ** 15n;
    const table = new SmoothingTable(smoothing);
    for (let round = 0; round < ROUNDS; round++) {
      // Multiples of powers of ten are where a product comes close to an integer.
      const distance = round % 3 === 0 ? anySize(rng, 9e6) * 1e9 : anySize(rng, 9e15);
      const epochs = rng.below(round % 2 === 0 ? 4 : 100);
      const exact = (BigInt(distance) * remainingShareDown(smoothing, BigInt(epochs))) / WAD;
      if (BigInt(table.remaining(distance, epochs)) !== exact) expect.fail(`${distance} after ${epochs} epochs`);
    }
  });

  test("effective units", () => {
    const rng = new Rng(2);
    for (let round = 0; round < ROUNDS; round++) {
      const capacity = anySize(rng, 9e15);
      const horizon = 1 + anySize(rng, 2_592_000);
      const backlog = round % 2 === 0 ? anySize(rng, 2 ** 53) : Math.floor((capacity / 1e9) * horizon * rng.uniform());
      const exact = effectiveUnitsDown(BigInt(capacity), BigInt(backlog), BigInt(horizon));
      if (BigInt(effectiveUnits(capacity, backlog, horizon)) !== exact) {
        expect.fail(`capacity ${capacity}, backlog ${backlog}, horizon ${horizon}`);
      }
    }
  });

  test("hysteresis", () => {
    const rng = new Rng(3);
    for (let round = 0; round < ROUNDS; round++) {
      const current = rng.below(200);
      const target = rng.below(200);
      const due = rng.below(2) === 1;
      expect(shouldMove(current, target, due)).toBe(shouldMoveExactly(BigInt(current), BigInt(target), due));
    }
  });

  test("wei in two limbs", () => {
    const rng = new Rng(4);
    const ledger = new WeiLedger(3);
    const sums = [0n, 0n, 0n];
    for (let round = 0; round < 2000; round++) {
      const units = Float64Array.from({ length: 3 }, () => anySize(rng, 2 ** 26));
      // Together just below 2^80.
      const perUnit = BigInt(rng.next()) * BigInt(rng.below(2 ** 10));
      ledger.pay(units, 0, 3, perUnit);
      units.forEach((count, i) => {
        sums[i] = (sums[i] as bigint) + BigInt(count) * perUnit;
      });
    }
    expect([0, 1, 2].map((i) => ledger.of(i))).toEqual(sums);
  });
});
