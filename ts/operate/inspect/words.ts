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

/** Four digits, wherever they are: rates per second are small numbers. */
function significant(wei: bigint): string {
  if (wei === 0n) return "0";
  const [whole = "0", fraction = ""] = formatUnits(wei, 18).split(".");
  if (whole !== "0" && whole !== "-0") return formatAmount(wei);
  const zeros = fraction.length - fraction.replace(/^0+/, "").length;
  return `${whole}.${fraction.slice(0, zeros + 4).replace(/0+$/, "")}`;
}

/** Text of strangers, for a screen: without what could move a cursor. */
export function safeText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

/** "12.3 %". */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** "2027-01-15 08:00:00 UTC". */
export function moment(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
