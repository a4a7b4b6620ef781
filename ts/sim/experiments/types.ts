import type { TraceRequest } from "../trace.ts";

/** What one run says: numbers, and time series for charts. */
export interface Outcome {
  metrics: Record<string, number>;
  series?: Record<string, Float64Array>;
}

/** One setting of an experiment. `values` identify it in tables and charts. */
export interface Case {
  values: Readonly<Record<string, string | number>>;
  seeds?: number;
  /** One run. The outcome depends on the seed alone. */
  run(seed: number): Outcome;
}

export interface LineChart {
  kind: "lines";
  file: string;
  title: string;
  /** Name of the series; its length gives the x axis. */
  series: string;
  x: string;
  y: string;
  /** What one point of the series means on the x axis: first value and step. */
  start: number;
  step: number;
  /** Which value names the line. */
  color: string;
  only?: (values: Case["values"]) => boolean;
}

export interface PointChart {
  kind: "points";
  file: string;
  title: string;
  metric: string;
  /** Which value is the x axis; numbers make a continuous one. */
  by: string;
  x: string;
  y: string;
  color: string;
  logX?: boolean;
  logY?: boolean;
  only?: (values: Case["values"]) => boolean;
}

/** A figure of the report, and the file that it goes to. */
export type Chart = LineChart | PointChart;

/** A question, the runs that answer it, and the figures that show it. */
export interface Experiment {
  name: string;
  title: string;
  /** What it shows, and what it shows against the protocol; goes into the report. */
  about: string;
  seeds: number;
  cases: readonly Case[];
  charts: readonly Chart[];
}

/** Requests of a file, by the file's name. */
export interface NamedTrace {
  name: string;
  requests: readonly TraceRequest[];
}

/** What an experiment may be told from outside. */
export interface Settings {
  /** Requests for E10; seeded generators if there are none. */
  traces?: readonly NamedTrace[];
}
