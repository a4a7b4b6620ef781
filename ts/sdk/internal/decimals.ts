import { InvalidParameterError, WrongDecimalsError } from "../errors.ts";

/** A millionth of a token, wei. What a token of six decimals counts in is a trillion times less than what 18 do. */
const SMALLEST_AMOUNT = 1_000_000_000_000n;

/** What may be said of whatever looks like a mistake. */
export type ForceParameter = {
  /** Do it although the amount looks like one of a token of six decimals; no if not said. */
  force?: boolean | undefined;
};

/**
 * An amount of a super token, wei.
 * @throws {WrongDecimalsError} if it is so small that it looks like an amount of a token of six decimals.
 */
export function assertAmount(amount: bigint, { force = false }: ForceParameter): void {
  if (amount <= 0n) throw new InvalidParameterError(`an amount is above 0 wei, not ${amount}`);
  if (amount < SMALLEST_AMOUNT && !force) throw new WrongDecimalsError(amount);
}
