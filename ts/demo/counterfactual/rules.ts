import { bondOf } from "../market.ts";
import { type AgentPlan, capacityOf, SOURCES, STAGES, TARGET_LOAD, UNIT_RATE, WAD } from "../scenario.ts";

/** Who gets which part of a stream: by this protocol, or by shares that are set once and stay. */
export type Split = "protocol" | "equal" | "declared" | "stake";

/**
 * How much payers stream.
 *
 * - `asked`: what was asked of them in the last minute, so that each request is paid for once.
 * - `lacking`: also, again, what waits without credit because they paid in vain, as payers of the kit do.
 * - `fixed`: streams are opened once, for what is asked in the first minutes, and never changed.
 */
export type Paying = "asked" | "lacking" | "fixed";

export type Rule = { split: Split; paying: Paying };

/** What happened, and then what would have happened; the last serves the most of those that pay again. */
export const RULES: readonly Rule[] = [
  { split: "protocol", paying: "lacking" },
  { split: "equal", paying: "asked" },
  { split: "declared", paying: "asked" },
  { split: "stake", paying: "asked" },
  { split: "declared", paying: "fixed" },
  { split: "declared", paying: "lacking" },
];

/** A thousandth of a USDCx: whole units, and few enough for a stream to be split among them. */
const STAKE_PER_UNIT = WAD / 1000n;

/** Units of an agent in a plain distribution pool. */
export function unitsOf(split: Exclude<Split, "protocol">, plan: AgentPlan): bigint {
  if (split === "equal") return 1n;
  return split === "declared" ? BigInt(plan.declares) : bondOf(plan) / STAKE_PER_UNIT;
}

/**
 * Streams that are opened once, wei per second by stage and payer: sources pay for what is asked of them before the first
 * shock, and agents pass on their part of what they are paid.
 */
export function fixedRates(split: Exclude<Split, "protocol">): bigint[][] {
  const demand = BigInt(Math.round(TARGET_LOAD * capacityOf(STAGES[0]))) * UNIT_RATE;
  let rates = SOURCES.map(({ share }) => (demand * BigInt(Math.round(share * 100))) / 100n);
  return STAGES.map(({ agents, passesOn }) => {
    const opened = rates;
    const total = opened.reduce((sum, rate) => sum + rate, 0n);
    const units = agents.map((plan) => unitsOf(split, plan));
    const all = units.reduce((sum, some) => sum + some, 0n);
    rates = units.map((some) => (((total * some) / all) * passesOn) / WAD);
    return opened;
  });
}
