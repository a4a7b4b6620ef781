/** What the indexer is asked. Numbers come as decimal text, and are made bigints here. */
import type { Address, Hex } from "viem";

/** The indexer did not answer, or not with what was asked. */
export class IndexerError extends Error {
  override name = "IndexerError";
}

/** Rows of a table at once. */
export const PAGE = 50;

/** Moments of a chart at most. */
export const MOMENTS = 240;

export type Row<bigs extends string, others> = Record<bigs, bigint> & others;

export type TaskTypeRow = Row<
  | "unitRate"
  | "totalUnits"
  | "sinkUnits"
  | "escrowUnits"
  | "feeUnits"
  | "flowRate"
  | "adjustmentFlowRate"
  | "perUnitFlowRate"
  | "perUnitSettledValue"
  | "priceCap"
  | "streamed"
  | "dust"
  | "paid"
  | "fee"
  | "escrow"
  | "deposits"
  | "returned"
  | "slashed"
  | "acknowledged"
  | "bufferMax"
  | "updatedAtTimestamp",
  {
    id: Hex;
    creator: Address;
    metadata: string;
    superToken: Address;
    distributionPool: Address;
    participation: bigint | null;
    evidence: bigint | null;
    flowRateLimit: bigint | null;
    downstream: Hex | null;
    sinkCount: number;
    sourceCount: number;
  }
>;

export type SinkRow = Row<
  | "units"
  | "settledAmount"
  | "syncedPerUnitSettledValue"
  | "declaredCapacity"
  | "declaredBacklog"
  | "verifiedBacklog"
  | "stake"
  | "bonded"
  | "unbonding"
  | "acknowledged"
  | "owed"
  | "slashed",
  { account: Address; registered: boolean; profileUri: string; strikes: number; signalledAtTimestamp: bigint | null }
>;

export type SourceRow = Row<
  "flowRate" | "streamed" | "flowUpdatedAtTimestamp" | "returned" | "acknowledged" | "deposited",
  { account: Address }
>;

export type Moment = Row<
  "blockNumber" | "timestamp" | "perUnitFlowRate" | "priceCap" | "flowRate" | "escrow",
  { evidence: bigint | null }
>;

export type SlashRow = Row<"amount" | "timestamp", { sink: Address; kind: string }>;

type Page<item> = { items: item[]; totalCount: number; pageInfo: { hasNextPage: boolean; endCursor: string | null } };

const TASK_TYPE =
  "id creator metadata superToken distributionPool unitRate bufferMax totalUnits sinkUnits escrowUnits feeUnits flowRate " +
  "adjustmentFlowRate perUnitFlowRate perUnitSettledValue priceCap flowRateLimit streamed dust paid fee escrow deposits " +
  "returned slashed acknowledged participation evidence downstream sinkCount sourceCount updatedAtTimestamp";
const SINK =
  "account registered profileUri units settledAmount syncedPerUnitSettledValue declaredCapacity declaredBacklog " +
  "verifiedBacklog signalledAtTimestamp stake bonded unbonding acknowledged owed strikes slashed";
const SOURCE = "account flowRate streamed flowUpdatedAtTimestamp returned acknowledged deposited";
const MOMENT = "blockNumber timestamp perUnitFlowRate priceCap flowRate escrow evidence";
const PAGED = "totalCount pageInfo { hasNextPage endCursor }";

/** Fields that stay text or numbers, though they may look like numbers. */
const TEXTS = new Set([
  "metadata",
  "profileUri",
  "sinkCount",
  "sourceCount",
  "strikes",
  "totalCount",
  "kind",
  "endCursor",
]);

/** Text that is a number, as a number. */
function revive(name: string, value: unknown): unknown {
  return typeof value === "string" && !TEXTS.has(name) && /^-?\d+$/.test(value) ? BigInt(value) : value;
}

async function ask<result>(url: string, query: string, variables: object, signal?: AbortSignal): Promise<result> {
  const body = JSON.stringify({ query, variables });
  const headers = { "content-type": "application/json" };
  const timeout = AbortSignal.timeout(15_000);
  let answer: { data?: result; errors?: { message: string }[] };
  try {
    const both = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    const response = await fetch(new URL("graphql", `${url}/`), { method: "POST", headers, body, signal: both });
    answer = JSON.parse(await response.text(), revive);
  } catch (cause) {
    throw new IndexerError("the indexer does not answer", { cause });
  }
  if (answer.data === undefined || answer.errors !== undefined) {
    throw new IndexerError(`the indexer refused: ${answer.errors?.[0]?.message ?? "no reason given"}`);
  }
  return answer.data;
}

