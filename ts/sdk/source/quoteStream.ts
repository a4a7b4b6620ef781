import type { Address } from "viem";
import { contractsOf, gdaAt, superTokenAt } from "../calls/contracts.ts";
import {
  type ContractCallError,
  FlowRateLossError,
  FlowRateTooLowError,
  InsufficientBalanceError,
  InvalidParameterError,
  type TaskTypeNotFoundError,
} from "../errors.ts";
import { read } from "../internal/call.ts";
import { type PoolEvidence, readEvidence } from "../internal/evidence.ts";
import { getDepositTerms, getGda, getGovernance, streamDepositOf } from "../internal/superfluid.ts";
import { withTaskType } from "../internal/withTaskType.ts";
import type { ReadClient, TaskTypeParameter } from "../types.ts";

/** Superfluid's type for a rate is int96. */
const MAX_FLOW_RATE = 2n ** 95n - 1n;

/** How much of a stream rounding may take, basis points: 1 %. */
const MAX_LOSS_BASIS_POINTS = 100n;

/** An hour: long enough to notice and to top up. */
const DEFAULT_RUNWAY = 3600;

export type QuoteStreamParameters = TaskTypeParameter & {
  source: Address;
  /** What the source wants to stream from now on, in all, wei per second. */
  flowRate: bigint;
  /** How long the balance must last beside the deposit, seconds; an hour if not said. */
  runway?: number | undefined;
};

export type QuoteStreamReturnType = {
  /** What was asked for, wei per second. */
  flowRate: bigint;
  /** What Superfluid would really stream, after rounding, wei per second. */
  actualFlowRate: bigint;
  /** What the source streams before, wei per second. */
  previousFlowRate: bigint;
  /** What Superfluid holds while the stream runs and gives back when it is closed, wei. */
  streamDeposit: bigint;
  /** What the source can spend now, wei. */
  availableBalance: bigint;
  /** What it needs now: deposit not yet held, and the runway; wei. */
  requiredBalance: bigint;
  /** Whether sinks of this pool can be judged now; undefined where another verifier than the protocol's judges. */
  evidence: PoolEvidence | undefined;
};

export type QuoteStreamErrorType =
  | InvalidParameterError
  | FlowRateTooLowError
  | FlowRateLossError
  | InsufficientBalanceError
  | TaskTypeNotFoundError
  | ContractCallError;

/**
 * What a stream would really be and cost. Refuses what would go wrong silently: a rate that Superfluid rounds to
 * nothing, or by more than 1 %, and an account that would soon be liquidated.
 * @throws {FlowRateTooLowError}
 * @throws {FlowRateLossError}
 * @throws {InsufficientBalanceError}
 * @example
 * const quote = await quoteStream(client, { deployment, taskTypeId, source, flowRate: parseEther("0.001") });
 * // quote.actualFlowRate in wei per second, quote.streamDeposit in wei
 * if (!quote.evidence?.verified) console.log("too little of this pool's money acknowledges work to judge anybody");
 */
export async function quoteStream(
  client: ReadClient,
  parameters: QuoteStreamParameters,
): Promise<QuoteStreamReturnType> {
  const { deployment, taskTypeId, source, flowRate, runway = DEFAULT_RUNWAY } = parameters;
  assertSensible(flowRate, runway);
  const [taskType, [gdaAddress, governance, totalUnits]] = await withTaskType(client, parameters, () =>
    Promise.all([
      getGda(client, deployment),
      getGovernance(client, deployment),
      read(client, contractsOf(deployment).backpressurePool.totalUnits(taskTypeId)),
    ]),
  );
  const { superToken, distributionPool } = taskType;
  const gda = gdaAt(gdaAddress);
  const stream = [superToken, source, distributionPool] as const;
  const [[actualFlowRate], [, previousFlowRate, previousDeposit], [availableBalance], terms, evidence] =
    await Promise.all([
      read(client, gda.estimateFlowDistributionActualFlowRate(...stream, flowRate)),
      read(client, gda.getFlow(...stream)),
      read(client, superTokenAt(superToken).realtimeBalanceOfNow(source)),
      getDepositTerms(client, deployment, governance, superToken),
      readEvidence(client, parameters, taskType),
    ]);
  assertRounding(flowRate, actualFlowRate, totalUnits);

  const streamDeposit = streamDepositOf(actualFlowRate, terms);
  const requiredBalance = streamDeposit - previousDeposit + actualFlowRate * BigInt(runway);
  // Whoever is short of money must be able to stream less.
  if (actualFlowRate > previousFlowRate && availableBalance < requiredBalance) {
    throw new InsufficientBalanceError(availableBalance, requiredBalance, streamDeposit - previousDeposit, runway);
  }
  return { flowRate, actualFlowRate, previousFlowRate, streamDeposit, availableBalance, requiredBalance, evidence };
}

function assertSensible(flowRate: bigint, runway: number): void {
  if (flowRate <= 0n || flowRate > MAX_FLOW_RATE) {
    throw new InvalidParameterError(`a flow rate is between 1 and ${MAX_FLOW_RATE} wei/s, not ${flowRate}`);
  }
  if (!Number.isSafeInteger(runway) || runway < 0) {
    throw new InvalidParameterError(`a runway is a whole number of seconds, not ${runway}`);
  }
}

function assertRounding(flowRate: bigint, actualFlowRate: bigint, totalUnits: bigint): void {
  if (actualFlowRate === 0n) throw new FlowRateTooLowError(flowRate, totalUnits);
  const lost = flowRate - actualFlowRate;
  if (lost * 10_000n > flowRate * MAX_LOSS_BASIS_POINTS) {
    throw new FlowRateLossError(flowRate, actualFlowRate, MAX_LOSS_BASIS_POINTS);
  }
}
