import { MARKET } from "../../sim/experiments/standardMarket.ts";
import { DEFAULT_PARAMETERS } from "../../sim/scenario.ts";
import { type Data, PaperDataError } from "./data.ts";
import { type Definition, number, plain, scaled, share } from "./formats.ts";
import { AZURE, E10, E15, E16, E17 } from "./jobNumbers.ts";
import { decimal } from "./tex.ts";
import { WHERE } from "./whereTable.ts";

/** One number of the text: its name without the backslash, what it expands to, and where it comes from. */
export type Macro = { name: string; value: string; from: string };

/** The ledger that the contracts implement: E7 runs it before those that it is compared with. */
export function ledgerOf(data: Data): string {
  return data.table("E7.csv")[0]?.ledger ?? "";
}

const E1: readonly Definition[] = [
  ["ClosedLow", "E1.csv", { strategy: "closed", load: 0.9 }, "served_of_optimum", share()],
  ["ClosedHigh", "E1.csv", { strategy: "closed", load: 1.2 }, "served_of_optimum", share()],
  ["OpenHigh", "E1.csv", { strategy: "open", load: 1.2 }, "served_of_optimum", share()],
  ["StakeHigh", "E1.csv", { strategy: "stake", load: 1.2 }, "served_of_optimum", share()],
  ["PredecessorLow", "E1.csv", { strategy: "predecessor", load: 0.9 }, "served_of_optimum", share()],
  ["ExactLow", "E1.csv", { strategy: "closed, contract arithmetic", load: 0.9 }, "served_of_optimum", share()],
  ["ExactHigh", "E1.csv", { strategy: "closed, contract arithmetic", load: 1.2 }, "served_of_optimum", share()],
  ["ExactReturned", "E1.csv", { strategy: "closed, contract arithmetic", load: 0.9 }, "returned_share", share()],
  ["ClosedUnearned", "E1.csv", { strategy: "closed", load: 1.2 }, "paid_not_served", share(2)],
  ["StakeUnearned", "E1.csv", { strategy: "stake", load: 1.2 }, "paid_not_served", share()],
];

const E2: readonly Definition[] = [
  ["UndeadClosed", "E2.csv", { rule: "closed", death: "undead" }, "last_200_of_optimum", share()],
  ["UndeadVerified", "E2.csv", { rule: "closed, verified", death: "undead" }, "last_200_of_optimum", share()],
  ["UndeadDip", "E2.csv", { rule: "closed, verified", death: "undead" }, "dip_relative", share()],
  ["SilentDip", "E2.csv", { rule: "closed", death: "silent" }, "dip_relative", share()],
  ["UndeadPaid", "E2.csv", { rule: "closed", death: "undead" }, "paid_to_dead_unit_s", scaled(1e-6, number(2))],
  [
    "UndeadPaidVerified",
    "E2.csv",
    { rule: "closed, verified", death: "undead" },
    "paid_to_dead_unit_s",
    scaled(1e-6, number(2)),
  ],
];

const E3: readonly Definition[] = [
  ["SplitLinear", "E3.csv", { cap: "linear, load 5", fragments: 20 }, "gain_over_one_identity", number(3)],
  ["SplitRoot", "E3.csv", { cap: "square root, load 5", fragments: 20 }, "gain_over_one_identity", number(2)],
  ["SplitRootTheory", "E3.csv", { cap: "square root, load 5", fragments: 20 }, "theory_gain", number(2)],
  [
    "SplitRootUnsaturated",
    "E3.csv",
    { cap: "square root, load 0.9", fragments: 20 },
    "gain_over_one_identity",
    number(2),
  ],
  ["SplitFragments", "E3.csv", { cap: "linear, load 5", fragments: 20 }, "fragments", plain()],
];

const NOISE = "noise of declarations";
const E4: readonly Definition[] = [
  ["MovesQuiet", "E4.csv", { alpha: 0.3, [NOISE]: 0.05 }, "unit_moves_per_sink_and_epoch", number(2)],
  ["MovesNoisy", "E4.csv", { alpha: 0.3, [NOISE]: 0.2 }, "unit_moves_per_sink_and_epoch", number(2)],
  ["HalveSlow", "E4.csv", { alpha: 0.1, [NOISE]: 0.05 }, "epochs_to_halve", number(1)],
  ["HalveDefault", "E4.csv", { alpha: 0.3, [NOISE]: 0.05 }, "epochs_to_halve", number(1)],
  ["HalveFast", "E4.csv", { alpha: 0.8, [NOISE]: 0.05 }, "epochs_to_halve", number(1)],
  ["SmoothServedSlow", "E4.csv", { alpha: 0.1, [NOISE]: 0.05 }, "served_of_optimum", share()],
  ["SmoothServedFast", "E4.csv", { alpha: 0.8, [NOISE]: 0.05 }, "served_of_optimum", share()],
  ["OvershootOfUnits", "E4.csv", { alpha: 0.3, [NOISE]: "smoothing u instead, T = 3 h" }, "backlog_overshoot", share()],
];