export type PoolList = { page: Page<TaskTypeRow>; now: bigint };

/** Pools by what comes in, most first. @param search A part of the name, a task type, or its creator. */
export async function findPools(
  url: string,
  search: string,
  after: string | null,
  signal?: AbortSignal,
): Promise<PoolList> {
  const where = whereOf(search.trim());
  const { taskTypes, _meta } = await ask<{ taskTypes: Page<TaskTypeRow>; _meta: Meta }>(
    url,
    `query ($where: taskTypeFilter, $after: String) {
      taskTypes(where: $where, after: $after, limit: ${PAGE}, orderBy: "flowRate", orderDirection: "desc") {
        items { ${TASK_TYPE} } ${PAGED}
      }
      _meta { status }
    }`,
    { where, after },
    signal,
  );
  return { page: taskTypes, now: nowOf(_meta) };
}

function whereOf(search: string): object {
  if (search === "") return {};
  if (/^0x[0-9a-f]{64}$/i.test(search)) return { id: search.toLowerCase() };
  if (/^0x[0-9a-f]{40}$/i.test(search)) return { creator: search.toLowerCase() };
  return { metadata_contains_nocase: search };
}

type Meta = { status: Record<string, { block: { timestamp: number } }> | null };

/** The time up to which the indexer knows everything, Unix seconds. */
const nowOf = ({ status }: Meta): bigint =>
  BigInt(Math.max(0, ...Object.values(status ?? {}).map(({ block }) => block?.timestamp ?? 0)));

export type PoolHistory = {
  taskType: TaskTypeRow | null;
  sources: Page<SourceRow>;
  topSinks: Page<SinkRow>;
  /** In order of time. */
  moments: Moment[];
  slashes: SlashRow[];
  upstream: { id: Hex; metadata: string }[];
  now: bigint;
};

/** All that a pool's page shows, but for the list of its sinks. */
export async function getPoolHistory(url: string, id: Hex, signal?: AbortSignal): Promise<PoolHistory> {
  const answer = await ask<{
    taskType: TaskTypeRow | null;
    sources: Page<SourceRow>;
    topSinks: Page<SinkRow>;
    moments: Page<Moment>;
    slashes: Page<SlashRow>;
    upstream: Page<{ id: Hex; metadata: string }>;
    _meta: Meta;
  }>(
    url,
    `query ($id: String!) {
      taskType(id: $id) { ${TASK_TYPE} }
      sources(where: { taskTypeId: $id }, limit: ${PAGE}, orderBy: "flowRate", orderDirection: "desc") {
        items { ${SOURCE} } ${PAGED}
      }
      topSinks: sinks(where: { taskTypeId: $id }, limit: 8, orderBy: "units", orderDirection: "desc") {
        items { ${SINK} } ${PAGED}
      }
      moments: taskTypeLogs(where: { taskTypeId: $id }, limit: ${MOMENTS}, orderBy: "blockNumber", orderDirection: "desc") {
        items { ${MOMENT} }
      }
      slashes: slashLogs(where: { taskTypeId: $id }, limit: 20, orderBy: "timestamp", orderDirection: "desc") {
        items { sink kind amount timestamp }
      }
      upstream: taskTypes(where: { downstream: $id }, limit: 20) { items { id metadata } }
      _meta { status }
    }`,
    { id },
    signal,
  );
  const { taskType, sources, topSinks, moments, slashes, upstream, _meta } = answer;
  const lists = { moments: moments.items.reverse(), slashes: slashes.items, upstream: upstream.items };
  return { taskType, sources, topSinks, ...lists, now: nowOf(_meta) };
}

/** Sinks of a pool by units, most first. */
export async function findSinks(
  url: string,
  id: Hex,
  after: string | null,
  signal?: AbortSignal,
): Promise<Page<SinkRow>> {
  const { sinks } = await ask<{ sinks: Page<SinkRow> }>(
    url,
    `query ($id: String!, $after: String) {
      sinks(where: { taskTypeId: $id }, after: $after, limit: ${PAGE}, orderBy: "units", orderDirection: "desc") {
        items { ${SINK} } ${PAGED}
      }
    }`,
    { id, after },
    signal,
  );
  return sinks;
}

