import { type Address, decodeErrorResult, type Hex, isHex } from "viem";
import { BackpressureError, type BackpressureErrorOptions, describeError } from "../core/errors.ts";
import { allErrorsAbi } from "./internal/abis.ts";
import { formatAmount, formatDuration } from "./utils/format.ts";

export { BackpressureError, type BackpressureErrorOptions };

/** What to do about an error that a contract reports. */
const ADVICE: Record<string, string> = {
  BackpressurePool_UnknownTaskType: "check the task type and the deployment",
  CapacityRegistry_UnknownTaskType: "check the task type and the deployment",
  EscrowBuffer_UnknownTaskType: "check the task type and the deployment",
  CapacityRegistry_UnknownSink: "call registerSink first",
  CapacityRegistry_SinkExists: "the sink is registered already; go on",
  CapacityRegistry_StakeBelowMinimum: "call stake first",
  CapacityRegistry_NothingCommitted: "commit first",
  CapacityRegistry_RevealTooEarly: "reveal in a later block than the commitment's",
  CapacityRegistry_RevealTooLate: "commit again",
  EscrowBuffer_DepositTooSmall: "deposit at least what the error states",
  EscrowBuffer_NotDepositor: "only who made a deposit withdraws it, and only once",
  StakeManager_InsufficientStake: "ask for at most the stake",
  StakeManager_NothingUnbonding: "call requestUnstake first",
  StakeManager_StillUnbonding: "wait until the time stated",
  StakeManager_NotJudged: "try again; from the time stated on it is paid out in any case",
  CapacityRegistry_NotAdmitted: "ask whoever runs the admission contract",
  EscrowBuffer_NothingToReturn: "nothing of the account's is in the escrow",
  CFA_INSUFFICIENT_BALANCE: "top up the account",
  GDA_INSUFFICIENT_BALANCE: "top up the account: the balance does not cover the deposit",
};

/** A contract refused a call. */
export class ContractCallError extends BackpressureError {
  override name = "ContractCallError";
  /** Name of the contract's error, `CapacityRegistry_RevealTooLate` for example; undefined if it has none. */
  readonly errorName: string | undefined;
  /** The error's arguments, in order. */
  readonly errorArgs: readonly unknown[];

  constructor(call: string, cause: unknown) {
    const decoded = decodeRevert(cause);
    const advice = decoded && ADVICE[decoded.errorName];
    const reason = decoded ? decoded.text + (advice ? `: ${advice}` : "") : describeError(cause);
    super(`${call} failed: ${reason}`, { cause, details: decoded ? describeError(cause) : undefined });
    this.errorName = decoded?.errorName;
    this.errorArgs = decoded?.args ?? [];
  }
}

/** A transaction was mined and had failed, although its simulation had not. */
export class TransactionRevertedError extends BackpressureError {
  override name = "TransactionRevertedError";

  constructor(
    call: string,
    readonly hash: Hex,
  ) {
    super(`${call} failed in transaction ${hash}: the state changed after the simulation; try again`);
  }
}

/** No such task type in this deployment. */
export class TaskTypeNotFoundError extends BackpressureError {
  override name = "TaskTypeNotFoundError";

  constructor(readonly taskTypeId: Hex) {
    super(`there is no task type ${taskTypeId}: check the identifier, the deployment and the chain`);
  }
}

/** A transfer or a CFA stream to a distribution pool: Superfluid accepts it, and the money is stuck for ever. */
export class PoolAddressError extends BackpressureError {
  override name = "PoolAddressError";

  constructor(readonly pool: Address) {
    super(
      `${pool} is a Superfluid pool: a transfer or a CFA stream to it is stuck for ever; stream to it with openStream`,
    );
  }
}

/** A stream so small that Superfluid rounds it down to nothing. */
export class FlowRateTooLowError extends BackpressureError {
  override name = "FlowRateTooLowError";

  /** Both in wei per second. */
  constructor(
    readonly flowRate: bigint,
    readonly totalUnits: bigint,
  ) {
    super(`a stream of ${flowRate} wei/s would be rounded down to 0: stream at least ${totalUnits} wei/s`);
  }
}

/** A stream of which rounding would take more than is acceptable. */
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

/** The account cannot pay Superfluid's deposit and the first while of the stream. */
export class InsufficientBalanceError extends BackpressureError {
  override name = "InsufficientBalanceError";

  /** Amounts in wei, `runway` in seconds. */
  constructor(
    readonly available: bigint,
    readonly required: bigint,
    readonly streamDeposit: bigint,
    readonly runway: number,
  ) {
    super(
      `${formatAmount(required)} tokens are needed (a refundable deposit of ${formatAmount(streamDeposit)} and ` +
        `${formatDuration(runway)} of streaming), ${formatAmount(available)} are there: ` +
        `top up ${formatAmount(required - available)}`,
    );
  }
}

/** The source streams already, or not yet. */
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

/** A commitment could not be revealed in time, several times in a row. */
export class SignalError extends BackpressureError {
  override name = "SignalError";

  constructor(attempts: number, cause: unknown) {
    super(`the signal could not be revealed within the window in ${attempts} attempts: ${describeError(cause)}`, {
      cause,
    });
  }
}

/** A task was refused: the queue is as long as the sink can answer for. */
export class QueueFullError extends BackpressureError {
  override name = "QueueFullError";

  /** Both in unit-seconds. */
  constructor(
    readonly backlog: number,
    readonly maxBacklog: number,
  ) {
    super(`the queue is full: ${backlog} of ${maxBacklog} unit-seconds; try another sink, or later`);
  }
}

/** A task was refused or given up: the queue is shutting down. */
export class QueueClosedError extends BackpressureError {
  override name = "QueueClosedError";

  constructor(options?: BackpressureErrorOptions) {
    super("the queue is shutting down and takes no more tasks", options);
  }
}

/** A receipt that its counterpart must not sign, or whose signature is not its signer's. */
export class ReceiptError extends BackpressureError {
  override name = "ReceiptError";
}

/** Arguments that make no sense whatever the chain says. */
export class InvalidParameterError extends BackpressureError {
  override name = "InvalidParameterError";
}

type DecodedRevert = { errorName: string; args: readonly unknown[]; text: string };

function decodeRevert(error: unknown): DecodedRevert | undefined {
  const data = revertData(error);
  if (data === undefined) return undefined;
  try {
    const { errorName, args = [], abiItem } = decodeErrorResult({ abi: allErrorsAbi, data });
    const values = (args as readonly unknown[]).map((value, index) => {
      const name = "inputs" in abiItem ? abiItem.inputs?.[index]?.name : undefined;
      return name ? `${name} ${String(value)}` : String(value);
    });
    // `require(condition, "reason")`: the reason says it all.
    const text = errorName === "Error" ? String(args[0]) : `${errorName}(${values.join(", ")})`;
    return { errorName, args: args as readonly unknown[], text };
  } catch {
    return undefined;
  }
}

/** viem keeps what a contract reverted with somewhere down the chain of causes, under one of two names. */
function revertData(error: unknown): Hex | undefined {
  for (let level = error; level instanceof Error; level = level.cause) {
    const { raw, data } = level as { raw?: unknown; data?: unknown };
    const nested = typeof data === "object" && data !== null ? (data as { data?: unknown }).data : undefined;
    const found = [raw, data, nested].find((value) => isHex(value) && value.length >= 10);
    if (found !== undefined) return found as Hex;
  }
  return undefined;
}