const OVER = "buffer over inflow";
const buffered = (factor: number, span: string, rule = "closed") => ({ rule, [OVER]: factor, "inflow of one": span });
const E5: readonly Definition[] = [
  ["BufferNone", "E5.csv", buffered(0, "hour"), "served_of_streamed", share()],
  ["BufferEpoch", "E5.csv", buffered(1, "epoch"), "served_of_streamed", share()],
  ["BufferHalfHour", "E5.csv", buffered(0.5, "hour"), "served_of_streamed", share()],
  ["BufferHour", "E5.csv", buffered(1, "hour"), "served_of_streamed", share()],
  ["BufferHourExact", "E5.csv", buffered(1, "hour", "closed, contract arithmetic"), "served_of_streamed", share()],
  ["BufferHourReturned", "E5.csv", buffered(1, "hour"), "returned_share", share()],
];

const LIARS = "liars' share";
const E6: readonly Definition[] = [
  ["LieOpen", "E6.csv", { rule: "open loop, load 1.2", [LIARS]: 0.3 }, "advantage_of_lying", number(2)],
  ["LieClosed", "E6.csv", { rule: "closed, honest backlog, load 1.2", [LIARS]: 0.3 }, "advantage_of_lying", number(2)],
  ["LieDenied", "E6.csv", { rule: "closed, backlog denied, load 1.2", [LIARS]: 0.3 }, "advantage_of_lying", number(2)],
  [
    "LieVerified",
    "E6.csv",
    { rule: "closed, denied but verified, load 1.2", [LIARS]: 0.3 },
    "advantage_of_lying",
    number(2),
  ],
  [
    "LieUnsaturated",
    "E6.csv",
    { rule: "closed, denied but verified, load 0.5", [LIARS]: 0.3 },
    "advantage_of_lying",
    number(2),
  ],
  ["LieShare", "E6.csv", { rule: "open loop, load 1.2", [LIARS]: 0.3 }, LIARS, scaled(100, plain())],
];

const WITHHELD = "withheld share";
/** What acknowledges nothing is some of the money; or everybody acknowledges a part. */
const some = (ledger: string, share: number) => ({ ledger, "who withholds": "some of the money", [WITHHELD]: share });
const part = (ledger: string, share: number) => ({ ledger, "who withholds": "all, in part", [WITHHELD]: share });
const ledgers = (ledger: string): readonly Definition[] => [
  ["HonestPay", "E7.csv", some(ledger, 0), "honest_pay_of_capacity", share()],
  ["HonestPayWithheld", "E7.csv", some(ledger, 0.95), "honest_pay_of_capacity", share()],
  ["HonestPayAbsolute", "E7.csv", some("absolute", 0.2), "honest_pay_of_capacity", share()],
  ["HonestSlashed", "E7.csv", some(ledger, 0.95), "honest_sinks_slashed", number()],
  ["HonestSlashedAbsolute", "E7.csv", some("absolute", 0.2), "honest_sinks_slashed", number()],
  ["FindNone", "E7.csv", some(ledger, 0), "epochs_to_find_the_dead", number(1)],
  ["FindHalf", "E7.csv", some(ledger, 0.4), "epochs_to_find_the_dead", number(1)],
  ["FindMost", "E7.csv", some(ledger, 0.6), "epochs_to_find_the_dead", number(1)],
  ["FindMostRelative", "E7.csv", some("relative", 0.6), "epochs_to_find_the_dead", number(1)],
  ["HonestPayPart", "E7.csv", part(ledger, 0.4), "honest_pay_of_capacity", share()],
  ["HonestPayLessPart", "E7.csv", part(ledger, 0.6), "honest_pay_of_capacity", share()],
  ["HonestSlashedPart", "E7.csv", part(ledger, 0.6), "honest_sinks_slashed", number()],
  ["HonestSlashedLessPart", "E7.csv", part(ledger, 0.8), "honest_sinks_slashed", number(2)],
  ["DeadFound", "E7.csv", some(ledger, 0), "dead_found_share", share()],
];

