import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Hex } from "viem";
import { max } from "../../../ts/core/bigints.ts";
import { poolAttention, staleLimit } from "../../../ts/operate/inspect/attention.ts";
import type { GetPoolReturnType } from "../../../ts/sdk/read/getPool.ts";
import { formatAmount } from "../../../ts/sdk/utils/format.ts";
import { REFRESH, usePool, useSymbols } from "../chain.ts";
import { useConfig } from "../context.tsx";
import { paidBy, payOf, poolAt, share, streamedBy } from "../flowing.ts";
import { findSinks, getPoolHistory, type PoolHistory, type SinkRow, type TaskTypeRow } from "../indexer.ts";
import { Account, AccountLink } from "../parts/Account.tsx";
import { Attention } from "../parts/Attention.tsx";
import { Chart } from "../parts/Chart.tsx";
import { NEUTRAL } from "../parts/colours.ts";
import { type Fact, Facts } from "../parts/Facts.tsx";
import { Notices, Waiting } from "../parts/Notices.tsx";
import { Nowhere, whyNowhere } from "../parts/Nowhere.tsx";
import { type Column, More, Table } from "../parts/Table.tsx";
import { amount, count, dated, inMonth, moment, monthly, named, percent, short } from "../parts/words.ts";
import { href } from "../routes.ts";
import { PoolFlow } from "./PoolFlow.tsx";

/** One pool: what comes in, who is paid, what waits, who was slashed, what needs attention. */
export function Pool({ taskTypeId }: { taskTypeId: Hex }) {
  const { indexerUrl } = useConfig();
  const chain = usePool(taskTypeId);
  const history = useQuery({
    queryKey: ["pool", taskTypeId],
    queryFn: ({ signal }) => getPoolHistory(indexerUrl, taskTypeId, signal),
    refetchInterval: REFRESH,
  });
  const known = history.data;
  const now = chain.data ? BigInt(chain.data.timestamp) : (known?.now ?? 0n);
  const pool = known?.taskType ? poolAt(known.taskType, now) : undefined;
  const token = pool?.superToken ?? chain.data?.taskType.superToken;
  const symbol = useSymbols(token ? [token] : [])(token ?? "0x");
  const attention = chain.data && [...poolAttention(chain.data, symbol), ...staleLimit(chain.data)];
  const nowhere = whyNowhere(history, chain);
  if (nowhere !== undefined) return <Nowhere why={nowhere} />;
  return (
    <>
      <p className="crumbs">
        <a href={href.pools()}>Pools</a>
      </p>
      <h1>{named(pool?.metadata ?? "", taskTypeId)}</h1>
      <Notices indexer={history} chain={chain} known={known?.now} now={chain.data?.timestamp} />
      <Waiting asked={[history, chain]} />
      {(pool || chain.data) && <Attention items={attention} />}
      {known && pool && <PoolFlow known={known} pool={pool} symbol={symbol} />}
      <PoolFacts
        pool={pool}
        chain={chain.data}
        symbol={symbol}
        taskTypeId={taskTypeId}
        upstream={known?.upstream ?? []}
      />
      {known && pool && <Charts known={known} pool={pool} symbol={symbol} />}
      {known && pool && <Sinks pool={pool} symbol={symbol} />}
      {known && pool && <Sources known={known} now={now} symbol={symbol} id={taskTypeId} />}
      {known && pool && <Slashes known={known} symbol={symbol} id={taskTypeId} />}
    </>
  );
}

