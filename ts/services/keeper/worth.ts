/** Seconds. */
export const DAY = 86_400n;

/** Whether a rate (wei per second) comes to an amount (wei) within a day. */
export function worthPerDay(rate: bigint, minAmount: bigint): boolean {
  return rate * DAY >= minAmount;
}
