/**
 * Numbers and times as people read them, in the terminal, on the page and in documents. One rule for all of them: what has
 * no room is cut off, never rounded up. So nothing looks larger than it is, and 100 % means all.
 */

/** Digits after the point, so that the same thing looks the same wherever it stands. */
const DIGITS = { money: 6, brief: 2, share: 1, rate: 2 } as const;

/** Keeps a number that should end here, such as 0.29 × 100, from losing its last digit to binary fractions. */
const BINARY = 1e-9;

/** "20:15" for seconds after the start. */
export function formatTime(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${String(minutes).padStart(2, "0")}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

/** "51.927421" for wei. */
export function formatMoney(wei: bigint, digits: number = DIGITS.money): string {
  const text = String(wei < 0n ? -wei : wei).padStart(19, "0");
  const fraction = text.slice(-18).slice(0, digits);
  return `${wei < 0n ? "-" : ""}${formatCount(BigInt(text.slice(0, -18)))}.${fraction}`;
}

/** "51.92" for wei, where there is little room. */
export function formatMoneyBriefly(wei: bigint): string {
  return formatMoney(wei, DIGITS.brief);
}

/** "28,790". */
export function formatCount(count: number | bigint): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "44.4 %" for 0.444. */
export function formatShare(share: number, digits: number = DIGITS.share): string {
  return `${cut(share * 100, digits)} %`;
}

/** Tokens, or tokens per second, in thousands: "2.48". */
export function formatThousands(tokens: number, digits: number = DIGITS.rate): string {
  return cut(tokens / 1000, digits);
}

/** At most three columns, for tables: "0", ".15", "3.8", "15" for a number of at least 0. */
export function formatTiny(value: number): string {
  if (value >= 1000) return "1k+";
  if (value < 0.01) return "0";
  const digits = value >= 10 ? 0 : 1;
  return value < 1 ? cut(value, 2).slice(1) : cut(value, digits);
}

/** USDCx that an amount of tokens costs at the full price: "2.48". */
export function formatTokensAsMoney(tokens: number, digits: number = DIGITS.brief): string {
  return cut(tokens / 1e6, digits);
}

/** Text that is not longer than `width` columns: "Bartholo…". */
export function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function cut(value: number, digits: number): string {
  const scale = 10 ** digits;
  return (Math.trunc(value * scale + Math.sign(value) * BINARY * scale) / scale).toFixed(digits);
}
