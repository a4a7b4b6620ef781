/** What a column of the CSV files says. */
export type Column = { unit: string; meaning: string };

const column = (unit: string, meaning: string): Column => ({ unit, meaning });
const share = (meaning: string): Column => column("1", meaning);
const words = (meaning: string): Column => column("words", meaning);
const count = (meaning: string): Column => column("count", meaning);
const units = (meaning: string): Column => column("units", meaning);
const unitSeconds = (meaning: string): Column => column("unit-seconds", meaning);
const seconds = (meaning: string): Column => column("s", meaning);
const epochs = (meaning: string): Column => column("epochs", meaning);

/** What identifies a row. */
const SETTINGS: Readonly<Record<string, Column>> = {
  strategy: words("who gets which share of the stream: the protocol (closed) or another rule"),
  rule: words("what is compared: the protocol (closed), a part of it, or another rule"),
  load: share("demand over what all sinks can do"),
  death: words("how a fifth of the sinks dies: announced, silent, or undead, which signal on"),
  cap: words("how stake bounds capacity under the protocol, or another rule; and the load"),
  fragments: count("identities that one stake is split into"),
  alpha: share("smoothing factor"),
  "noise of declarations": column("1 or words", "relative deviation of declared capacity; or which other smoothing"),
  "buffer over inflow": share("bufferMax over the mean inflow of a time"),
  "inflow of one": words("that time: epoch or hour"),
  "liars' share": share("of all sinks; liars declare twice what they can do"),
  ledger: words("how acknowledgements are judged"),
  "who withholds": words("some of the money acknowledges nothing, or all acknowledge in part"),
  "withheld share": share("of acknowledgements that sources keep back"),
  "accomplice's share of inflow": share("of the pool's inflow that a dead sink's own source streams"),
  "honest sources acknowledge": share("of the work that was done for them"),
  mode: words("how a pipeline passes its limit on, and the horizon"),
  "noise of service": share("relative deviation of what a sink does in an epoch"),
  trace: words("requests that are replayed: a seeded generator or a file"),
  sinks: count("sinks in all pools"),
  engine: words("doubles (fluid) or the contracts' integers"),
  sampling: words("delay d and regularity of reports, h = 60 s"),
  "T over tau": share("horizon over h + d"),
  demand: words("constant or in bursts"),
  "keeper every (epochs)": epochs("between two visits of the keeper"),
  network: words("stages and pools"),
  "a pool is": words("what happens to one pool after five hours"),
  "age of reports": epochs("age of the reports in use; -1: queues are seen as they are"),
  drift: share("standard deviation of the logarithm of a sink's rate, which wanders"),
  terms: words("which parameter of the task type differs from the default"),
  "participating share": share("of the pool's pay that comes from sources that acknowledge"),
  seeds: count("runs that the row is a mean of"),
};

