import { useQuery } from "@tanstack/react-query";
import type { Hex } from "viem";
import { poolAttention, staleLimit } from "../../../ts/operate/inspect/attention.ts";
import { REFRESH, usePipeline, useSymbols } from "../chain.ts";
import { useConfig } from "../context.tsx";
import { poolAt, share } from "../flowing.ts";
import { getStages } from "../indexer.ts";
import { Attention } from "../parts/Attention.tsx";
import { Notices, Waiting } from "../parts/Notices.tsx";
import { Nowhere, whyNowhere } from "../parts/Nowhere.tsx";
import { amount, monthly, named, percent } from "../parts/words.ts";
import { href } from "../routes.ts";

type Stage = {
  id: Hex;
  name: string;
  symbol: string;
  flowRate: bigint;
  intake: bigint | undefined;
  saturation: number;
  overflow: bigint;
  ratio: number | undefined;
};

/** A pipeline from one task type on: what each stage gets, can take, and passes on. */
export function Pipeline({ taskTypeId }: { taskTypeId: Hex }) {
  const { indexerUrl } = useConfig();
  const chain = usePipeline(taskTypeId);
  const history = useQuery({
    queryKey: ["pipeline", taskTypeId],
    queryFn: ({ signal }) => getStages(indexerUrl, taskTypeId, signal),
    refetchInterval: REFRESH,
  });
  const rows = history.data?.stages.map((stage) => poolAt(stage, history.data.now)) ?? [];
  const nameOf = (id: Hex): string => named(rows.find((row) => row.id === id)?.metadata ?? "", id);
  const tokens =
    chain.data?.stages.map(({ pool }) => pool.taskType.superToken) ?? rows.map(({ superToken }) => superToken);
  const symbolOf = useSymbols(tokens);
  const stages: Stage[] =
    chain.data?.stages.map(({ taskTypeId: id, pool, ratio }) => ({
      id,
      name: nameOf(id),
      symbol: symbolOf(pool.taskType.superToken),
      flowRate: pool.flowRate,
      intake: pool.intake,
      saturation: share(pool.price, pool.priceCap),
      overflow: pool.escrow.overflow,
      ratio,
    })) ??
    rows.map((row) => ({
      id: row.id,
      name: named(row.metadata, row.id),
      symbol: symbolOf(row.superToken),
      flowRate: row.flowRate,
      intake: undefined,
      saturation: share(row.perUnitFlowRate, row.priceCap),
      overflow: row.escrow,
      ratio: undefined,
    }));
  const attention = chain.data?.stages.flatMap(({ taskTypeId: id, pool }, index) =>
    [...staleLimit(pool), ...poolAttention(pool, symbolOf(pool.taskType.superToken))].map(
      (text) => `stage ${index + 1}, ${nameOf(id)}: ${text}`,
    ),
  );
  const { bottleneck } = chain.data ?? {};
  const limiting = bottleneck === undefined ? undefined : stages[bottleneck];
  const known = history.data && { taskType: history.data.stages[0] ?? null };
  const nowhere = whyNowhere({ ...history, data: known }, chain);
  if (nowhere !== undefined) return <Nowhere why={nowhere} />;
  return (
    <>
      <p className="crumbs">
        <a href={href.pools()}>Pools</a> › <a href={href.pool(taskTypeId)}>{nameOf(taskTypeId)}</a>
      </p>
      <h1>Pipeline from {nameOf(taskTypeId)}</h1>
      <Notices indexer={history} chain={chain} />
      <Waiting asked={[history, chain]} />
      {stages.length > 0 && <Attention items={attention} />}
      {chain.data && (
        <p>
          {limiting
            ? `Stage ${(bottleneck ?? 0) + 1}, ${limiting.name}, limits the first.`
            : "No stage limits the first."}
        </p>
      )}
      <ol className="stages">
        {stages.map((stage) => (
          <StageView key={stage.id} stage={stage} />
        ))}
      </ol>
    </>
  );
}

function StageView({ stage: { id, name, symbol, flowRate, intake, saturation, overflow, ratio } }: { stage: Stage }) {
  return (
    <li>
      <h2>
        <a href={href.pool(id)}>{name}</a>
      </h2>
      <p>
        Comes in: {monthly(flowRate, symbol)}
        {intake !== undefined && `; its sinks can take ${monthly(intake, symbol)}`}
      </p>
      <div className="meter" role="img" aria-label={`price at ${percent(saturation)} of its cap`}>
        <span style={{ width: `${Math.min(100, 100 * saturation)}%` }} />
      </div>
      <p>
        Price at {percent(saturation)} of its cap; escrow {amount(overflow, symbol)}
      </p>
      {ratio !== undefined && <p className="passes">passes on {ratio} wei per wei of pay ↓</p>}
    </li>
  );
}