function PoolFacts(props: {
  pool: TaskTypeRow | undefined;
  chain: GetPoolReturnType | undefined;
  symbol: string;
  taskTypeId: Hex;
  upstream: PoolHistory["upstream"];
}) {
  const { pool, chain, symbol, taskTypeId, upstream } = props;
  if (!pool && !chain) return null;
  const price = chain?.price ?? pool?.perUnitFlowRate ?? 0n;
  const cap = chain?.priceCap ?? pool?.priceCap ?? 0n;
  const limited = chain ? chain.limit !== undefined : pool?.flowRateLimit !== null;
  const facts: Fact[] = [
    ["Price per unit", `${monthly(price, symbol)}, ${percent(share(price, cap))} of its cap`],
    ["Price cap", `${monthly(cap, symbol)}${limited ? ", limited by the pipeline" : ""}`],
    ["Sinks can take", chain && monthly(chain.intake, symbol)],
    [
      "Escrow overflow",
      chain
        ? `${amount(chain.escrow.overflow, symbol)} of ${amount(chain.taskType.bufferMax, symbol)}`
        : pool && amount(pool.escrow, symbol),
    ],
    ["Set aside for sources", chain && amount(chain.escrow.setAside, symbol)],
    ["Deposits", amount(chain?.escrow.deposits ?? pool?.deposits ?? 0n, symbol)],
    ["Evidence", evidenceOf(pool, chain)],
    ["Streamed", amount(chain?.streamed ?? (pool ? pool.streamed - pool.dust : 0n), symbol)],
    ["Paid to sinks", amount(chain?.paid ?? pool?.paid ?? 0n, symbol)],
    ["Returned to sources", pool && amount(pool.returned, symbol)],
    ["Acknowledged", pool && amount(pool.acknowledged, symbol)],
    ["Slashed", pool && amount(pool.slashed, symbol)],
    [
      "Feeds",
      pool?.downstream ? (
        <a key="feeds" href={href.pipeline(taskTypeId)}>
          the next stage: see the pipeline
        </a>
      ) : undefined,
    ],
    [
      "Fed by",
      upstream.length === 0
        ? undefined
        : upstream.map(({ id, metadata }) => (
            <a key={id} className="listed" href={href.pool(id)}>
              {named(metadata, id)}
            </a>
          )),
    ],
    [
      "Task type",
      <code key="id" className="long">
        {taskTypeId}
      </code>,
    ],
    [
      "Pool at Superfluid",
      <Account key="pool" address={chain?.taskType.distributionPool ?? (pool?.distributionPool as Hex)} />,
    ],
    ["As of", moment(chain?.timestamp ?? Number(pool?.updatedAtTimestamp ?? 0n))],
  ];
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">The pool</h2>
      <Facts facts={facts} />
    </section>
  );
}

/** Whether sinks can be judged, and pi: how much of the pay is acknowledged. */
function evidenceOf(pool: TaskTypeRow | undefined, chain: GetPoolReturnType | undefined): string {
  const acknowledged =
    pool?.evidence == null
      ? undefined
      : `π = ${percent(Number(pool.evidence) / 1e18)} of the pay was acknowledged in the latest window`;
  if (!chain) return acknowledged ?? "no window has closed yet";
  if (chain.evidence === undefined) return "kept by another verifier";
  const { verified, participation } = chain.evidence;
  const says = `${verified ? "verified" : "unverified"}, receipts speak for ${percent(participation)} of the pay`;
  return acknowledged === undefined ? says : `${says}; ${acknowledged}`;
}

function Charts({ known: { moments }, pool, symbol }: { known: PoolHistory; pool: TaskTypeRow; symbol: string }) {
  const points = moments.map((at) => ({
    time: Number(at.timestamp),
    price: 100 * share(at.perUnitFlowRate, pool.unitRate),
    cap: 100 * share(at.priceCap, pool.unitRate),
    escrow: Number(at.escrow / 10n ** 12n) / 1e6,
  }));
  const prices = points.map(({ price }) => price);
  const range = `from ${Math.min(...prices).toFixed(0)} % to ${Math.max(...prices).toFixed(0)} %`;
  const highest = moments.reduce((most, { escrow }) => max(escrow, most), 0n);
  return (
    <section aria-labelledby="history">
      <h2 id="history">How it came to that</h2>
      <div className="charts">
        <Chart
          title="Price against its cap"
          points={points}
          series={[
            { key: "price", name: "price", colour: "var(--accent)" },
            { key: "cap", name: "cap", colour: "var(--warn)", dashed: true },
          ]}
          written={(value) => `${Math.round(value)} %`}
          words={`The last ${points.length} changes: the price was ${range} of the unit rate, and is ${(prices.at(-1) ?? 0).toFixed(0)} %. The dashed line is the cap.`}
        />
        <Chart
          title={`Escrow, ${symbol}`}
          points={points}
          series={[{ key: "escrow", name: "escrow", colour: NEUTRAL }]}
          written={(value) => value.toLocaleString("en-GB", { maximumSignificantDigits: 3 })}
          words={`It held at most ${amount(highest, symbol)}, and holds ${amount(pool.escrow, symbol)}, what is set aside for sources included.`}
        />
      </div>
    </section>
  );
}

