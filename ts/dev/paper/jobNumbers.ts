import { type Definition, type Format, number, scaled, share } from "./formats.ts";

/** Numbers of the experiments on whole jobs, and of what acknowledging protects from. */
export const AZURE = "E10-azure.csv";
/** The two hours of the Azure trace, by the names of their files. */
export const TRACES = { conversation: "AzureLLMInferenceTrace_conv", code: "AzureLLMInferenceTrace_code" } as const;
const traced = (kind: keyof typeof TRACES, rule: string, load: number) => ({ trace: TRACES[kind], rule, load });
const generated = (trace: keyof typeof TRACES) => ({ trace, rule: "closed", load: 1.1 });
const SHORT = ", epochs of 12 s";
export const E10: readonly Definition[] = [
  ["TraceClosedMid", AZURE, traced("conversation", "closed", 0.9), "served_of_bound", share()],
  ["TraceClosedHigh", AZURE, traced("conversation", "closed", 1.1), "served_of_bound", share()],
  ["TraceClosedUnearned", AZURE, traced("conversation", "closed", 1.1), "paid_not_served", share()],
  ["TraceExactMid", AZURE, traced("conversation", "closed, C = μ", 0.9), "served_of_bound", share()],
  ["TraceExactHigh", AZURE, traced("conversation", "closed, C = μ", 1.1), "served_of_bound", share()],
  ["TraceRandomHigh", AZURE, traced("conversation", "closed, random by units", 1.1), "served_of_bound", share()],
  ["TraceShortestHigh", AZURE, traced("conversation", "shortest queue", 1.1), "served_of_bound", share()],
  ["TraceShortestUnearned", AZURE, traced("conversation", "shortest queue", 1.1), "paid_not_served", share()],
  ["TraceWaitClosed", AZURE, traced("conversation", "closed", 0.9), "wait_mean_s", number()],
  ["TraceLateClosed", AZURE, traced("conversation", "closed", 0.9), "wait_95_percent_s", number()],
  ["TraceWaitShortest", AZURE, traced("conversation", "shortest queue", 0.9), "wait_mean_s", number()],
  ["TraceLateShortest", AZURE, traced("conversation", "shortest queue", 0.9), "wait_95_percent_s", number()],
  ["TraceShortMid", AZURE, traced("conversation", `closed${SHORT}`, 0.9), "served_of_bound", share()],
  ["TraceShortHigh", AZURE, traced("conversation", `closed${SHORT}`, 1.1), "served_of_bound", share()],
  ["TraceShortExactHigh", AZURE, traced("conversation", `closed, C = μ${SHORT}`, 1.1), "served_of_bound", share()],
  ["TraceShortHalfHigh", AZURE, traced("conversation", `closed, C = 1.5 μ${SHORT}`, 1.1), "served_of_bound", share()],
  ["CodeClosedMid", AZURE, traced("code", "closed", 0.9), "served_of_bound", share()],
  ["CodeClosedHigh", AZURE, traced("code", "closed", 1.1), "served_of_bound", share()],
  ["GeneratedConversation", "E10.csv", generated("conversation"), "served_of_bound", share()],
  ["GeneratedCode", "E10.csv", generated("code"), "served_of_bound", share()],
  ["CodeShortestHigh", AZURE, traced("code", "shortest queue", 1.1), "served_of_bound", share()],
];

const LIARS = "liars' share";
const AGE = "age of reports";
const compared = (rule: string, load: number, age: number, liars: number) => ({
  ...{ rule, load },
  ...{ [AGE]: age, [LIARS]: liars },
});
export const E15: readonly Definition[] = [
  ["StaleClosed", "E15.csv", compared("closed", 0.9, 5, 0), "served_of_bound", share()],
  ["StaleShortest", "E15.csv", compared("shortest queue", 0.9, 5, 0), "served_of_bound", share()],
  ["LyingClosed", "E15.csv", compared("closed", 0.9, 1, 0.1), "served_of_bound", share()],
  ["LyingOpen", "E15.csv", compared("open", 0.9, 1, 0.1), "served_of_bound", share()],
  ["LyingShortest", "E15.csv", compared("shortest queue", 0.9, 1, 0.1), "served_of_bound", share()],
  ["LyingWeighted", "E15.csv", compared("shortest queue, weighted", 0.9, 1, 0.1), "served_of_bound", share()],
  ["LyingClosedPay", "E15.csv", compared("closed", 0.9, 1, 0.1), "advantage_of_lying", number(2)],
  ["LyingClosedUnearned", "E15.csv", compared("closed", 0.9, 1, 0.1), "paid_not_served", share()],
];

const drifted = (rule: string, load: number) => ({ rule, load, drift: 0.3 });
export const E16: readonly Definition[] = [
  ["DriftClosed", "E16.csv", drifted("closed", 0.9), "served_of_bound", share()],
  ["DriftClosedHigh", "E16.csv", drifted("closed", 1.1), "served_of_bound", share()],
  ["DriftTrueRate", "E16.csv", drifted("true rate", 0.9), "served_of_bound", share()],
  ["DriftShortest", "E16.csv", drifted("shortest queue", 1.1), "served_of_bound", share()],
  ["DriftFourHigh", "E16.csv", drifted("closed, four sources", 1.1), "served_of_bound", share()],
  ["SteadyClosed", "E16.csv", { rule: "closed", load: 0.9, drift: 0 }, "served_of_bound", share()],
  ["SteadyClosedHigh", "E16.csv", { rule: "closed", load: 1.1, drift: 0 }, "served_of_bound", share()],
];

const protectedBy = (participating: number, terms = "default") => ({ terms, "participating share": participating });
const minutes: Format = scaled(60, number());
export const E17: readonly Definition[] = [
  ["DeadMinutesAll", "E17.csv", protectedBy(1), "dead_sink_paid_hours", minutes],
  ["DeadMinutesFew", "E17.csv", protectedBy(0.34), "dead_sink_paid_hours", minutes],
  ["DeadHoursNone", "E17.csv", protectedBy(0.3), "dead_sink_paid_hours", number()],
  ["DeadMinutesLong", "E17.csv", protectedBy(1, "T = 1,440 s"), "dead_sink_paid_hours", minutes],
  ["DeadLoses", "E17.csv", protectedBy(1), "dead_sink_keeps_over_bond", scaled(-1, share())],
  ["LiarAll", "E17.csv", protectedBy(1), "liar_paid_over_its_rate", number(2)],
  ["LiarFew", "E17.csv", protectedBy(0.34), "liar_paid_over_its_rate", number(2)],
  ["VictimAll", "E17.csv", protectedBy(1), "victim_pay", share(0)],
  ["VictimForty", "E17.csv", protectedBy(0.4), "victim_pay", share(0)],
];
