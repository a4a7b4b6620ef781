import type { Hex } from "viem";
import { payOf, share } from "../flowing.ts";
import type { PoolHistory, TaskTypeRow } from "../indexer.ts";
import { coloursOf, NEUTRAL } from "../parts/colours.ts";
import { type Branch, FlowDiagram } from "../parts/FlowDiagram.tsx";
import { abbreviated, count, inMonth, percent } from "../parts/words.ts";

/** Sources and sinks that are drawn one by one. */
const DRAWN = 6;

/** Those who pay or are paid: the largest, and what all together come to. */
type Side = { largest: { account: Hex; rate: bigint }[]; number: number; rate: bigint; what: string };

/** Where the money of a pool comes from and where it goes. */
export function PoolFlow({ known, pool, symbol }: { known: PoolHistory; pool: TaskTypeRow; symbol: string }) {
  const tokens = (rate: bigint): string => `${inMonth(rate)} ${symbol}`;
  const one = (key: string, name: string, rate: bigint, colour: string): Branch => ({
    ...{ key, name, colour },
    words: tokens(rate),
    rate: Number(rate),
  });
  /** The first few one by one, and the rest as one. */
  const branches = ({ largest, number, rate, what }: Side): Branch[] => {
    const drawn = largest.slice(0, DRAWN);
    const shown = drawn.map((each) =>
      one(each.account, abbreviated(each.account), each.rate, colours.get(each.account) ?? NEUTRAL),
    );
    if (number <= drawn.length) return shown;
    const rest = drawn.reduce((left, each) => left - each.rate, rate);
    return [...shown, one("others", `${count(number - drawn.length)} other ${what}`, rest, NEUTRAL)];
  };
  const sources = sideOf(
    known.sources.items.map(({ account, flowRate }) => ({ account, rate: flowRate })),
    known.sources.totalCount,
    pool.flowRate + pool.adjustmentFlowRate,
    "sources",
  );
  const sinks = sideOf(
    known.topSinks.items.map((sink) => ({ account: sink.account, rate: payOf(sink, pool) })),
    known.topSinks.totalCount,
    pool.sinkUnits * pool.perUnitFlowRate,
    "sinks",
  );
  const accounts = [sinks, sources].flatMap(({ largest }) => largest.slice(0, DRAWN).map(({ account }) => account));
  const together = coloursOf(accounts);
  const colours = new Map(accounts.map((account, index) => [account, together[index]]));
  const toEscrow = pool.escrowUnits * pool.perUnitFlowRate;
  const flows = sources.rate + sinks.rate + toEscrow > 0n;
  const come = `A month, ${tokens(sources.rate)} come in`;
  const go = `the sinks get ${tokens(sinks.rate)}, at ${percent(share(pool.perUnitFlowRate, pool.priceCap))} of the price cap`;
  return (
    <section aria-labelledby="flow">
      <h2 id="flow">Where the money goes</h2>
      <FlowDiagram
        sources={branches(sources)}
        targets={[...branches(sinks), one("escrow", "Escrow", toEscrow, NEUTRAL)]}
        caption={flows ? `${come}; ${go}; ${tokens(toEscrow)} go to the escrow.` : "Nothing flows now."}
      />
    </section>
  );
}

/** Without those who neither pay nor are paid now; of whom there are more only if none of them is among the largest. */
function sideOf(all: Side["largest"], total: number, rate: bigint, what: string): Side {
  const largest = all.filter((each) => each.rate > 0n);
  return { largest, number: largest.length === all.length ? total : largest.length, rate, what };
}
