/**
 * What the indexer keeps. As in Superfluid's subgraph, a Thing is as of its last event, a ThingSnapshot is the same as of
 * the last event of an hour, and a ThingLog is one event, never changed again.
 *
 * Amounts are wei, rates wei per second, times Unix seconds. Money flows between events: what has flowed by the time t is
 * `settled + rate * (t - updatedAtTimestamp)`, exactly, because Superfluid's rates are whole numbers. See README.md.
 */
import { index, onchainTable, primaryKey } from "ponder";

// ------------------------------------------------------------------------------------------------ Task types

/** A task type with its pool, its escrow and its evidence. */
export const taskType = onchainTable(
  "task_type",
  (t) => ({
    id: t.hex().primaryKey(),
    creator: t.hex().notNull(),
    /** Text of a stranger, cut. */
    metadata: t.text().notNull(),
    superToken: t.hex().notNull(),
    distributionPool: t.hex().notNull(),

    // Terms, which never change; the letters are those of the specification.
    unitRate: t.bigint().notNull(),
    epochLength: t.integer().notNull(),
    horizon: t.integer().notNull(),
    acknowledgementGrace: t.integer().notNull(),
    reportDelay: t.integer().notNull(),
    signalTimeToLive: t.integer().notNull(),
    receiptEpochs: t.integer().notNull(),
    smoothing: t.bigint().notNull(),
    verifier: t.hex().notNull(),
    admission: t.hex().notNull(),
    minimumStake: t.bigint().notNull(),
    bondPerUnit: t.bigint().notNull(),
    bufferMax: t.bigint().notNull(),

    // The pool. What flows goes on flowing after `updatedAtTimestamp`.
    totalUnits: t.bigint().notNull(),
    sinkUnits: t.bigint().notNull(),
    escrowUnits: t.bigint().notNull(),
    feeUnits: t.bigint().notNull(),
    /** Wei per second to all members, and what Superfluid could not split. */
    flowRate: t.bigint().notNull(),
    adjustmentFlowRate: t.bigint().notNull(),
    /** The price: wei per second and unit. */
    perUnitFlowRate: t.bigint().notNull(),
    /** Wei that one unit has been paid since the beginning, drains included. */
    perUnitSettledValue: t.bigint().notNull(),
    priceCap: t.bigint().notNull(),
    /** Wei per second that a pipeline allows the sinks together; null for no limit. */
    flowRateLimit: t.bigint(),
    /** Wei that streams have paid, to members and to the pool's admin. */
    streamed: t.bigint().notNull(),
    /** Of it, wei that could not be split and went to the pool's admin. */
    dust: t.bigint().notNull(),
    /** Wei that the sinks were paid, drains included. */
    paid: t.bigint().notNull(),
    fee: t.bigint().notNull(),

    // The escrow.
    /** Wei of overflow, what is set aside for sources included. */
    escrow: t.bigint().notNull(),
    deposits: t.bigint().notNull(),
    drained: t.bigint().notNull(),
    released: t.bigint().notNull(),
    returned: t.bigint().notNull(),
    donated: t.bigint().notNull(),
    slashed: t.bigint().notNull(),

    // Evidence.
    acknowledged: t.bigint().notNull(),
    /** Of the pool's pay in the latest window that closed: the share that took part, and pi, what was acknowledged; 1e18 = 1. */
    participation: t.bigint(),
    evidence: t.bigint(),

    // The pipeline.
    downstream: t.hex(),
    ratio: t.bigint(),

    sinkCount: t.integer().notNull(),
    sourceCount: t.integer().notNull(),
    /** Place among all events of the one that registered it: its block's number times a million, and its own in the block. */
    registeredAtEvent: t.bigint().notNull(),
    createdAtTimestamp: t.bigint().notNull(),
    createdAtBlockNumber: t.bigint().notNull(),
    updatedAtTimestamp: t.bigint().notNull(),
    updatedAtBlockNumber: t.bigint().notNull(),
  }),
  (table) => ({
    creator: index().on(table.creator),
    downstream: index().on(table.downstream),
    flowRate: index().on(table.flowRate),
  }),
);

