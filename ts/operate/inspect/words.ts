/** How amounts, rates, shares and moments are written for people, wherever they are shown. */
import { formatUnits } from "viem";
import { formatAmount } from "../../sdk/utils/format.ts";
import { fromFlowRate } from "../../sdk/utils/units.ts";

/** "1,234.5 USDCx". */
export function amount(wei: bigint, symbol: string): string {
  return `${formatAmount(wei)} ${symbol}`;
}

/** "5,000 USDCx per month (0.001902 per second)". */
export function rate(flowRate: bigint, symbol: string): string {
  const perMonth = formatAmount(fromFlowRate({ flowRate, per: "month" }));
  return `${perMonth} ${symbol} per month (${significant(flowRate)} per second)`;
}

/** Tokens per month, as short as a column of a table is: "13,127.4". */
export function monthly(flowRate: bigint): string {
  const tokens = Number(formatUnits(fromFlowRate({ flowRate, per: "month" }), 18));
  if (tokens >= 1e9) return tokens.toExponential(1);
  if (tokens !== 0 && tokens < 0.01) return tokens.toPrecision(2);
  return tokens.toLocaleString("en", { maximumFractionDigits: tokens < 1000 ? 2 : 0 });
}

/** Four digits, wherever they are: rates per second are small numbers. */
function significant(wei: bigint): string {
  if (wei === 0n) return "0";
  const [whole = "0", fraction = ""] = formatUnits(wei, 18).split(".");
  if (whole !== "0" && whole !== "-0") return formatAmount(wei);
  const zeros = fraction.length - fraction.replace(/^0+/, "").length;
  return `${whole}.${fraction.slice(0, zeros + 4).replace(/0+$/, "")}`;
}

/** Text of strangers, for a screen: without what could move a cursor or look like other letters, and not too long. */
export function safeText(text: string, longest = Number.POSITIVE_INFINITY): string {
  const safe = text.slice(0, longest + 1).replace(/[^\x20-\x7e]/g, "?");
  return safe.length <= longest ? safe : `${safe.slice(0, longest - 2)}..`;
}

/** "12.3 %". */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** "2027-01-15 08:00:00 UTC". */
export function moment(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
