import { useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { REFRESH, useSymbols } from "../chain.ts";
import { useConfig } from "../context.tsx";
import { poolAt, share } from "../flowing.ts";
import { findPools, type TaskTypeRow } from "../indexer.ts";
import { Notices, Waiting } from "../parts/Notices.tsx";
import { type Column, More, Table } from "../parts/Table.tsx";
import { count, monthly, named, percent, short } from "../parts/words.ts";
import { href } from "../routes.ts";

/** All pools, by what comes in. */
export function Pools() {
  const { indexerUrl } = useConfig();
  const [text, setText] = useState("");
  const search = useDeferredValue(text);
  const list = useInfiniteQuery({
    queryKey: ["pools", search],
    queryFn: ({ pageParam, signal }) => findPools(indexerUrl, search, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ page }) => (page.pageInfo.hasNextPage ? page.pageInfo.endCursor : undefined),
    refetchInterval: REFRESH,
    placeholderData: (before) => before,
  });
  const pages = list.data?.pages ?? [];
  const rows = pages.flatMap(({ page, now }) => page.items.map((row) => poolAt(row, now)));
  const symbolOf = useSymbols(rows.map(({ superToken }) => superToken));
  const identifier = /^0x[0-9a-f]{64}$/i.test(text.trim()) ? text.trim() : undefined;
  return (
    <>
      <h1>Pools</h1>
      <search>
        <label htmlFor="search">Find by name, task type or creator</label>
        <input
          id="search"
          type="search"
          value={text}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => setText(target.value)}
        />
        {identifier !== undefined && <a href={href.pool(identifier as TaskTypeRow["id"])}>Open this task type</a>}
      </search>
      <Notices indexer={list} />
      <Waiting asked={[list]} />
      {list.data && (
        <>
          <Table
            caption="Pools"
            columns={columns(symbolOf)}
            rows={rows}
            keyOf={({ id }) => id}
            none="No pool is found."
          />
          <More
            shown={rows.length}
            total={pages[0]?.page.totalCount ?? 0}
            what="pools"
            busy={list.isFetching}
            more={list.hasNextPage ? () => void list.fetchNextPage() : undefined}
          />
        </>
      )}
    </>
  );
}

const columns = (symbolOf: (token: TaskTypeRow["superToken"]) => string): Column<TaskTypeRow>[] => [
  { name: "Pool", cell: ({ id, metadata }) => <a href={href.pool(id)}>{named(metadata, id)}</a> },
  { name: "Inflow", numeric: true, cell: (pool) => monthly(pool.flowRate, symbolOf(pool.superToken)) },
  {
    name: "Price of cap",
    numeric: true,
    cell: ({ perUnitFlowRate, priceCap }) => percent(share(perUnitFlowRate, priceCap)),
  },
  {
    name: "Escrow",
    numeric: true,
    cell: (pool) => `${short(pool.escrow + pool.deposits)} ${symbolOf(pool.superToken)}`,
  },
  {
    name: "Acknowledged",
    numeric: true,
    cell: ({ evidence }) => (evidence === null ? "–" : percent(Number(evidence) / 1e18)),
  },
  { name: "Sinks", numeric: true, cell: ({ sinkCount }) => count(sinkCount) },
  { name: "Sources", numeric: true, cell: ({ sourceCount }) => count(sourceCount) },
];