/** Which task type a distribution pool belongs to. */
export const distributionPool = onchainTable("distribution_pool", (t) => ({
  address: t.hex().primaryKey(),
  taskTypeId: t.hex().notNull(),
}));

/** Prices per hour: the pool as of the last event of each hour that had one. */
export const taskTypeSnapshot = onchainTable(
  "task_type_snapshot",
  (t) => ({
    taskTypeId: t.hex().notNull(),
    /** When the hour began. */
    hour: t.bigint().notNull(),
    perUnitFlowRate: t.bigint().notNull(),
    /** Highest and lowest price in the hour, the one that it began with included. */
    highestPerUnitFlowRate: t.bigint().notNull(),
    lowestPerUnitFlowRate: t.bigint().notNull(),
    priceCap: t.bigint().notNull(),
    perUnitSettledValue: t.bigint().notNull(),
    flowRate: t.bigint().notNull(),
    sinkUnits: t.bigint().notNull(),
    escrowUnits: t.bigint().notNull(),
    streamed: t.bigint().notNull(),
    paid: t.bigint().notNull(),
    escrow: t.bigint().notNull(),
    acknowledged: t.bigint().notNull(),
    evidence: t.bigint(),
    updatedAtTimestamp: t.bigint().notNull(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.taskTypeId, table.hour] }) }),
);

/** The pool as of the last event of each block that had one. */
export const taskTypeLog = onchainTable(
  "task_type_log",
  (t) => ({
    taskTypeId: t.hex().notNull(),
    blockNumber: t.bigint().notNull(),
    timestamp: t.bigint().notNull(),
    perUnitFlowRate: t.bigint().notNull(),
    priceCap: t.bigint().notNull(),
    flowRate: t.bigint().notNull(),
    sinkUnits: t.bigint().notNull(),
    escrowUnits: t.bigint().notNull(),
    escrow: t.bigint().notNull(),
    evidence: t.bigint(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.taskTypeId, table.blockNumber] }) }),
);

// ------------------------------------------------------------------------------------------------ Sinks

export const sink = onchainTable(
  "sink",
  (t) => ({
    taskTypeId: t.hex().notNull(),
    account: t.hex().notNull(),
    registered: t.boolean().notNull(),
    /** Place of the latest registration, as of a task type; null before the first. */
    registeredAtEvent: t.bigint(),
    /** Text of a stranger, cut. */
    profileUri: t.text().notNull(),
    /** Units in the pool: the effective capacity when they last moved. */
    units: t.bigint().notNull(),
    /** Wei that the pool had paid it when its units last changed, and what one unit had been paid then. */
    settledAmount: t.bigint().notNull(),
    syncedPerUnitSettledValue: t.bigint().notNull(),
    declaredCapacity: t.bigint().notNull(),
    declaredBacklog: t.bigint().notNull(),
    verifiedBacklog: t.bigint().notNull(),
    signalledAtTimestamp: t.bigint(),
    stake: t.bigint().notNull(),
    /** Units that the stake backs. */
    bonded: t.bigint().notNull(),
    unbonding: t.bigint().notNull(),
    unbondedAtTimestamp: t.bigint(),
    acknowledged: t.bigint().notNull(),
    owed: t.bigint().notNull(),
    strikes: t.integer().notNull(),
    slashed: t.bigint().notNull(),
    charged: t.bigint().notNull(),
    createdAtTimestamp: t.bigint().notNull(),
    updatedAtTimestamp: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.taskTypeId, table.account] }),
    account: index().on(table.account),
    units: index().on(table.taskTypeId, table.units),
  }),
);

/** A sink as of its last event of each hour that had one. */
export const sinkSnapshot = onchainTable(
  "sink_snapshot",
  (t) => ({
    taskTypeId: t.hex().notNull(),
    account: t.hex().notNull(),
    hour: t.bigint().notNull(),
    units: t.bigint().notNull(),
    /** Wei that the pool had paid it by `updatedAtTimestamp`. */
    paid: t.bigint().notNull(),
    declaredCapacity: t.bigint().notNull(),
    acknowledged: t.bigint().notNull(),
    owed: t.bigint().notNull(),
    stake: t.bigint().notNull(),
    updatedAtTimestamp: t.bigint().notNull(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.taskTypeId, table.account, table.hour] }) }),
);

