import type { Scenario } from "../scenario.ts";
import { STARTS_AT } from "./exactCalls.ts";

/** Above this, capacity in billionths of a unit would leave the integers that a double holds. */
export const MAX_EXACT_UNITS = 9_000_000;

/** Throws if a scenario asks for what the contracts' arithmetic in doubles does not hold, or does not have. */
export function requireExact(scenario: Scenario, unitRate: bigint): void {
  const { parameters: p, sinks } = scenario;
  const fail = (what: string): never => {
    throw new Error(`exact arithmetic: ${what}`);
  };
  if (scenario.stepSeconds !== p.epochLength) fail("one step must be one epoch");
  if (STARTS_AT % BigInt(p.epochLength) !== 0n) fail(`epoch length must divide ${STARTS_AT}`);
  if (scenario.verification) fail("the ledger exists in the fluid model only");
  if (scenario.deposits.some((amount) => amount !== 0)) fail("deposits exist in the fluid model only");
  if (unitRate * BigInt(p.epochLength) >= 2n ** 54n) fail("q·h must stay below 2^54 wei");
  for (let i = 0; i < sinks.count; i++) {
    if (Math.min(sinks.claim[i] as number, sinks.cap[i] as number) > MAX_EXACT_UNITS) fail("a sink declares too much");
  }
}
