import { escapeTex } from "./tex.ts";

/** Where a statement is tested: a file from the repository's root and text of the test's name in it. */
export type Check = { file: string; test: string };

/** A statement of the paper: its label in the LaTeX source, how sure it is, and what checks it. */
export type Claim = {
  label: string;
  title: string;
  status: "proven" | "proven, cited" | "observed";
  checks: readonly Check[];
};

/** A figure or table of the paper: its label and the files that its numbers come from. */
export type Figure = { label: string; title: string; files: readonly string[] };

const theory = (file: string, test: string): Check => ({ file: `ts/sim/theory/${file}.test.ts`, test });
const fuzz = (file: string, test: string): Check => ({ file: `test/fuzz/${file}.t.sol`, test });

export const CLAIMS: readonly Claim[] = [
  {
    label: "thm:rest",
    title: "Rest point of one sink",
    status: "proven",
    checks: [theory("singleSink", "backlog after 1, 3, 10 epochs is 600, 1266.67, 1768.79")],
  },
  {
    label: "thm:sampled",
    title: "Sampling and delay",
    status: "proven",
    checks: [
      theory("singleSink", "a delay of %i epochs is stable up to a = 2cos(mπ/(2m+1))"),
      theory("singleSink", "a fresh report delayed by less than an epoch: d < T, h - 2d < 2T"),
      theory("overshoot", "monotone up to a = m^m / (m+1)^(m+1)"),
    ],
  },
  {
    label: "thm:irregular",
    title: "Irregular sampling",
    status: "proven, cited",
    checks: [theory("singleSink", "irregular sampling with any delay is stable for T > τ / 1.5")],
  },
  {
    label: "thm:overshoot",
    title: "Overshoot",
    status: "proven",
    checks: [theory("overshoot", "peak ≤ Q*(1 + (τ/T)²/2), whatever the demand")],
  },
  {
    label: "thm:key",
    title: "Key lemma",
    status: "proven",
    checks: [
      theory("singleSink", "T = eτ: never above Q* and never below min(C, μ), for any demand and any jitter"),
      fuzz("TaskTypeLib", "testFuzz_MinimumHorizon_IsETimesTheDelay"),
    ],
  },
  {
    label: "thm:pool",
    title: "Rest points of a pool",
    status: "proven",
    checks: [theory("pools", "any pool comes to rest where u = min(C, μ/g), served = min(λ, M)")],
  },
  {
    label: "thm:convergence",
    title: "Global convergence",
    status: "proven",
    checks: [
      theory("convergence", "V falls along every trajectory of the continuous loop, to the one rest point"),
      theory("convergence", "order is kept and"),
      theory("convergence", "from empty and from full to the same point"),
    ],
  },
  {
    label: "thm:delay",
    title: "Delay, differently for each sink",
    status: "proven",
    checks: [
      theory("convergence", "above saturation, demand that varies: every sink comes to min(C, μ)"),
      theory("convergence", "below saturation, constant demand: g comes to its root"),
    ],
  },
  {
    label: "thm:throughput",
    title: "Throughput",
    status: "proven",
    checks: [
      theory("pools", "demand below M: all of it is served but what the escrow still holds"),
      theory("pools", "demand above M: 37 is served"),
      theory("throughput", "with a bounded escrow at most the overflow of a queue served at q·M is lost"),
    ],
  },
  {
    label: "thm:noise",
    title: "Throughput under noise",
    status: "proven",
    checks: [
      theory("throughput", "a margin ε loses at most the share σ²/(2 T ε μ²)"),
      theory("throughput", "at load 0.98, noise of 0.2 makes the escrow of exactly honest sinks grow for ever"),
    ],
  },
  {
    label: "thm:escrow",
    title: "Escrow and bucket",
    status: "proven",
    checks: [
      theory("pools", "(σ, ρ)-constrained inflow with ρ ≤ q·M never holds more than σ"),
      theory("pools", "uncapped, an idle hour lets 180,050 unit-seconds out at once; capped, 3,000"),
      fuzz("Lemmas", "testFuzz_Lemma_DrainsFitTheBucket"),
      { file: "test/invariant/checks/MoneyChecks.sol", test: "_I9_DrainsFitTheBucket" },
    ],
  },
  {
    label: "thm:hysteresis",
    title: "Smoothing and hysteresis",
    status: "proven",
    checks: [
      theory("singleSink", "of the smaller of both, as in the contracts: u in [9.84, 10.33], mean 10.000"),
      theory("singleSink", "of declared capacity: to within 5 % takes 9 epochs at α = 0.3"),
      fuzz("CapacityMath", "testFuzz_ShouldMove_WhoWaitsHasAtMostFivePercentMore"),
    ],
  },
  {
    label: "lem:price",
    title: "Flow per unit",
    status: "proven",
    checks: [
      fuzz("Lemmas", "testFuzz_Lemma_FlowPerUnitIsAtMostTheCap"),
      fuzz("FlowMath", "testFuzz_EscrowUnits_AreTheFewestThatKeepThePrice"),
    ],
  },
  {
    label: "lem:average",
    title: "Moving average",
    status: "proven",
    checks: [
      fuzz("Lemmas", "testFuzz_Lemma_AverageStaysWithinDeclarations"),
      fuzz("CapacityMath", "testFuzz_Smooth_OneStepIsTheMovingAverage"),
    ],
  },
  {
    label: "lem:ledger",
    title: "Ledger",
    status: "proven",
    checks: [fuzz("Lemmas", "testFuzz_Lemma_LedgerIsNeverNegative")],
  },
  {
    label: "thm:exposure",
    title: "Exposure and bond",
    status: "proven",
    checks: [
      theory("exposure", "all acknowledged: at most C (T + D + h)"),
      theory("exposure", "so 2q(T + D + h) covers φ ≥ 1/2"),
      theory("exposure", "the rule of 0.2"),
      theory("incentives", "verified backlog: 1,800 if it works, whatever it reports"),
      fuzz("TaskTypeLib", "testFuzz_BondPerUnit_IsTwiceTheExposure"),
    ],
  },
  {
    label: "thm:judged",
    title: "What judging guarantees",
    status: "proven",
    checks: [
      { file: "ts/sim/attacks/spite.ts", test: 'kind: "A"' },
      { file: "test/scenario/attacks/A_Withholding.t.sol", test: "function test" },
    ],
  },
  {
    label: "obs:absolute",
    title: "Absolute ledgers",
    status: "observed",
    checks: [
      theory("incentives", "absolute ledger, 5 % never acknowledged: a pool of 10 falls to 6.0 after 1 h"),
      theory("incentives", "relative ledger: honest sinks keep their full rate with 95 % withheld"),
    ],
  },
  {
    label: "obs:collusion",
    title: "A sink with a source of its own",
    status: "observed",
    checks: [
      theory("incentives", "gets 5/0.95 if all others acknowledge"),
      theory("incentives", "gets twice that if all others acknowledge half"),
    ],
  },
  {
    label: "obs:unsaturated",
    title: "Over-declaring below saturation",
    status: "observed",
    checks: [theory("incentives", "over-declaring by 2 wins 0.909 against 0.5")],
  },
  {
    label: "thm:contest",
    title: "A contest below saturation",
    status: "proven",
    checks: [theory("contest", "best replies end at ρ(n − 1)/(n k)")],
  },
  {
    label: "obs:noise",
    title: "What noise costs",
    status: "observed",
    checks: [
      theory("pools", "an honest sink loses about 1/√(πμT) = 5.64 %"),
      theory("pools", "declaring μ(1 + 1.4/√(μT)) cuts it to half a percent"),
    ],
  },
  {
    label: "thm:sybil",
    title: "Splitting a stake",
    status: "proven",
    checks: [
      theory("incentives", "square-root caps: gain 5.03 at S = 100m, 15.8 at 1000m; linear: none"),
      fuzz("CapacityMath", "testFuzz_CapacityCap_SplittingNeverRaisesTheTotal"),
    ],
  },
  {
    label: "thm:kelly",
    title: "Prices as Kelly's",
    status: "proven",
    checks: [
      theory("kelly", "capacity view: x = w/p with p = L/U"),
      theory("kelly", "work view: x = w/max(q, L/U)"),
      theory("kelly", "sinks: F = u·min(q, L/U)"),
    ],
  },
  {
    label: "thm:stages",
    title: "Pipelines",
    status: "proven",
    checks: [
      theory("stages", "paid as it flows: no stage exceeds its resting backlog, none is starved by its own loop"),
      theory("stages", "with a token bucket of one epoch: by no more than what the bucket holds, C h"),
      theory("stages", "falls by h/(3T) per epoch if the limit keeps B/(3T) back"),
      theory("stages", "never falls if the limit is passed on exactly"),
    ],
  },
  {
    label: "obs:chains",
    title: "Chains do not oscillate jointly",
    status: "observed",
    checks: [theory("stages", "none oscillates at T = 0.7 τ, all do at T = 0.45 τ")],
  },
];

