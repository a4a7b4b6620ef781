import { formatUnits } from "viem";

/**
 * Wei of a super token as tokens, for people: at most six decimals, cut, and never "0" for something.
 * @example
 * formatAmount(1_234_567_890_000_000_000_000n); // "1,234.56789"
 */
export function formatAmount(wei: bigint): string {
  const sign = wei < 0n ? "-" : "";
  const [whole = "0", fraction = ""] = formatUnits(wei < 0n ? -wei : wei, 18).split(".");
  const decimals = fraction.slice(0, 6).replace(/0+$/, "");
  if (whole === "0" && decimals === "" && wei !== 0n) return `${sign}<0.000001`;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return sign + grouped + (decimals === "" ? "" : `.${decimals}`);
}

/**
 * Seconds for people: the two largest of days, hours, minutes, seconds.
 * @example
 * formatDuration(93_784); // "1 d 2 h"
 */
export function formatDuration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [Math.floor(seconds) % 60, "s"],
  ] as const;
  const first = parts.findIndex(([value]) => value > 0);
  if (first === -1) return "0 s";
  const shown = parts.slice(first, first + 2).filter(([value]) => value > 0);
  return shown.map(([value, unit]) => `${value} ${unit}`).join(" ");
}
