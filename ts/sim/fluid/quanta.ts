import type { Scenario } from "../scenario.ts";

/**
 * Money appeared or vanished. Always an error of the engine, never of a scenario.
 * @remarks This is a fault of the engine: report it with scenario and seed.
 */
export class ConservationError extends Error {
  constructor(what: string, inside: bigint | number, outside: bigint | number) {
    super(`money not conserved: ${what}: ${inside} came in, ${outside} is accounted for`);
    this.name = "ConservationError";
  }
}

/**
 * Money in the fluid model counts whole quanta of 2^-k unit-seconds, held in doubles. k is the largest that keeps
 * everything a run can ever hold below 2^52, so every sum of amounts is exact whatever its order.
 */
export function quantaPerUnitSecond(scenario: Scenario): number {
  let largest = 1;
  for (const source of scenario.sources) {
    let total = 0;
    for (const rate of source.rates) total += rate;
    largest += total * scenario.stepSeconds;
  }
  // Work delivered upstream is paid again downstream; it can be no more than came in, times the ratios.
  let cascade = 1;
  for (const link of scenario.links) cascade += Math.max(1, link.ratio);
  largest *= cascade;
  for (const deposit of scenario.deposits) largest += deposit;
  // Slashed stakes cannot exceed what was paid out plus a tenth.
  if (scenario.verification?.slashing) largest *= 2.2;
  const exponent = Math.min(26, Math.floor(51 - Math.log2(largest)));
  if (exponent < 4) {
    throw new Error(`too much money for exact accounting in doubles: ${largest.toExponential(2)} unit-seconds`);
  }
  return 2 ** exponent;
}

/** The sum of whole quanta; throws where a double would have to round. */
export function exactSum(amounts: Float64Array): number {
  let sum = 0;
  for (const amount of amounts) sum += amount;
  if (!Number.isSafeInteger(sum)) throw new ConservationError("a sum left the exact integers", sum, sum);
  return sum;
}