// ------------------------------------------------------------------------------------------------ Sources

export const source = onchainTable(
  "source",
  (t) => ({
    taskTypeId: t.hex().notNull(),
    account: t.hex().notNull(),
    /** Place of its first stream, as of a task type; null if it has never streamed. */
    openedAtEvent: t.bigint(),
    flowRate: t.bigint().notNull(),
    /** Wei streamed by `flowUpdatedAtTimestamp`. */
    streamed: t.bigint().notNull(),
    flowUpdatedAtTimestamp: t.bigint().notNull(),
    returned: t.bigint().notNull(),
    acknowledged: t.bigint().notNull(),
    /** Of the overflow, 1e18ths, as of `syncedAtTimestamp`. */
    shares: t.bigint().notNull(),
    syncedAtTimestamp: t.bigint(),
    /** When what it asked to have back is its own; null if it never asked. */
    returnsAtTimestamp: t.bigint(),
    deposited: t.bigint().notNull(),
    createdAtTimestamp: t.bigint().notNull(),
    updatedAtTimestamp: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.taskTypeId, table.account] }),
    account: index().on(table.account),
    flowRate: index().on(table.taskTypeId, table.flowRate),
  }),
);

/** A source as of its last event of each hour that had one. */
export const sourceSnapshot = onchainTable(
  "source_snapshot",
  (t) => ({
    taskTypeId: t.hex().notNull(),
    account: t.hex().notNull(),
    hour: t.bigint().notNull(),
    flowRate: t.bigint().notNull(),
    /** Wei streamed by `updatedAtTimestamp`. */
    streamed: t.bigint().notNull(),
    returned: t.bigint().notNull(),
    acknowledged: t.bigint().notNull(),
    updatedAtTimestamp: t.bigint().notNull(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.taskTypeId, table.account, table.hour] }) }),
);

/** A prepayment; drains spend them oldest first, which the escrow's totals show. */
export const deposit = onchainTable(
  "deposit",
  (t) => ({
    taskTypeId: t.hex().notNull(),
    depositId: t.bigint().notNull(),
    owner: t.hex().notNull(),
    amount: t.bigint().notNull(),
    /** What its owner took back; null while it waits or is spent. */
    withdrawn: t.bigint(),
    createdAtTimestamp: t.bigint().notNull(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.taskTypeId, table.depositId] }), owner: index().on(table.owner) }),
);

// ------------------------------------------------------------------------------------------------ Events

/** A signal that counted: what a sink declared, capped by its bond. */
export const signalLog = onchainTable(
  "signal_log",
  (t) => ({
    id: t.text().primaryKey(),
    taskTypeId: t.hex().notNull(),
    sink: t.hex().notNull(),
    capacity: t.bigint().notNull(),
    backlog: t.bigint().notNull(),
    timestamp: t.bigint().notNull(),
    blockNumber: t.bigint().notNull(),
    transactionHash: t.hex().notNull(),
  }),
  (table) => ({ of: index().on(table.taskTypeId, table.sink, table.timestamp) }),
);

/** Units of a sink moved. */
export const unitsLog = onchainTable(
  "units_log",
  (t) => ({
    id: t.text().primaryKey(),
    taskTypeId: t.hex().notNull(),
    sink: t.hex().notNull(),
    oldUnits: t.bigint().notNull(),
    newUnits: t.bigint().notNull(),
    timestamp: t.bigint().notNull(),
    blockNumber: t.bigint().notNull(),
    transactionHash: t.hex().notNull(),
  }),
  (table) => ({ of: index().on(table.taskTypeId, table.sink, table.timestamp) }),
);