export const FIGURES: readonly Figure[] = [
  { label: "fig:peak", title: "Overshoot by horizon", files: ["E12.csv"] },
  { label: "fig:splitting", title: "Gain from splitting", files: ["E3.csv"] },
  { label: "fig:chain", title: "A bottleneck reaches the first stage", files: ["E9-pay.csv"] },
  { label: "fig:death", title: "A fifth of the sinks dies", files: ["E2-silent.csv", "E2-undead.csv"] },
  { label: "fig:detection", title: "Time to find a dead sink", files: ["E7.csv"] },
  { label: "fig:collusion", title: "A sink and its accomplice", files: ["E8.csv"] },
  { label: "fig:smoothing", title: "What smoothing trades", files: ["E4.csv"] },
  { label: "fig:protection", title: "What acknowledging protects from", files: ["E17.csv"] },
  { label: "tab:baselines", title: "Stale reports and liars", files: ["E15.csv"] },
  { label: "fig:trace", title: "Work waiting on the real trace", files: ["E10-azure-waiting.csv"] },
  { label: "tab:gas", title: "Gas", files: ["gas.jsonl"] },
  { label: "tab:convergence", title: "Honest sinks", files: ["E1.csv"] },
  { label: "tab:shock", title: "Dead sinks", files: ["E2.csv"] },
  { label: "tab:liars", title: "Over-declaring", files: ["E6.csv"] },
  {
    label: "tab:where",
    title: "Where each rule wins",
    files: ["E1.csv", "E2.csv", "E3.csv", "E5.csv", "E6.csv", "E9.csv"],
  },
  { label: "tab:trace", title: "The real trace", files: ["E10-azure.csv"] },
];

/** Rows of the appendix' table: statement, status, files of its tests. */
export function claimRows(): string {
  return lines(
    CLAIMS.map(({ label, title, status, checks }) => {
      const files = [...new Set(checks.map(({ file }) => shortened(file)))];
      return `\\ref{${label}} & ${title} & ${status} & ${files.map((file) => `\\path{${file}}`).join(", ")}`;
    }),
  );
}

/** The paper names tests without the folders and endings that all have. */
function shortened(file: string): string {
  return file
    .replace(/^ts\/sim\//, "")
    .replace(/^test\//, "")
    .replace(/\.(test\.ts|(t\.)?sol)$/, "");
}

export function figureRows(): string {
  return lines(
    FIGURES.map(({ label, title, files }) => {
      const kind = label.startsWith("fig") ? "Fig." : "Table";
      return `${kind}~\\ref{${label}} & ${escapeTex(title)} & ${files.map((file) => `\\path{${file}}`).join(", ")}`;
    }),
  );
}

function lines(rows: readonly string[]): string {
  return `%\n${rows.map((text) => `  ${text} \\\\%\n`).join("")}`;
}
