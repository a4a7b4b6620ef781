import { useQuery } from "@tanstack/react-query";
import type { Address, Hex } from "viem";
import { sourceAttention } from "../../../ts/operate/inspect/attention.ts";
import type { GetSourceReturnType } from "../../../ts/sdk/read/getSource.ts";
import { formatAmount, formatDuration } from "../../../ts/sdk/utils/format.ts";
import { fromFlowRate } from "../../../ts/sdk/utils/units.ts";
import { REFRESH, usePool, useSource, useSymbols } from "../chain.ts";
import { useConfig } from "../context.tsx";
import { streamedBy } from "../flowing.ts";
import { getSourceHistory, type SourceHistory } from "../indexer.ts";
import { Account } from "../parts/Account.tsx";
import { Attention } from "../parts/Attention.tsx";
import { Chart } from "../parts/Chart.tsx";
import { colourOf } from "../parts/colours.ts";
import { type Fact, Facts } from "../parts/Facts.tsx";
import { Notices, Waiting } from "../parts/Notices.tsx";
import { Nowhere, whyNowhere } from "../parts/Nowhere.tsx";
import { Table } from "../parts/Table.tsx";
import { abbreviated, amount, dated, moment, monthly, named } from "../parts/words.ts";
import { href } from "../routes.ts";
import { SourceActions } from "../wallet/Actions.tsx";

/** One source of a pool: what it streamed, got back and may claim, and how long its balance lasts. */
export function Source({ taskTypeId, account }: { taskTypeId: Hex; account: Address }) {
  const { indexerUrl } = useConfig();
  const chain = useSource(taskTypeId, account);
  const pool = usePool(taskTypeId);
  const history = useQuery({
    queryKey: ["source", taskTypeId, account],
    queryFn: ({ signal }) => getSourceHistory(indexerUrl, taskTypeId, account, signal),
    refetchInterval: REFRESH,
  });
  const known = history.data;
  const token = known?.taskType?.superToken ?? pool.data?.taskType.superToken;
  const symbol = useSymbols(token ? [token] : [])(token ?? "0x");
  const nowhere = whyNowhere(history, chain);
  if (nowhere !== undefined) return <Nowhere why={nowhere} />;
  return (
    <>
      <p className="crumbs">
        <a href={href.pools()}>Pools</a> ›{" "}
        <a href={href.pool(taskTypeId)}>{named(known?.taskType?.metadata ?? "", taskTypeId)}</a>
      </p>
      <h1>Source {abbreviated(account)}</h1>
      <Notices indexer={history} chain={chain} known={known?.now} now={chain.data?.timestamp} />
      <Waiting asked={[history, chain]} />
      {(known || chain.data) && <Attention items={chain.data && sourceAttention(chain.data, symbol)} />}
      {token && <SourceActions taskTypeId={taskTypeId} source={account} superToken={token} symbol={symbol} />}
      <section aria-labelledby="facts">
        <h2 id="facts">The source</h2>
        <Facts
          facts={chain.data ? chainFacts(chain.data, known, symbol, account) : knownFacts(known, symbol, account)}
        />
      </section>
      {known && <SourceHistoryView known={known} symbol={symbol} account={account} />}
    </>
  );
}

function chainFacts(
  state: GetSourceReturnType,
  known: SourceHistory | undefined,
  symbol: string,
  account: Address,
): Fact[] {
  const { returns, changedAt, runway } = state;
  // The contract knows of the time between two looks only if nothing changed in it; the indexer has seen every change.
  const streamed = known?.source ? streamedBy(known.source, BigInt(state.timestamp)) : undefined;
  return [
    ["Account", <Account key="account" address={account} />],
    ["Stream", state.flowRate === 0n ? "none" : monthly(state.flowRate, symbol)],
    ["Since", changedAt === undefined ? undefined : moment(changedAt)],
    ["Stream deposit", amount(state.streamDeposit, symbol)],
    ["Streamed", streamed === undefined ? `at least ${amount(state.streamed, symbol)}` : amount(streamed, symbol)],
    ["Got back", amount(returns.returned, symbol)],
    ["May claim", `${amount(returns.payable, symbol)}, set aside for it`],
    ["Owns of the escrow", `${amount(returns.owned, symbol)}, which drains to the sinks reduce`],
    ["Acknowledged", amount(state.acknowledged, symbol)],
    ["Balance", amount(state.availableBalance, symbol)],
    ["Runway", runway === undefined ? "its balance does not shrink" : formatDuration(runway)],
    ["As of", moment(state.timestamp)],
  ];
}

/** What the indexer alone can say. */
function knownFacts(known: SourceHistory | undefined, symbol: string, account: Address): Fact[] {
  const facts: Fact[] = [["Account", <Account key="account" address={account} />]];
  if (!known?.source) return facts;
  const { source, now } = known;
  return [
    ...facts,
    ["Stream", source.flowRate === 0n ? "none" : monthly(source.flowRate, symbol)],
    ["Streamed", amount(streamedBy(source, now), symbol)],
    ["Got back", amount(source.returned, symbol)],
    ["Acknowledged", amount(source.acknowledged, symbol)],
    ["As of", moment(Number(now))],
  ];
}

function SourceHistoryView({ known, symbol, account }: { known: SourceHistory; symbol: string; account: Address }) {
  const month = (rate: bigint): number => Number(fromFlowRate({ flowRate: rate, per: "month" }) / 10n ** 12n) / 1e6;
  const changes = known.streams.map(({ timestamp, newFlowRate }) => ({
    time: Number(timestamp),
    rate: month(newFlowRate),
  }));
  const last = changes.at(-1);
  const points = last === undefined ? [] : [...changes, { ...last, time: Number(known.now) }];
  return (
    <section aria-labelledby="history">
      <h2 id="history">How it came to that</h2>
      <Chart
        title={`Stream, ${symbol} a month`}
        points={points}
        series={[{ key: "rate", name: "stream", colour: colourOf(account) }]}
        written={(value) => value.toLocaleString("en-GB", { maximumSignificantDigits: 4 })}
        words={`It has changed its stream ${changes.length} times, and streams ${monthly(known.source?.flowRate ?? 0n, symbol)}.`}
      />
      <h3>What came back</h3>
      <Table
        caption="Returns"
        none="Nothing has come back yet."
        keyOf={({ timestamp, amount: wei }) => `${timestamp} ${wei}`}
        rows={known.returns}
        columns={[
          { name: "When, UTC", cell: ({ timestamp }) => dated(timestamp) },
          { name: `Amount, ${symbol}`, numeric: true, cell: (back) => formatAmount(back.amount) },
        ]}
      />
    </section>
  );
}
