export { TraceError } from "../core/errors.ts";
export type { Call } from "./exact/exactCalls.ts";
export { type ExactOptions, ExactRun, simulateExact } from "./exact/exactEngine.ts";
export { experiments, findExperiment, UnknownExperimentError } from "./experiments/index.ts";
export { type MarketOptions, market } from "./experiments/standardMarket.ts";
export type { Case, Chart, Experiment, NamedTrace, Outcome, Settings } from "./experiments/types.ts";
export { type Options, simulate } from "./fluid/fluidEngine.ts";
export { ConservationError } from "./fluid/quanta.ts";
export { simulateJobs } from "./jobs/jobEngine.ts";
export type { JobResult } from "./jobs/jobLog.ts";
export {
  DEFAULT_TERMS,
  type Declaration,
  type Dispatch,
  type JobScenario,
  type Jobs,
  type JobTerms,
  jobsOf,
  SHORT_TERMS,
} from "./jobs/jobScenario.ts";
export { metricsCsv, reportJson, reportText, writeReport } from "./output.ts";
export {
  constantRates,
  generateTrace,
  markovRates,
  squareWave,
  TRACE_SHAPES,
  type TraceShape,
  traceRates,
} from "./rates.ts";
export type { Probe, Recording } from "./record.ts";
export type { Result } from "./result.ts";
export { Rng } from "./rng.ts";
export { type Report, type ReportOptions, runExperiment, type Summary } from "./run.ts";
export {
  constantSource,
  createSinks,
  DEFAULT_PARAMETERS,
  FLUID_PARAMETERS,
  type Link,
  type Parameters,
  type Reporting,
  type Scenario,
  type SimEvent,
  type Sinks,
  type Source,
  scenarioOf,
  sinksOf,
  type Verification,
} from "./scenario.ts";
export { type Estimate, estimate } from "./stats.ts";
export { type Ablation, STRATEGIES, type Strategy } from "./strategy.ts";
export { parseTrace, readTrace, type TraceRequest } from "./trace.ts";