/** A receipt that counted: `amount` more wei acknowledged, `completed` in all. */
export const receiptLog = onchainTable(
  "receipt_log",
  (t) => ({
    id: t.text().primaryKey(),
    taskTypeId: t.hex().notNull(),
    source: t.hex().notNull(),
    sink: t.hex().notNull(),
    amount: t.bigint().notNull(),
    completed: t.bigint().notNull(),
    timestamp: t.bigint().notNull(),
    blockNumber: t.bigint().notNull(),
    transactionHash: t.hex().notNull(),
  }),
  (table) => ({
    sink: index().on(table.taskTypeId, table.sink, table.timestamp),
    source: index().on(table.taskTypeId, table.source, table.timestamp),
  }),
);

/** A window of a sink's ledger closed, or was dropped (then nothing is known of its shares and strikes). */
export const windowLog = onchainTable(
  "window_log",
  (t) => ({
    id: t.text().primaryKey(),
    taskTypeId: t.hex().notNull(),
    sink: t.hex().notNull(),
    participation: t.bigint(),
    evidence: t.bigint(),
    owed: t.bigint().notNull(),
    strikes: t.integer(),
    timestamp: t.bigint().notNull(),
    blockNumber: t.bigint().notNull(),
    transactionHash: t.hex().notNull(),
  }),
  (table) => ({ of: index().on(table.taskTypeId, table.sink, table.timestamp) }),
);

/** A bond was taken from: "slashed" after three strikes, "charged" when the sink left. */
export const slashLog = onchainTable(
  "slash_log",
  (t) => ({
    id: t.text().primaryKey(),
    taskTypeId: t.hex().notNull(),
    sink: t.hex().notNull(),
    kind: t.text().notNull(),
    amount: t.bigint().notNull(),
    timestamp: t.bigint().notNull(),
    blockNumber: t.bigint().notNull(),
    transactionHash: t.hex().notNull(),
  }),
  (table) => ({ of: index().on(table.taskTypeId, table.timestamp) }),
);

/** The escrow paid the sinks. */
export const drainLog = onchainTable(
  "drain_log",
  (t) => ({
    id: t.text().primaryKey(),
    taskTypeId: t.hex().notNull(),
    fromOverflow: t.bigint().notNull(),
    fromDeposits: t.bigint().notNull(),
    timestamp: t.bigint().notNull(),
    blockNumber: t.bigint().notNull(),
    transactionHash: t.hex().notNull(),
  }),
  (table) => ({ of: index().on(table.taskTypeId, table.timestamp) }),
);

/** Overflow was set aside for the sources. */
export const releaseLog = onchainTable(
  "release_log",
  (t) => ({
    id: t.text().primaryKey(),
    taskTypeId: t.hex().notNull(),
    amount: t.bigint().notNull(),
    timestamp: t.bigint().notNull(),
    blockNumber: t.bigint().notNull(),
    transactionHash: t.hex().notNull(),
  }),
  (table) => ({ of: index().on(table.taskTypeId, table.timestamp) }),
);

/** A source was paid what was set aside for it; negative where its account refused the money. */
export const returnLog = onchainTable(
  "return_log",
  (t) => ({
    id: t.text().primaryKey(),
    taskTypeId: t.hex().notNull(),
    source: t.hex().notNull(),
    amount: t.bigint().notNull(),
    timestamp: t.bigint().notNull(),
    blockNumber: t.bigint().notNull(),
    transactionHash: t.hex().notNull(),
  }),
  (table) => ({ of: index().on(table.taskTypeId, table.source, table.timestamp) }),
);

/** A source opened, changed or closed its stream; or Superfluid did, when it was out of money. */
export const streamLog = onchainTable(
  "stream_log",
  (t) => ({
    id: t.text().primaryKey(),
    taskTypeId: t.hex().notNull(),
    source: t.hex().notNull(),
    operator: t.hex().notNull(),
    oldFlowRate: t.bigint().notNull(),
    newFlowRate: t.bigint().notNull(),
    timestamp: t.bigint().notNull(),
    blockNumber: t.bigint().notNull(),
    transactionHash: t.hex().notNull(),
  }),
  (table) => ({ of: index().on(table.taskTypeId, table.source, table.timestamp) }),
);