const ACCOMPLICE = "accomplice's share of inflow";
const ACKNOWLEDGE = "honest sources acknowledge";
const E8: readonly Definition[] = [
  ["CollusionTwo", "E8.csv", { [ACCOMPLICE]: 0.02, [ACKNOWLEDGE]: 1 }, "profit_over_spent", share()],
  ["CollusionFive", "E8.csv", { [ACCOMPLICE]: 0.05, [ACKNOWLEDGE]: 1 }, "profit_over_spent", share()],
  ["CollusionHalfOne", "E8.csv", { [ACCOMPLICE]: 0.01, [ACKNOWLEDGE]: 0.5 }, "profit_over_spent", share()],
  ["CollusionHalfFive", "E8.csv", { [ACCOMPLICE]: 0.05, [ACKNOWLEDGE]: 0.5 }, "profit_over_spent", share()],
];

const SERVICE = "noise of service";
const stage = (mode: string, noise: number) => ({ mode, [SERVICE]: noise });
const E9: readonly Definition[] = [
  ["ChainSlowPay", "E9.csv", stage("as designed, T = 180 s", 0), "first_stage_pay_slow_units", number(2)],
  ["ChainWaiting", "E9.csv", stage("as designed, T = 180 s", 0), "waiting_between_stages_after_s", number(1)],
  ["ChainWaitingExact", "E9.csv", stage("limit passed on exactly", 0), "waiting_between_stages_after_s", number()],
  [
    "ChainWaitingDeclared",
    "E9.csv",
    stage("limit by declared capacity", 0),
    "waiting_between_stages_after_s",
    number(),
  ],
  ["ChainSwing", "E9.csv", stage("T = 25 s, limit exactly", 0), "first_stage_late_swing_units", number()],
  ["ChainOutputUnstable", "E9.csv", stage("T = 25 s, limit exactly", 0), "output_after_units", number(2)],
  ["ChainOutputNoisy", "E9.csv", stage("as designed, T = 180 s", 0.2), "output_after_units", number(2)],
  ["ChainOutputNoisyUnstable", "E9.csv", stage("T = 25 s", 0.2), "output_after_units", number(2)],
  ["ChainOutputNoisyExact", "E9.csv", stage("limit passed on exactly", 0.2), "output_after_units", number(2)],
];

const E11: readonly Definition[] = [
  ["ScaleThousand", "E11.csv", { sinks: 1000, engine: "fluid" }, "served_of_streamed", share()],
  ["ScaleTenThousand", "E11.csv", { sinks: 10000, engine: "fluid" }, "served_of_streamed", share()],
  ["ScaleMillion", "E11.csv", { sinks: 1000000, engine: "fluid" }, "served_of_streamed", share()],
];

const RATIO = "T over tau";
const keeper = (demand: string, every: number) => ({ demand, "keeper every (epochs)": every });
const E12: readonly Definition[] = [
  ["PeakAtE", "E12.csv", { sampling: "d = 3 h", [RATIO]: Number(Math.E.toFixed(3)) }, "peak_over_rest", number(3)],
  ["PeakAtThreeHalves", "E12.csv", { sampling: "d = 3 h", [RATIO]: 1.5 }, "peak_over_rest", number(2)],
  ["PeakAtOne", "E12.csv", { sampling: "d = 3 h", [RATIO]: 1 }, "peak_over_rest", number(2)],
  ["ServedUnstable", "E12.csv", { sampling: "d = 3 h", [RATIO]: 0.3 }, "served_of_capacity", share()],
  ["KeeperEach", "E12.csv", keeper("bursts", 1), "served_of_streamed", share()],
  ["KeeperFive", "E12.csv", keeper("bursts", 5), "served_of_streamed", share()],
  ["KeeperThirty", "E12.csv", keeper("bursts", 30), "served_of_streamed", share()],
  ["KeeperOverEach", "E12.csv", keeper("bursts", 1), "paid_above_capacity", share()],
  ["KeeperOverFive", "E12.csv", keeper("bursts", 5), "paid_above_capacity", share()],
];

const MEASURED: readonly Definition[] = [E1, E2, E3, E4, E5, E6, E8, E9, E10, E11, E12, E15, E16, E17, WHERE].flat();

const GAS: readonly (readonly [name: string, operation: string])[] = [
  ["GasReveal", "reveal (unsaturated)"],
  ["GasRebalance", "rebalance (one sink)"],
];

