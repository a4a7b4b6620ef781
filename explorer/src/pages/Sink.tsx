import { useQuery } from "@tanstack/react-query";
import type { Address, Hex } from "viem";
import { sinkAttention } from "../../../ts/operate/inspect/attention.ts";
import { formatAmount } from "../../../ts/sdk/utils/format.ts";
import { REFRESH, useSink, useSymbols } from "../chain.ts";
import { useConfig } from "../context.tsx";
import { paidBy, payOf, poolAt } from "../flowing.ts";
import { getSinkHistory, type SinkHistory } from "../indexer.ts";
import { Account, AccountLink } from "../parts/Account.tsx";
import { Attention } from "../parts/Attention.tsx";
import { Chart } from "../parts/Chart.tsx";
import { colourOf } from "../parts/colours.ts";
import { type Fact, Facts } from "../parts/Facts.tsx";
import { Notices, Waiting } from "../parts/Notices.tsx";
import { Nowhere, whyNowhere } from "../parts/Nowhere.tsx";
import { StrangersLink } from "../parts/StrangersLink.tsx";
import { Table } from "../parts/Table.tsx";
import { abbreviated, amount, count, dated, moment, monthly, named, short } from "../parts/words.ts";
import { href } from "../routes.ts";
import { SinkActions } from "../wallet/Actions.tsx";

/** One sink of a pool: what it declared, what it is paid, what it owes. */
export function Sink({ taskTypeId, account }: { taskTypeId: Hex; account: Address }) {
  const { indexerUrl } = useConfig();
  const chain = useSink(taskTypeId, account);
  const history = useQuery({
    queryKey: ["sink", taskTypeId, account],
    queryFn: ({ signal }) => getSinkHistory(indexerUrl, taskTypeId, account, signal),
    refetchInterval: REFRESH,
  });
  const known = history.data;
  const token = known?.taskType?.superToken ?? chain.data?.taskType.superToken;
  const symbol = useSymbols(token ? [token] : [])(token ?? "0x");
  const attention = chain.data && sinkAttention(chain.data.state, chain.data.taskType, symbol);
  const nowhere = whyNowhere(history, chain);
  if (nowhere !== undefined) return <Nowhere why={nowhere} />;
  return (
    <>
      <p className="crumbs">
        <a href={href.pools()}>Pools</a> ›{" "}
        <a href={href.pool(taskTypeId)}>{named(known?.taskType?.metadata ?? "", taskTypeId)}</a>
      </p>
      <h1>Sink {abbreviated(account)}</h1>
      <Notices indexer={history} chain={chain} known={known?.now} now={chain.data?.state.timestamp} />
      <Waiting asked={[history, chain]} />
      {(known || chain.data) && <Attention items={attention} />}
      <SinkActions taskTypeId={taskTypeId} sink={account} />
      <section aria-labelledby="facts">
        <h2 id="facts">The sink</h2>
        <Facts facts={chain.data ? chainFacts(chain.data, symbol, account) : knownFacts(known, symbol, account)} />
        <Facts facts={[["Profile", <StrangersLink key="profile" uri={known?.sink?.profileUri ?? ""} />]]} />
      </section>
      {known && <SinkHistoryView known={known} symbol={symbol} id={taskTypeId} account={account} />}
    </>
  );
}

function chainFacts(
  { state }: NonNullable<ReturnType<typeof useSink>["data"]>,
  symbol: string,
  account: Address,
): Fact[] {
  const { signal, ledger, unbondedAt } = state;
  return [
    ["Account", <Account key="account" address={account} />],
    ["Registered", state.registered ? "yes" : "no"],
    ["Pay", monthly(state.flowRate, symbol)],
    ["Paid", amount(state.paid, symbol)],
    ["To claim", state.connected ? "nothing, it is connected" : amount(state.claimable, symbol)],
    ["Declared", `${count(state.declaredCapacity)} units`],
    ["Effective", `${count(state.effectiveCapacity)} units by its capacity, ${count(state.units)} in the pool`],
    ["Bonded", `${amount(state.stake, symbol)}, which backs ${count(state.capacityCap)} units`],
    [
      "Unbonding",
      unbondedAt === undefined ? undefined : `${amount(state.unbonding, symbol)} until ${moment(unbondedAt)}`,
    ],
    ["Backlog", `${count(state.declaredBacklog)} declared, ${count(state.verifiedBacklog)} verified, unit-seconds`],
    ["Signalled", signal.signalledAt === undefined ? "never" : moment(signal.signalledAt)],
    ["Expires", signal.expiresAt === undefined ? undefined : moment(signal.expiresAt)],
    ["Acknowledged", amount(ledger.acknowledged, symbol)],
    ["Owed", `${amount(ledger.owed, symbol)}, ${ledger.strikes} of 3 strikes`],
    ["Exit would cost", amount(ledger.exitCharge, symbol)],
    ["As of", moment(state.timestamp)],
  ];
}

