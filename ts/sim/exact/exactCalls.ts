/** Unix time of the first epoch; a multiple of every epoch length in use. */
export const STARTS_AT = 1_800_000_000n;
/** When the task types are registered. */
export const OPENED_AT = STARTS_AT + 1n;
/** After the start of an epoch the reports arrive, and the keeper comes once money has confirmed the inflow. */
export const REPORT_AT = 2n;
export const KEEPER_AFTER = 12n;

/**
 * A call of the contracts. Sources are numbered within their pool, a pipeline's upstream last. Who changes its stream
 * synchronises just before and just after.
 */
export type Call = { at: bigint; pool: number } & (
  | { kind: "setFlow"; source: number; rate: bigint }
  | { kind: "rebalance"; sinks: number[] }
  | { kind: "attest"; signals: { sink: number; capacity: bigint; backlog: bigint; issuedAt: bigint }[] }
  | { kind: "propagate"; downstream: number; ratio: bigint }
  | { kind: "drain" | "releaseAndSync" }
);
