import { wrap } from "../../core/wrap.ts";
import { formatCount, formatMoneyBriefly, shorten } from "../format.ts";
import type { Counterfactual, Outcome } from "./counterfactual.ts";

/** What the rules are called, in the order of `RULES`. */
const LABELS = [
  "with the protocol, as it was",
  "an equal split",
  "a split by what agents first declared",
  "a split by stake",
  "streams opened once, by declared",
  "by declared, paying again if in vain",
] as const;

/** A row of the table: what the rule is, and what it comes to. */
export type Row = { label: string; cells: readonly string[] };

const [LABEL, CELL] = [40, 9];

export const COLUMN_NAMES = ["reports", "streamed", "in vain", "returned"] as const;

/** What each rule comes to. */
export function rowsOf({ outcomes }: Counterfactual): Row[] {
  return outcomes.map((outcome, index) => ({ label: LABELS[index] ?? "", cells: cellsOf(outcome) }));
}

/** The table for a screen, with what it says and what it rests on. */
export function explainCounterfactual(counterfactual: Counterfactual): string[] {
  const line = ({ label, cells }: Row): string =>
    `  ${shorten(label, LABEL).padEnd(LABEL)}${cells.map((cell) => cell.padStart(CELL)).join("")}`.trimEnd();
  return [
    line({ label: "", cells: COLUMN_NAMES }),
    ...rowsOf(counterfactual).map(line),
    "",
    wrap(`  ${restsOn(counterfactual)}`, 2),
  ];
}

/** What the numbers mean and why to believe them. */
export function restsOn({ equalsChain }: Counterfactual): string {
  const verdict = equalsChain
    ? "Replaying what happened, it comes to what the chain says here, each sum of each stage and all requests, to the wei."
    : "REPLAYING WHAT HAPPENED, IT DOES NOT COME TO WHAT THE CHAIN SAYS HERE.";
  return (
    "The same requests, agents and payers. USDCx, over all stages; `in vain` is what agents were paid for work that they " +
    "have not delivered by the end. Computed by the exact model (ts/model), which the tests hold against the contracts. " +
    verdict
  );
}

function cellsOf({ served, streamedWei, inVainWei, returnedWei }: Outcome): string[] {
  return [formatCount(served), ...[streamedWei, inVainWei, returnedWei].map((wei) => formatMoneyBriefly(BigInt(wei)))];
}