/** What the indexer alone can say. */
function knownFacts(known: SinkHistory | undefined, symbol: string, account: Address): Fact[] {
  const account_: Fact = ["Account", <Account key="account" address={account} />];
  if (!known?.sink || !known.taskType) return [account_];
  const { sink } = known;
  const pool = poolAt(known.taskType, known.now);
  return [
    account_,
    ["Registered", sink.registered ? "yes" : "no"],
    ["Pay", monthly(payOf(sink, pool), symbol)],
    ["Paid", amount(paidBy(sink, pool), symbol)],
    ["Declared", `${count(sink.declaredCapacity)} units`],
    ["Effective", `${count(sink.units)} units in the pool`],
    ["Bonded", `${amount(sink.stake, symbol)}, which backs ${count(sink.bonded)} units`],
    ["Backlog", `${count(sink.declaredBacklog)} declared, ${count(sink.verifiedBacklog)} verified, unit-seconds`],
    ["Acknowledged", amount(sink.acknowledged, symbol)],
    ["Owed", `${amount(sink.owed, symbol)}, ${sink.strikes} of 3 strikes`],
    ["As of", moment(Number(known.now))],
  ];
}

type Step = { at: bigint; declared?: bigint; units?: bigint };

/** What was declared and what came into the pool, as one series of moments. */
function capacities({ signals, units, now }: SinkHistory) {
  const changes: Step[] = [
    ...signals.map(({ timestamp: at, capacity: declared }) => ({ at, declared })),
    ...units.map(({ timestamp: at, newUnits }) => ({ at, units: newUnits })),
  ].sort((a, b) => Number(a.at - b.at));
  let latest = { declared: 0, units: 0 };
  const points = changes.map((change) => {
    latest = { declared: Number(change.declared ?? latest.declared), units: Number(change.units ?? latest.units) };
    return { time: Number(change.at), ...latest };
  });
  return points.length === 0 ? [] : [...points, { time: Number(now), ...latest }];
}

function SinkHistoryView({
  known,
  symbol,
  id,
  account,
}: {
  known: SinkHistory;
  symbol: string;
  id: Hex;
  account: Address;
}) {
  const points = capacities(known);
  const last = points.at(-1);
  return (
    <section aria-labelledby="history">
      <h2 id="history">How it came to that</h2>
      <Chart
        title="Capacity, units"
        points={points}
        series={[
          { key: "declared", name: "declared", colour: "var(--quiet)", dashed: true },
          { key: "units", name: "effective", colour: colourOf(account) },
        ]}
        written={(value) => count(Math.round(value))}
        words={`It declares ${count(last?.declared ?? 0)} units (dashed), and has ${count(last?.units ?? 0)} in the pool.`}
      />
      <h3>Receipts</h3>
      <Table
        caption="Receipts"
        none="Nobody has acknowledged any work of it."
        keyOf={({ source, timestamp, amount: wei }) => `${source} ${timestamp} ${wei}`}
        rows={known.receipts}
        columns={[
          { name: "Source", cell: ({ source }) => <AccountLink href={href.source(id, source)} address={source} /> },
          { name: "When, UTC", cell: ({ timestamp }) => dated(timestamp) },
          { name: `Work, ${symbol}`, numeric: true, cell: (receipt) => short(receipt.amount) },
        ]}
      />
      <h3>Slashes</h3>
      <Table
        caption="Slashes"
        none="It was never slashed."
        keyOf={({ timestamp, kind }) => `${timestamp} ${kind}`}
        rows={known.slashes}
        columns={[
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
