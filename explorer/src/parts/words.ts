/** How the page writes things down: as `npm run inspect` does, and shorter where there is little room. */
export { amount, moment, percent } from "../../../ts/operate/inspect/words.ts";

import { moment } from "../../../ts/operate/inspect/words.ts";
import { formatAmount } from "../../../ts/sdk/utils/format.ts";
import { fromFlowRate } from "../../../ts/sdk/utils/units.ts";

/** "1,234.56": at most four digits behind the point, as large numbers need none. */
export function short(wei: bigint): string {
  const text = formatAmount(wei);
  const [whole = "0", fraction = ""] = text.split(".");
  const places = Math.max(0, 5 - whole.replace(/\D/g, "").length);
  if (/^-?0$/.test(whole) && Number(`0.${fraction}`) < 0.0001) return text;
  const kept = fraction.slice(0, Math.min(places, 4)).replace(/0+$/, "");
  return kept === "" ? whole : `${whole}.${kept}`;
}

/** "5,000": tokens a month, where a heading says so. */
export const inMonth = (flowRate: bigint): string => short(fromFlowRate({ flowRate, per: "month" }));

/** "5,000 USDCx/month". */
export const monthly = (flowRate: bigint, symbol: string): string => `${inMonth(flowRate)} ${symbol}/month`;

/** Units and unit-seconds: "12,345". */
export const count = (units: bigint | number): string => units.toLocaleString("en-GB");

/** "2027-01-15 08:15:30", where a heading says that it is UTC. */
export const dated = (unixSeconds: bigint): string => moment(Number(unixSeconds)).replace(" UTC", "");

/** "08:15": of the chain's clock, by UTC. */
export const clock = (unixSeconds: number): string => new Date(unixSeconds * 1000).toISOString().slice(11, 16);

/** "08:15:30". */
export const clockWithSeconds = (unixSeconds: number): string =>
  new Date(unixSeconds * 1000).toISOString().slice(11, 19);

/** Longest name of a task type that is shown in a list, characters. */
const LONGEST_NAME = 80;

/** A name that a stranger gave, cut; React escapes it. */
export function named(metadata: string, id: string): string {
  const text = metadata.trim();
  if (text === "") return `${id.slice(0, 10)}…`;
  return text.length > LONGEST_NAME ? `${text.slice(0, LONGEST_NAME)}…` : text;
}

/** "0x1234…abcd". */
export const abbreviated = (account: string): string => `${account.slice(0, 6)}…${account.slice(-4)}`;