export type SinkHistory = {
  taskType: TaskTypeRow | null;
  sink: SinkRow | null;
  /** In order of time: what it declared, what it was judged by. */
  signals: Row<"capacity" | "backlog" | "timestamp", object>[];
  units: Row<"newUnits" | "timestamp", object>[];
  receipts: Row<"amount" | "timestamp", { source: Address }>[];
  slashes: SlashRow[];
  now: bigint;
};

export async function getSinkHistory(
  url: string,
  id: Hex,
  account: Address,
  signal?: AbortSignal,
): Promise<SinkHistory> {
  const of = "where: { taskTypeId: $id, sink: $account }";
  const latest = 'orderBy: "timestamp", orderDirection: "desc"';
  type Answer = Pick<SinkHistory, "taskType" | "sink"> & { _meta: Meta } & {
    [list in "signals" | "units" | "receipts" | "slashes"]: { items: never[] };
  };
  const { signals, units, receipts, slashes, _meta, ...found } = await ask<Answer>(
    url,
    `query ($id: String!, $account: String!) {
      taskType(id: $id) { ${TASK_TYPE} }
      sink(taskTypeId: $id, account: $account) { ${SINK} }
      signals: signalLogs(${of}, limit: ${MOMENTS}, ${latest}) { items { capacity backlog timestamp } }
      units: unitsLogs(${of}, limit: ${MOMENTS}, ${latest}) { items { newUnits timestamp } }
      receipts: receiptLogs(${of}, limit: 20, ${latest}) { items { source amount timestamp } }
      slashes: slashLogs(${of}, limit: 20, ${latest}) { items { sink kind amount timestamp } }
      _meta { status }
    }`,
    { id, account: account.toLowerCase() },
    signal,
  );
  const inTime = { signals: signals.items.reverse(), units: units.items.reverse() };
  return { ...found, ...inTime, receipts: receipts.items, slashes: slashes.items, now: nowOf(_meta) };
}

export type SourceHistory = {
  taskType: TaskTypeRow | null;
  source: SourceRow | null;
  streams: Row<"oldFlowRate" | "newFlowRate" | "timestamp", object>[];
  returns: Row<"amount" | "timestamp", object>[];
  now: bigint;
};

export async function getSourceHistory(
  url: string,
  id: Hex,
  account: Address,
  signal?: AbortSignal,
): Promise<SourceHistory> {
  const of = "where: { taskTypeId: $id, source: $account }";
  const latest = 'orderBy: "timestamp", orderDirection: "desc"';
  type Answer = Pick<SourceHistory, "taskType" | "source"> & { _meta: Meta } & {
    [list in "streams" | "returns"]: { items: never[] };
  };
  const { streams, returns, _meta, ...found } = await ask<Answer>(
    url,
    `query ($id: String!, $account: String!) {
      taskType(id: $id) { ${TASK_TYPE} }
      source(taskTypeId: $id, account: $account) { ${SOURCE} }
      streams: streamLogs(${of}, limit: ${MOMENTS}, ${latest}) { items { oldFlowRate newFlowRate timestamp } }
      returns: returnLogs(${of}, limit: 20, ${latest}) { items { amount timestamp } }
      _meta { status }
    }`,
    { id, account: account.toLowerCase() },
    signal,
  );
  return { ...found, streams: streams.items.reverse(), returns: returns.items, now: nowOf(_meta) };
}

/** A pipeline from one task type on, as far as the indexer knows it. */
export async function getStages(
  url: string,
  id: Hex,
  signal?: AbortSignal,
): Promise<{ stages: TaskTypeRow[]; now: bigint }> {
  const stages: TaskTypeRow[] = [];
  let now = 0n;
  for (let next: Hex | null = id; next !== null; ) {
    const query = `query ($id: String!) { taskType(id: $id) { ${TASK_TYPE} } _meta { status } }`;
    const { taskType, _meta }: { taskType: TaskTypeRow | null; _meta: Meta } = await ask(
      url,
      query,
      { id: next },
      signal,
    );
    now = nowOf(_meta);
    if (taskType === null || stages.some(({ id: seen }) => seen === taskType.id)) break;
    stages.push(taskType);
    next = taskType.downstream;
  }
  return { stages, now };
}
