/** Numbers and times as people read them. */

/** "20:15" for seconds after the start. */
export function formatTime(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${String(minutes).padStart(2, "0")}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

/** "51.927421" for wei; cut off, not rounded. */
export function formatMoney(wei: bigint, digits = 6): string {
  const text = String(wei < 0n ? -wei : wei).padStart(19, "0");
  const fraction = text.slice(-18).slice(0, digits);
  return `${wei < 0n ? "-" : ""}${formatCount(BigInt(text.slice(0, -18)))}.${fraction}`;
}

/** "28,790". */
export function formatCount(count: number | bigint): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "44.4 %" for 0.444. */
export function formatShare(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** Tokens that an amount of wei pays for at the full price, in thousands: "2.48". */
export function formatThousands(tokens: number, digits = 2): string {
  return (tokens / 1000).toFixed(digits);
}