function Sinks({ pool, symbol }: { pool: TaskTypeRow; symbol: string }) {
  const { indexerUrl } = useConfig();
  const list = useInfiniteQuery({
    queryKey: ["sinks", pool.id],
    queryFn: ({ pageParam, signal }) => findSinks(indexerUrl, pool.id, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
    refetchInterval: 2 * REFRESH,
  });
  const pages = list.data?.pages ?? [];
  const rows = pages.flatMap(({ items }) => items);
  return (
    <section aria-labelledby="sinks">
      <h2 id="sinks">Sinks</h2>
      {list.data && (
        <>
          <Table
            caption="Sinks"
            columns={sinkColumns(pool, symbol)}
            rows={rows}
            keyOf={({ account }) => account}
            none="No sink has a stake yet."
          />
          <More
            shown={rows.length}
            total={pages[0]?.totalCount ?? 0}
            what="sinks"
            busy={list.isFetching}
            more={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
          />
        </>
      )}
    </section>
  );
}

const sinkColumns = (pool: TaskTypeRow, symbol: string): Column<SinkRow>[] => [
  { name: "Sink", cell: ({ account }) => <AccountLink href={href.sink(pool.id, account)} address={account} /> },
  { name: `Pay, ${symbol}/month`, numeric: true, cell: (sink) => inMonth(payOf(sink, pool)) },
  { name: "Declared", numeric: true, cell: ({ declaredCapacity }) => count(declaredCapacity) },
  { name: "Effective", numeric: true, cell: ({ units }) => count(units) },
  { name: "Bonded", numeric: true, cell: ({ bonded }) => count(bonded) },
  { name: `Paid, ${symbol}`, numeric: true, cell: (sink) => short(paidBy(sink, pool)) },
  { name: `Acknowledged, ${symbol}`, numeric: true, cell: ({ acknowledged }) => short(acknowledged) },
  {
    name: "Backlog",
    numeric: true,
    cell: ({ declaredBacklog, verifiedBacklog }) => count(max(declaredBacklog, verifiedBacklog)),
  },
  { name: "State", cell: stateOf },
];

function stateOf({ registered, slashed, strikes, units }: SinkRow): string {
  if (!registered) return "not registered";
  const marks = [...(slashed > 0n ? ["slashed"] : []), ...(strikes > 0 ? [`${strikes} of 3 strikes`] : [])];
  return [units > 0n ? "paid" : "idle", ...marks].join(", ");
}

function Sources({ known, now, symbol, id }: { known: PoolHistory; now: bigint; symbol: string; id: Hex }) {
  const { items, totalCount } = known.sources;
  return (
    <section aria-labelledby="sources">
      <h2 id="sources">Sources</h2>
      <Table
        caption="Sources"
        none="Nobody has paid yet."
        keyOf={({ account }) => account}
        rows={items}
        columns={[
          { name: "Source", cell: ({ account }) => <AccountLink href={href.source(id, account)} address={account} /> },
          {
            name: `Stream, ${symbol}/month`,
            numeric: true,
            cell: ({ flowRate }) => (flowRate === 0n ? "closed" : inMonth(flowRate)),
          },
          { name: `Streamed, ${symbol}`, numeric: true, cell: (source) => short(streamedBy(source, now)) },
          { name: `Returned, ${symbol}`, numeric: true, cell: ({ returned }) => short(returned) },
          { name: `Acknowledged, ${symbol}`, numeric: true, cell: ({ acknowledged }) => short(acknowledged) },
        ]}
      />
      <More shown={items.length} total={totalCount} what="sources" busy={false} more={undefined} />
    </section>
  );
}

function Slashes({ known: { slashes }, symbol, id }: { known: PoolHistory; symbol: string; id: Hex }) {
  return (
    <section aria-labelledby="slashes">
      <h2 id="slashes">Slashes</h2>
      <Table
        caption="Slashes"
        none="Nobody was slashed."
        keyOf={({ sink, timestamp, kind }) => `${sink} ${timestamp} ${kind}`}
        rows={slashes}
        columns={[
          { name: "Sink", cell: ({ sink }) => <AccountLink href={href.sink(id, sink)} address={sink} /> },
          { name: "When, UTC", cell: ({ timestamp }) => dated(timestamp) },
          {
            name: "What",
            cell: ({ kind }) => (kind === "slashed" ? "slashed after three strikes" : "charged when it left"),
          },
          { name: `Of its bond, ${symbol}`, numeric: true, cell: (slash) => formatAmount(slash.amount) },
        ]}
      />
    </section>
  );
}
