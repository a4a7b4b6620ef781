import { COLUMN_NAMES, restsOn, rowsOf } from "../counterfactual/explain.ts";
import type { DeadSink } from "../deadSink.ts";
import { formatCount, formatMoney, formatShare, formatTime } from "../format.ts";
import type { Liar } from "../liar.ts";
import { DEAD } from "../scenario.ts";
import type { Summary } from "../summary.ts";
import { escapeHtml } from "./html.ts";

/** What came out, as HTML: the main figures, and where all the money went. */
export type Outcome = { tiles: string; books: string };

/** A file that is in the page, to be saved. */
export type Download = { name: string; label: string; type: string; text: string };

export type OutcomeParameters = {
  summary: Summary;
  deadSink: DeadSink;
  liar: Liar;
  downloads: readonly Download[];
};

/** Renders what is known once a run has ended. */
export function renderOutcome(parameters: OutcomeParameters): Outcome {
  const { summary, downloads } = parameters;
  const links = downloads.map(({ name, label, type, text }) => {
    const data = `data:${type};base64,${Buffer.from(text).toString("base64")}`;
    return `<a class="download" download="${escapeHtml(name)}" href="${escapeHtml(data)}">${escapeHtml(label)}</a>`;
  });
  return {
    tiles: tiles(parameters),
    books: `${counterfactualTable(summary)}<h2>Where the money went</h2>
${moneyTable(summary)}
${links.length === 0 ? "" : `<p class="downloads">${links.join(" ")}</p>`}
${origin(summary)}`,
  };
}

function tiles({ summary, deadSink, liar }: OutcomeParameters): string {
  const share = `${formatShare(deadSink.shareBefore, 0)} → ${formatShare(deadSink.shareAfter)}`;
  const items = [
    tile(formatCount(summary.servedRequests), `reports made of ${formatCount(summary.arrivedRequests)} requests`),
    tile(
      summary.conserved ? "to the wei" : "not conserved",
      `${formatMoney(BigInt(summary.streamedWei), 2)} USDCx streamed, all of it accounted for on chain`,
      summary.conserved ? "good" : "bad",
    ),
    ...(deadSink.shareBefore === 0
      ? []
      : [tile(share, `of ${deadSink.stage}'s pay went to ${deadSink.name}: when it died, and before it came back`)]),
    tile(
      formatShare(summary.liarRateOverTrueRate),
      `of what it really serves is what ${liar.name} is paid for in the end, though it declares twice as much`,
    ),
    tile(
      `${formatMoney(BigInt(summary.deadSinkSlashedWei), 2)} USDCx`,
      `of its bond has ${DEAD.name} lost, who was paid and did nothing; agents that deliver lost ${summary.honestSlashes === 0 ? "nothing" : `theirs ${summary.honestSlashes} times`}`,
      summary.honestSlashes === 0 ? "" : "bad",
    ),
    tile(
      formatShare(Math.floor(summary.maxFlowPerUnitOverQ * 1e4) / 1e4, 2),
      "of the price cap was the most that any unit was paid",
      summary.maxFlowPerUnitOverQ <= 1 ? "good" : "bad",
    ),
  ];
  return `<div class="tiles">${items.join("")}</div>`;
}

function tile(value: string, text: string, kind = ""): string {
  return `<div class="tile ${kind}"><strong>${escapeHtml(value)}</strong><span>${escapeHtml(text)}</span></div>`;
}

/** What would have become of the same hour without the protocol. */
function counterfactualTable({ counterfactual }: Summary): string {
  if (counterfactual === null) return "";
  const rows = rowsOf(counterfactual).map(({ label, cells }) => {
    return `<tr><th scope="row">${escapeHtml(label)}</th>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
  });
  return `<h2>What would have happened without the protocol</h2>
<div class="panel whole">
<div class="scroll" tabindex="0" role="region" aria-label="What would have happened without the protocol"><table>
<thead><tr><th scope="col">USDCx</th>${COLUMN_NAMES.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>
<tbody>${rows.join("")}</tbody>
</table></div>
<p>${escapeHtml(restsOn(counterfactual))}</p>
</div>
`;
}

function moneyTable(summary: Summary): string {
  const cells = (of: Omit<Summary["stages"][number], "name">): string => {
    const amounts = [of.streamedWei, of.slashedWei, of.receivedWei, of.escrowWei, of.returnedWei, of.feeWei];
    return amounts.map((wei) => `<td>${formatMoney(BigInt(wei))}</td>`).join("");
  };
  const tokens = ({ demandedTokens, servedTokens }: Summary["stages"][number]): string => {
    return [demandedTokens, servedTokens].map((count) => `<td>${formatCount(count)}</td>`).join("");
  };
  const rows = summary.stages.map(
    (stage) => `<tr><th scope="row">${escapeHtml(stage.name)}</th>${cells(stage)}${tokens(stage)}</tr>`,
  );
  const total = { ...summary, demandedTokens: 0, servedTokens: 0, feeWei: summary.feeWei };
  const verdict = summary.conserved
    ? `Streamed and slashed are equal to the sum of the rest <strong>to the last wei</strong>, with ${formatCount(BigInt(summary.dustWei))} wei of dust that could not be split evenly.`
    : `<strong>The sums differ.</strong> ${escapeHtml(summary.violations.map(({ reason }) => reason).join("; "))}`;
  const heads = [
    "streamed in",
    "slashed",
    "to agents",
    "in escrow",
    "returned",
    "fee",
    "tokens asked",
    "tokens served",
  ];
  return `<div class="panel whole">
<div class="scroll" tabindex="0" role="region" aria-label="Where the money went, in USDCx"><table>
<thead><tr><th scope="col">USDCx</th>${heads.map((head) => `<th scope="col">${head}</th>`).join("")}</tr></thead>
<tbody>${rows.join("")}</tbody>
<tfoot><tr><th scope="row">all stages</th>${cells(total)}<td></td><td></td></tr></tfoot>
</table></div>
<p>${verdict} Streamed is what Superfluid's events say, rate times time; all the rest is read from the contracts. Agents pay
half of what they earn on to the next stage, so money that passes two stages counts in both.</p>
<p>Every minute the sources change their streams. A jump counts once money has confirmed it, 12 seconds later, so that
nobody can fake one; until then agents may be paid more than the cap, here up to
${summary.maxFlowPerUnitOverQUnconfirmed.toFixed(1)} times, for seconds. The charts of pay and price leave out these moments.</p>
</div>`;
}

function origin({ seed, trace, minutes, transactions, medianLatencySeconds }: Summary): string {
  const demand = trace === null ? `the built-in generator with seed ${seed}` : `the trace ${escapeHtml(trace)}`;
  return `<p class="note">Requests come from ${demand}; half of the reports were ready within ${medianLatencySeconds} seconds.
${formatCount(transactions)} transactions in ${formatTime(minutes * 60)} of chain time. The same command with the same seed
gives exactly this report again.</p>`;
}
