import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Data, type Measured, PaperDataError, type Where } from "./data.ts";
import { ledgerOf } from "./numbers.ts";

/** The guide whose tables come from the runs. */
export const PARAMETERS = fileURLToPath(new URL("../../../docs/parameters.md", import.meta.url));

/** Each table stands between `<!-- table: NAME -->` and `<!-- end -->`. */
const BLOCK = /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** The guide with its tables made anew. @throws {PaperDataError} if it asks for a table that there is not. */
export function parametersGuide(data: Data, guide: string = readFileSync(PARAMETERS, "utf8")): string {
  return guide.replace(BLOCK, (_, start: string, name: string, end: string) => {
    const table = TABLES[name];
    if (!table)
      throw new PaperDataError(`docs/parameters.md asks for a table "${name}"; there are ${Object.keys(TABLES)}`);
    return `${start}\n${table(data)}\n${end}`;
  });
}

const TABLES: Readonly<Record<string, (data: Data) => string>> = {
  horizon,
  keeper,
  smoothing,
  buffer,
  detection,
  protection,
  stake,
};

function horizon(data: Data): string {
  const samplings = ["d = 0", "d = h", "d = 3 h", "d = h, irregular"];
  const ratios = [0.4, 0.5, 0.7, 1, 1.5, 2, Number(Math.E.toFixed(3)), 3];
  const of = (sampling: string, ratio: number, metric: string) =>
    data.measured("E12.csv", { sampling, "T over tau": ratio }, metric);
  return table(
    ["T / (h + d)", ...samplings.map((sampling) => `peak, ${sampling}`), "swings for ever", "least served, %"],
    ratios.map((ratio) => {
      const swings = samplings.some((sampling) => of(sampling, ratio, "late_swing_over_rest").mean > 1e-3);
      const served = samplings.map((sampling) => 100 * of(sampling, ratio, "served_of_capacity").mean);
      return [
        String(ratio),
        ...samplings.map((sampling) => shown(of(sampling, ratio, "peak_over_rest"), 2)),
        swings ? "yes" : "no",
        Math.min(...served).toFixed(1),
      ];
    }),
  );
}

function keeper(data: Data): string {
  const every = [1, 2, 5, 10, 30];
  const of = (epochs: number, demand: string, metric: string) =>
    data.measured("E12.csv", { demand, "keeper every (epochs)": epochs }, metric);
  return table(
    ["keeper comes every … epochs", "served, bursts, %", "paid above capacity, bursts, %", "served, constant, %"],
    every.map((epochs) => [
      String(epochs),
      percent(of(epochs, "bursts", "served_of_streamed")),
      percent(of(epochs, "bursts", "paid_above_capacity")),
      percent(of(epochs, "constant", "served_of_streamed")),
    ]),
  );
}

function smoothing(data: Data): string {
  const noises = [0.05, 0.2, 0.5];
  const of = (alpha: number, noise: number, metric: string) =>
    data.measured("E4.csv", { alpha, "noise of declarations": noise }, metric);
  return table(
    ["α", ...noises.map((noise) => `updates per sink and epoch, noise ${100 * noise} %`), "epochs to follow a halving"],
    [0.1, 0.2, 0.3, 0.5, 0.8].map((alpha) => [
      String(alpha),
      ...noises.map((noise) => shown(of(alpha, noise, "unit_moves_per_sink_and_epoch"), 2)),
      shown(of(alpha, 0.05, "epochs_to_halve"), 1),
    ]),
  );
}

function buffer(data: Data): string {
  const rows: [string, Where][] = [
    ["none", { "buffer over inflow": 0, "inflow of one": "hour" }],
    ["one epoch", { "buffer over inflow": 1, "inflow of one": "epoch" }],
    ["six minutes", { "buffer over inflow": 0.1, "inflow of one": "hour" }],
    ["half an hour", { "buffer over inflow": 0.5, "inflow of one": "hour" }],
    ["one hour", { rule: "closed", "buffer over inflow": 1, "inflow of one": "hour" }],
    ["one hour, in the contracts' integers", { rule: "closed, contract arithmetic" }],
  ];
  return table(
    ["`bufferMax`, in mean inflow of", "served, %", "returned, %", "of what an unlimited one serves, %"],
    rows.map(([name, where]) => [
      name,
      ...["served_of_streamed", "returned_share", "served_of_unlimited"].map((metric) =>
        percent(data.measured("E5.csv", where, metric)),
      ),
    ]),
  );
}

function detection(data: Data): string {
  return table(
    [
      "money that acknowledges nothing, %",
      "epochs until a dead sink is slashed",
      "honest sinks slashed",
      "honest pay, % of capacity",
    ],
    [0, 0.2, 0.4, 0.6, 0.8, 0.95].map((withheld) => {
      const where = { ledger: ledgerOf(data), "who withholds": "some of the money", "withheld share": withheld };
      const of = (metric: string) => data.measured("E7.csv", where, metric);
      return [
        String(100 * withheld),
        shown(of("epochs_to_find_the_dead"), 1),
        shown(of("honest_sinks_slashed"), 0),
        percent(of("honest_pay_of_capacity")),
      ];
    }),
  );
}

function protection(data: Data): string {
  const of = (share: number, metric: string) =>
    data.measured("E17.csv", { terms: "default", "participating share": share }, metric);
  return table(
    [
      "money that takes part, %",
      "a dead sink is paid, hours of full pay",
      "… and keeps, % of its bond",
      "a liar (2 μ) is paid, over μ",
      "a victim of a fifth of it is paid, %",
    ],
    [0.2, 0.3, 0.34, 0.4, 0.5, 0.7, 0.9, 1].map((share) => [
      String(Math.round(100 * share)),
      of(share, "dead_sink_paid_hours").mean.toFixed(2),
      (100 * of(share, "dead_sink_keeps_over_bond").mean).toFixed(0),
      of(share, "liar_paid_over_its_rate").mean.toFixed(2),
      (100 * of(share, "victim_pay").mean).toFixed(0),
    ]),
  );
}

function stake(data: Data): string {
  const of = (cap: string, fragments: number) => data.measured("E3.csv", { cap, fragments }, "gain_over_one_identity");
  return table(
    ["identities", "pay over one identity, saturated", "the same, load 0.9", "with a square-root cap, saturated"],
    [1, 2, 5, 10, 20].map((fragments) => [
      String(fragments),
      ...["linear, load 5", "linear, load 0.9", "square root, load 5"].map((cap) => shown(of(cap, fragments), 3)),
    ]),
  );
}

function shown({ mean, ci95 }: Measured, digits: number): string {
  const value = mean.toFixed(digits);
  return ci95 <= 1e-9 * Math.abs(mean) ? value : `${value} ± ${Math.max(ci95, 10 ** -digits).toFixed(digits)}`;
}

const percent = ({ mean, ci95 }: Measured) => shown({ mean: 100 * mean, ci95: 100 * ci95 }, 1);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---:").join("|")}|`, ...rows.map(line), ""].join("\n");
}