/** What was measured: means over the seeds. */
const METRICS: Readonly<Record<string, Column>> = {
  served_of_optimum: share("work done over that of a myopic optimum on the same inputs, without the first 100 epochs"),
  pay_usable_at_once: share("of the pay, what its sink could work off within the step"),
  paid_not_served: share("of the pay, that for which no work was done by the end"),
  escrow_at_end_unit_s: unitSeconds("in all escrows at the end"),
  returned_share: share("of what was streamed, what went back to the sources"),
  served_rate_units: units("mean rate of work done"),
  dip_relative: share("lowest served over optimum of ten epochs after the death, over that before"),
  epochs_to_recover: epochs("from the death until served over optimum stays above 97 % of that before"),
  last_200_of_optimum: share("work done over the optimum's in the last 200 epochs"),
  paid_to_dead_unit_s: unitSeconds("backlog of the dead at the end: what they were paid for nothing"),
  slashed_unit_s: unitSeconds("taken from bonds"),
  mean_inflow_units: units("mean inflow of all pools"),
  attacker_pay_units: units("mean pay of all identities of the attacker"),
  gain_over_one_identity: share("pay of all identities over the pay of one"),
  theory_gain: share("the same, of what the stake backs (theory 7.1)"),
  honest_pay_of_capacity: share("pay of honest sinks over what they could do"),
  unit_moves_per_sink_and_epoch: count("changes of units, each a transaction"),
  wobble_of_units: share("relative deviation of a sink's units while nothing changes"),
  epochs_to_halve: epochs("until units are within 5 % of their end, after capacity halves"),
  epochs_to_double: epochs("the same, after it doubles"),
  backlog_peak_after_step_s: seconds("highest backlog after the halving, over what all sinks can do"),
  backlog_overshoot: share("highest backlog over its resting value, less one"),
  served_of_streamed: share("work done over what was streamed"),
  served_of_unlimited: share("work done over that with an unlimited buffer"),
  received_of_streamed: share("pay of sinks over what was streamed"),
  escrow_peak_epochs_of_inflow: epochs("of mean inflow: the most that was in the escrows"),
  prepaid_peak_epochs_of_inflow: epochs("of mean inflow: the most that sinks were paid for and had not done"),
  liar_pay_per_capacity: share("pay of liars over what they can do"),
  honest_pay_per_capacity: share("pay of honest sinks over what they can do"),
  advantage_of_lying: share("the former over the latter; 1 where nobody lies"),
  epochs_to_find_the_dead: epochs("from death to slash, of those that were slashed; 700 if none was"),
  dead_found_share: share("of the dead sinks, those that were slashed"),
  dead_pay_at_the_end: share("of what they could do once, what the dead are paid in the last epoch"),
  honest_sinks_slashed: count("honest sinks that were slashed at least once"),
  received_unit_s: unitSeconds("pay of the dead sink"),
  accomplice_spent_unit_s: unitSeconds("what its source streamed, less what came back"),
  profit_over_spent: share("pay less slashes less what the source spent, over the latter"),
  late_share_of_all_inflow: share("pay of the dead sink over the inflow of all pools, second half"),
  output_before_units: units("work of the last stage before it slows"),
  output_slow_units: units("the same while it is slow"),
  output_after_units: units("the same when it is fast again"),
  first_stage_pay_slow_units: units("pay of the first stage while the last one is slow"),
  first_stage_late_swing_units: units("highest less lowest pay of the first stage in the last 100 epochs"),
  waiting_between_stages_before_s: unitSeconds("in the escrows between the stages just before the last one slows"),
  waiting_between_stages_after_s: unitSeconds("the same at the end"),
  waiting_at_sinks_after_s: unitSeconds("paid for and not done by the sinks of all stages at the end"),
  served_of_bound: share("work done over that of one server as fast as all sinks together"),
  wait_mean_s: seconds("mean time from request to answer, of the requests that were done"),
  wait_95_percent_s: seconds("the same, which 95 % do not exceed"),
  at_sinks_s: seconds("mean work at sinks, over what all sinks can do"),
  at_sources_s: seconds("mean work that waits at sources, over the same"),
  escrow_mean_s: seconds("mean money in the escrow, over the pay of all sinks"),
  slashed_share_of_pay: share("taken from bonds, over the pay"),
  moves_per_sink_and_epoch: count("changes of units, each a transaction"),
  served_of_possible: share("work done over what all sinks could do"),
  escrow_seconds_of_inflow: seconds("of mean inflow: what is in the escrows at the end"),
  peak_over_rest: share("highest backlog over its resting value T(C - mu)"),
  late_swing_over_rest: share("highest less lowest backlog of the last 2,000 steps, over its resting value"),
  served_of_capacity: share("work done over what the sink can do"),
  paid_above_capacity: share("of the pay, what exceeded the units of the moment"),
  escrow_at_end_epochs_of_inflow: epochs("of mean inflow: what is in the escrows at the end"),
  before_of_optimum: share("work that comes through in the second quarter, over what is possible"),
  after_of_optimum: share("the same in the last quarter, when a pool is gone, over what is possible then"),
  changes_per_source_and_hour: count("changes of streams in the second quarter"),
  work_of_optimum: share("work done in the second quarter, over what is possible"),
  queues_beyond_horizon: count("queues longer than their horizon, mean over time"),
  dead_sink_paid_hours: column("h", "of full pay that a dead sink gets in ten hours"),
  dead_sink_paid_over_bond: share("that pay over its bond"),
  dead_sink_keeps_over_bond: share("that pay less slashes and what leaving costs, over its bond"),
  liar_paid_over_its_rate: share("pay in the last hour of a sink that declares twice its rate, over its rate"),
  honest_pay: share("pay of honest sinks in the last hour, over their full pay"),
  victim_pay: share("the same of a sink that a fifth of those who take part ignore"),
};

/** Of `…-series.csv`, beside what identifies a row. */
const SERIES: Readonly<Record<string, Column>> = {
  series: words("which: the efficiency, units, pay or waiting of the experiment's chart"),
  point: count("number of the point; the chart says which time it is"),
  mean: column("that of the chart", "mean over the seeds"),
  ci95: column("that of the mean", "half width of the mean's 95 % interval (Student's t)"),
};

/** Of `attacks.csv`. */
const ATTACKS: Readonly<Record<string, Column>> = {
  kind: words("what the attack is after"),
  attack: words("what is done"),
  figure: words("what of it is measured"),
  value: column("as the figure says", "measured"),
  at_least: column("as the figure says", "the bound from below that is claimed"),
  at_most: column("as the figure says", "the bound from above that is claimed"),
  holds: words("whether the bounds do"),
  stays_false: words("whether the figure shows a limit that is known"),
};

const CI95 = "_ci95";

/** Every column but the intervals of metrics. */
export const COLUMNS: Readonly<Record<string, Column>> = { ...SETTINGS, ...METRICS, ...SERIES, ...ATTACKS };

/** Name of the file that says what the columns of the others are. */
export const DICTIONARY_FILE = "dictionary.csv";

/** Rows of {@link DICTIONARY_FILE}; intervals are one row. */
export const dictionaryRows = (): string[][] => [
  ["column", "unit", "meaning"],
  ...Object.entries(COLUMNS).map(([name, { unit, meaning }]) => [name, unit, meaning]),
  [
    `(metric)${CI95}`,
    "that of the metric",
    "half width of the 95 % interval of its mean (Student's t); 0 for one seed",
  ],
];

/** @throws {Error} if the dictionary lacks a column: whoever adds a metric says here what it is. */
export function requireKnown(columns: readonly string[]): void {
  for (const name of columns) {
    const isKnown = name in COLUMNS || (name.endsWith(CI95) && name.slice(0, -CI95.length) in METRICS);
    if (!isKnown) throw new Error(`ts/sim/dictionary.ts does not say what the column "${name}" is`);
  }
}
