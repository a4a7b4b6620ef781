import type { Address } from "viem";
import { BackpressureError, describeError } from "../../core/errors.ts";

/**
 * A transfer or a CFA stream to a distribution pool: Superfluid accepts it, and the money is stuck for ever.
 * @remarks Stream to it with `openStream`.
 */
export class PoolAddressError extends BackpressureError {
  override name = "PoolAddressError";

  constructor(readonly pool: Address) {
    super(
      `${pool} is a Superfluid pool: a transfer or a CFA stream to it is stuck for ever; stream to it with openStream`,
    );
  }
}

/**
 * A stream so small that rounding to whole wei per second and unit would spoil it, or make it nothing.
 * @remarks Stream at least `least` wei per second; with `force` anything that does not become nothing is taken.
 */
export class FlowRateTooLowError extends BackpressureError {
  override name = "FlowRateTooLowError";

  /** Both in wei per second; `least` is what would do. */
  constructor(
    readonly flowRate: bigint,
    readonly least: bigint,
    becomesNothing: boolean,
  ) {
    super(
      becomesNothing
        ? `a stream of ${flowRate} wei/s would be rounded down to 0: stream at least ${least} wei/s`
        : `a stream of ${flowRate} wei/s is too little for the units of this pool: stream at least ${least} wei/s ` +
            `(a super token has 18 decimals), or force it`,
    );
  }
}

/**
 * A stream of which rounding would take more than is acceptable.
 * @remarks Stream more, or ask for `actualFlowRate`, of which nothing is lost.
 */
export class FlowRateLossError extends BackpressureError {
  override name = "FlowRateLossError";

  /** Both in wei per second. */
  constructor(
    readonly flowRate: bigint,
    readonly actualFlowRate: bigint,
    readonly maxLossBasisPoints: bigint,
  ) {
    super(
      `rounding would make ${flowRate} wei/s a stream of ${actualFlowRate} wei/s, more than ` +
        `${Number(maxLossBasisPoints) / 100} % less: stream more, or ask for ${actualFlowRate} wei/s`,
    );
  }
}

/**
 * The source streams already, or not yet.
 * @remarks Call `changeStream` where there is a stream (`flowRate`), `openStream` where there is none.
 */
export class StreamStateError extends BackpressureError {
  override name = "StreamStateError";

  constructor(
    readonly source: Address,
    readonly flowRate: bigint,
  ) {
    super(
      flowRate === 0n
        ? `${source} has no stream to this pool: call openStream`
        : `${source} streams ${flowRate} wei/s to this pool already: call changeStream`,
    );
  }
}

/**
 * A stream that had to be closed still flows.
 * @remarks Call `closeStream` until it succeeds: until then the stream costs money.
 */
export class StreamNotClosedError extends BackpressureError {
  override name = "StreamNotClosedError";

  constructor(
    readonly source: Address,
    cause: unknown,
  ) {
    super(
      `the stream of ${source} could not be closed and still costs money: call closeStream (${describeError(cause)})`,
      {
        cause,
      },
    );
  }
}