/** Pools in which the benchmark measures. */
export const GAS_SINKS = [10, 100, 1000] as const;

/** Settings of the experiments, from the code that ran them. */
const SETTINGS: readonly (readonly [name: string, value: string, from: string])[] = [
  ["MarketSinks", decimal(MARKET.sinks), "MARKET.sinks"],
  ["MarketSources", decimal(MARKET.sources), "MARKET.sources"],
  ["MarketPools", decimal(MARKET.pools), "MARKET.pools"],
  ["MarketSteps", decimal(MARKET.steps), "MARKET.steps"],
  ["EpochSeconds", decimal(DEFAULT_PARAMETERS.epochLength), "DEFAULT_PARAMETERS.epochLength"],
  ["HorizonSeconds", decimal(DEFAULT_PARAMETERS.horizon), "DEFAULT_PARAMETERS.horizon"],
  ["Smoothing", decimal(DEFAULT_PARAMETERS.smoothing, 1), "DEFAULT_PARAMETERS.smoothing"],
  ["TimeToLiveSeconds", decimal(DEFAULT_PARAMETERS.timeToLive), "DEFAULT_PARAMETERS.timeToLive"],
  ["HysteresisPercent", decimal(100 * DEFAULT_PARAMETERS.hysteresis), "DEFAULT_PARAMETERS.hysteresis"],
  ["OverdueEpochs", decimal(DEFAULT_PARAMETERS.overdueEpochs), "DEFAULT_PARAMETERS.overdueEpochs"],
  ["GraceSeconds", decimal(DEFAULT_PARAMETERS.grace), "DEFAULT_PARAMETERS.grace"],
  ["Confidence", "95", "estimate in ts/sim/stats.ts"],
];

/** Values of a column that name cases, from the lowest. */
const CASES: readonly (readonly [
  names: readonly (string | undefined)[],
  file: string,
  column: string,
  factor: number,
])[] = [
  [["LoadLow", "LoadHigh"], "E1.csv", "load", 1],
  [[undefined, undefined, "LoadTrace"], AZURE, "load", 1],
  [["LiarsFew", undefined, "LiarsMany"], "E6.csv", LIARS, 100],
];

function cases(data: Data): Macro[] {
  return CASES.flatMap(([names, file, column, factor]) => {
    const values = [...new Set(data.table(file).map((row) => Number(row[column])))].sort((a, b) => a - b);
    if (values.length !== names.length)
      throw new PaperDataError(`${file} has other values of ${column}: ${values.join(", ")}`);
    return names.flatMap((name, i) => {
      const value = factor * (values[i] as number);
      const shown = factor === 1 ? String(value) : `${decimal(value)}\\,\\%`;
      return name === undefined ? [] : [{ name, value: shown, from: `${file}: column ${column}` }];
    });
  });
}

/** All numbers of the text. @throws {PaperDataError} if the data lack one. */
export function macros(data: Data): Macro[] {
  return [
    ...SETTINGS.map(([name, value, from]) => ({ name, value, from })),
    { name: "Seeds", ...seedsOf(data) },
    { name: "LoadHalf", value: "0.5", from: "E6.csv: rule" },
    ...cases(data),
    ...[...MEASURED, ...ledgers(ledgerOf(data))].map(([name, file, where, metric, format]) => ({
      name,
      value: format(data.measured(file, where, metric)),
      from: `${file}: ${Object.entries(where)
        .map(([key, value]) => `${key} ${value}`)
        .join(", ")}: ${metric}`,
    })),
    ...GAS.map(([name, operation]) => ({
      name,
      value: decimal(data.gas(operation, 1000)),
      from: `gas.jsonl: ${operation}, 1000 sinks`,
    })),
  ];
}

/** Seeds per case of the market experiments; the text gives one number for all. */
function seedsOf(data: Data): Omit<Macro, "name"> {
  const files = ["E1.csv", "E2.csv", "E3.csv", "E5.csv", "E6.csv", "E7.csv", "E8.csv", AZURE, "E15.csv", "E16.csv"];
  const seeds = new Set(files.flatMap((file) => data.table(file).map((row) => row.seeds)));
  const [only] = seeds;
  if (seeds.size !== 1 || only === undefined) {
    throw new PaperDataError(`E1 to E8, E10, E15 and E16 have different numbers of seeds: ${[...seeds].join(", ")}`);
  }
  return { value: decimal(Number(only)), from: `column seeds of ${files.join(", ")}` };
}
