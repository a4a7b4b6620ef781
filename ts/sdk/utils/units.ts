import { InvalidParameterError } from "../errors.ts";

/** A month as Superfluid counts it: 365 / 12 days. */
export const SECONDS_PER_MONTH = 2_628_000n;

/** One unit of capacity as the registry stores moving averages: billionths. */
export const CAPACITY_SCALE = 1_000_000_000n;

const SECONDS = { second: 1n, minute: 60n, hour: 3600n, day: 86_400n, month: SECONDS_PER_MONTH } as const;

/** A stretch of time that prices are quoted in; a month has 365 / 12 days. */
export type TimeUnit = keyof typeof SECONDS;

export type ToFlowRateParameters = {
  /** Wei per `per`. */
  amount: bigint;
  per: TimeUnit;
};

/**
 * Turns an amount per month, day … into what Superfluid streams.
 * @returns Wei per second, rounded down.
 * @example
 * const flowRate = toFlowRate({ amount: parseEther("100"), per: "month" });
 * // 38051750380517 wei per second
 */
export function toFlowRate({ amount, per }: ToFlowRateParameters): bigint {
  if (amount < 0n) throw new InvalidParameterError(`an amount per ${per} cannot be negative: ${amount}`);
  return amount / SECONDS[per];
}

/** @param flowRate Wei per second. */
export type FromFlowRateParameters = { flowRate: bigint; per: TimeUnit };

/**
 * What a stream comes to in a month, a day …
 * @returns Wei per `per`.
 * @example
 * const perMonth = fromFlowRate({ flowRate: 38_051_750_380_517n, per: "month" });
 * // 99.999999999998676 tokens
 */
export function fromFlowRate({ flowRate, per }: FromFlowRateParameters): bigint {
  return flowRate * SECONDS[per];
}
