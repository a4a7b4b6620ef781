import type { Address } from "viem";
import { BackpressureError, type BackpressureErrorOptions } from "../../core/errors.ts";
import { formatAmount } from "../utils/format.ts";

/**
 * The account has too little for what it wants to do.
 * @remarks Top up `needed − available`, in the smallest units of `token`; without `token`, in the chain's own
 * currency, for gas.
 */
export class InsufficientFundsError extends BackpressureError {
  override name = "InsufficientFundsError";

  /**
   * @param needed Smallest units of the token, as `available` is.
   * @param token What there is too little of; undefined for the chain's own currency.
   * @param purpose What it is needed for, in words.
   * @param format Writes an amount for people; as of 18 decimals if not said.
   */
  constructor(
    readonly needed: bigint,
    readonly available: bigint,
    readonly token: Address | undefined,
    purpose: string,
    format: (amount: bigint) => string = formatAmount,
  ) {
    const unit = token === undefined ? "of the chain's own currency" : `of token ${token}`;
    super(
      `${format(needed)} ${unit} are needed (${purpose}), ${format(available)} are there: ` +
        `top up ${format(needed - available)}`,
    );
  }
}

/**
 * An amount that looks like one of a token of six decimals, where a super token has 18.
 * @remarks Count in wei: super tokens have 18 decimals (`parseEther`). With `force` it is taken as it is.
 */
export class WrongDecimalsError extends BackpressureError {
  override name = "WrongDecimalsError";

  /** Wei. */
  constructor(readonly amount: bigint) {
    super(
      `${amount} wei are less than a millionth of a token: amounts of super tokens have 18 decimals, not 6 ` +
        `(parseEther); if it is meant, force it`,
    );
  }
}

/**
 * A plain token where a super token is wanted.
 * @remarks Use `wrapper` instead, and `wrap` to get it.
 */
export class NotASuperTokenError extends BackpressureError {
  override name = "NotASuperTokenError";

  /** @param wrapper The super token that wraps this one; undefined if Superfluid's factory knows none. */
  constructor(
    readonly token: Address,
    readonly wrapper: Address | undefined,
    options?: BackpressureErrorOptions,
  ) {
    const hint = wrapper === undefined ? "Superfluid's factory knows no wrapper of it" : `its wrapper is ${wrapper}`;
    super(`${token} is not a super token: ${hint}`, options);
  }
}
