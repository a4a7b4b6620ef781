import type { Sample, StageSample } from "./sample.ts";
import { STAGES } from "./scenario.ts";

/** What stands in one column of the time series. */
export type Column = {
  /** `seconds`, `summarise_price`, `summarise_Atlas_paid`. */
  name: string;
  unit: string;
  meaning: string;
};

/** The run as a table: one row for each look at the chain. */
export type TimeSeries = { columns: readonly Column[]; rows: readonly (readonly number[])[] };

type Quantity = { name: string; unit: string; meaning: string };

/** What there is of each stage, and of each of its agents: `docs/main-job.md` describes them. */
export const STAGE_QUANTITIES: readonly (Quantity & { of: (stage: StageSample) => number })[] = [
  { name: "inflow", unit: "tokens/s", meaning: "what streams into the pool", of: ({ inflow }) => inflow },
  {
    name: "capacity",
    unit: "tokens/s",
    meaning: "what its agents can be paid together",
    of: ({ capacity }) => capacity,
  },
  { name: "price", unit: "1 = the cap", meaning: "price of a token as a share of its cap", of: ({ price }) => price },
  { name: "escrow", unit: "USDCx", meaning: "in the escrow now", of: ({ escrow }) => usdc(escrow) },
  { name: "returned", unit: "USDCx", meaning: "returned to its sources so far", of: ({ returned }) => usdc(returned) },
  { name: "backlog", unit: "tokens", meaning: "work that was ordered and is not done", of: ({ backlog }) => backlog },
];
export const AGENT_QUANTITIES: readonly (Quantity & { of: (stage: StageSample, agent: number) => number })[] = [
  { name: "paid", unit: "tokens/s", meaning: "what it is paid now", of: ({ sinks }, agent) => sinks[agent] ?? 0 },
  {
    name: "slashed",
    unit: "USDCx",
    meaning: "taken from its bond so far",
    of: ({ slashed }, agent) => usdc(slashed[agent] ?? 0),
  },
];

const TIME: Quantity = { name: "seconds", unit: "s", meaning: "chain time after the start" };

/** Everything that was sampled, as numbers: a token costs 0.000001 USDCx at the cap. Six digits after the point. */
export function timeSeries(samples: readonly Sample[]): TimeSeries {
  const columns = [
    TIME,
    ...STAGES.flatMap((stage) => [
      ...STAGE_QUANTITIES.map((quantity) => columnOf([stage.name], quantity)),
      ...stage.agents.flatMap(({ name }) => AGENT_QUANTITIES.map((quantity) => columnOf([stage.name, name], quantity))),
    ]),
  ];
  return { columns, rows: samples.map(rowOf) };
}

/** As CSV (RFC 4180 with line feeds): the first line has the names of the columns. No cell needs quotes. */
export function csvOf({ columns, rows }: TimeSeries): string {
  return `${[columns.map(({ name }) => name), ...rows].map((cells) => cells.join(",")).join("\n")}\n`;
}

/** As JSON: `{"columns":[{"name","unit","meaning"}],"rows":[[…]]}`. */
export function jsonOf(series: TimeSeries): string {
  return `${JSON.stringify(series)}\n`;
}

function columnOf(of: readonly string[], { name, unit, meaning }: Quantity): Column {
  return { name: [...of, name].join("_"), unit, meaning: `${of.join(", ")}: ${meaning}` };
}

function rowOf({ at, stages }: Sample): number[] {
  return [
    at,
    ...STAGES.flatMap(({ agents }, index) => {
      const stage = stages[index] as StageSample;
      return [
        ...STAGE_QUANTITIES.map(({ of }) => of(stage)),
        ...agents.flatMap((_, agent) => AGENT_QUANTITIES.map(({ of }) => of(stage, agent))),
      ];
    }),
  ];
}

/** Cut off at the sixth digit, as all money is. */
function usdc(tokens: number): number {
  return Math.trunc(tokens) / 1e6;
}
