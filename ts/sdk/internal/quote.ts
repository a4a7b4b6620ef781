import type { Address } from "viem";
import { contractsOf, gdaAt, superTokenAt } from "../calls/contracts.ts";
import { FlowRateLossError, FlowRateTooLowError, InsufficientFundsError, InvalidParameterError } from "../errors.ts";
import type { ReadClient, TaskTypeParameter } from "../types.ts";
import { formatAmount, formatDuration } from "../utils/format.ts";
import { read } from "./call.ts";
import { type PoolEvidence, readEvidence } from "./evidence.ts";
import { readerFor } from "./reader.ts";
import { getDepositTerms, getGda, getGovernance, streamDepositOf } from "./superfluid.ts";
import { warningsOf } from "./warnings.ts";
import { withTaskType } from "./withTaskType.ts";

/** Superfluid's type for a rate is int96. */
const MAX_FLOW_RATE = 2n ** 95n - 1n;

/** How much of a stream rounding may take, basis points: 1 %. */
const MAX_LOSS_BASIS_POINTS = 100n;

/** What a unit should get of a stream, wei per second: then rounding takes less than a millionth of it. */
const LEAST_PER_UNIT = 1_000_000n;

/** An hour: long enough to notice and to top up. */
const DEFAULT_RUNWAY = 3600;

export type QuoteStreamParameters = TaskTypeParameter & {
  source: Address;
  /** What the source wants to stream from now on, in all, wei per second. */
  flowRate: bigint;
  /** How long the balance must last beside the deposit, seconds; an hour if not said. */
  runway?: number | undefined;
  /** Take a rate of less than a million wei per second and unit; no if not said. */
  force?: boolean | undefined;
};

export type QuoteStreamReturnType = {
  /** What was asked for, wei per second. */
  flowRate: bigint;
  /** What Superfluid would really stream, after rounding, wei per second. */
  actualFlowRate: bigint;
  /** What the source streams before, wei per second. */
  previousFlowRate: bigint;
  /**
   * What Superfluid holds while the stream runs and gives back when it is closed, wei. Who lets the balance run out loses
   * it to whoever closes the stream instead.
   */
  streamDeposit: bigint;
  /** How much of the stream that is, seconds: four hours on Base; more for a stream below Superfluid's smallest deposit. */
  depositPeriod: number;
  /** What of it is not held yet, wei. */
  newDeposit: bigint;
  /** What the source can spend now, wei. */
  availableBalance: bigint;
  /** What it needs now: deposit not yet held, and the runway; wei. */
  requiredBalance: bigint;
  /** Whether sinks of this pool can be judged now; undefined where another verifier than the protocol's judges. */
  evidence: PoolEvidence | undefined;
  /** What should be known before, in words: who else than the protocol's tracker judges here. */
  warnings: string[];
};

/** A quote, and what it takes to open the stream. */
export type Quote = QuoteStreamReturnType & {
  gda: Address;
  superToken: Address;
  distributionPool: Address;
  totalUnits: bigint;
};

/** Reads all that a stream depends on; judges nothing yet. */
export async function readQuote(from: ReadClient, parameters: QuoteStreamParameters): Promise<Quote> {
  const client = readerFor(from, parameters);
  const { deployment, taskTypeId, source, flowRate, runway = DEFAULT_RUNWAY } = parameters;
  assertSensible(flowRate, runway);
  const [taskType, [gda, governance, totalUnits]] = await withTaskType(client, parameters, () =>
    Promise.all([
      getGda(client, deployment),
      getGovernance(client, deployment),
      read(client, contractsOf(deployment).backpressurePool.totalUnits(taskTypeId)),
    ]),
  );
  const { superToken, distributionPool } = taskType;
  const stream = [superToken, source, distributionPool] as const;
  const [[actualFlowRate], [, previousFlowRate, previousDeposit], [availableBalance], terms, evidence] =
    await Promise.all([
      read(client, gdaAt(gda).estimateFlowDistributionActualFlowRate(...stream, flowRate)),
      read(client, gdaAt(gda).getFlow(...stream)),
      read(client, superTokenAt(superToken).realtimeBalanceOfNow(source)),
      getDepositTerms(client, deployment, governance, superToken),
      readEvidence(client, parameters, taskType),
    ]);
  const streamDeposit = streamDepositOf(actualFlowRate, terms);
  return {
    ...{ flowRate, actualFlowRate, previousFlowRate, streamDeposit, availableBalance, evidence },
    depositPeriod: Number(terms.liquidationPeriod),
    newDeposit: streamDeposit - previousDeposit,
    requiredBalance: streamDeposit - previousDeposit + actualFlowRate * BigInt(runway),
    warnings: warningsOf(deployment, taskType),
    ...{ gda, superToken, distributionPool, totalUnits },
  };
}

function assertSensible(flowRate: bigint, runway: number): void {
  if (flowRate <= 0n || flowRate > MAX_FLOW_RATE) {
    throw new InvalidParameterError(`a flow rate is between 1 and ${MAX_FLOW_RATE} wei/s, not ${flowRate}`);
  }
  if (!Number.isSafeInteger(runway) || runway < 0) {
    throw new InvalidParameterError(`a runway is a whole number of seconds, not ${runway}`);
  }
}

/**
 * Refuses what would go wrong silently. Whoever is short of money, or streams little, must be able to stream less.
 * @param added What comes to the balance in the same transaction, wei.
 */
export function assertQuote(
  quote: Quote,
  { runway = DEFAULT_RUNWAY, force = false }: QuoteStreamParameters,
  added = 0n,
) {
  const { flowRate, actualFlowRate, previousFlowRate, totalUnits, newDeposit, superToken } = quote;
  if (actualFlowRate === 0n) throw new FlowRateTooLowError(flowRate, totalUnits, true);
  const least = LEAST_PER_UNIT * totalUnits;
  const isMore = actualFlowRate > previousFlowRate;
  if (isMore && actualFlowRate < least && !force) throw new FlowRateTooLowError(flowRate, least, false);
  if ((flowRate - actualFlowRate) * 10_000n > flowRate * MAX_LOSS_BASIS_POINTS) {
    throw new FlowRateLossError(flowRate, actualFlowRate, MAX_LOSS_BASIS_POINTS);
  }
  const available = quote.availableBalance + added;
  if (!isMore || available >= quote.requiredBalance) return;
  const purpose =
    `a refundable deposit of ${formatAmount(newDeposit)}, ${formatDuration(quote.depositPeriod)} of the stream, ` +
    `and ${formatDuration(runway)} of streaming`;
  throw new InsufficientFundsError(quote.requiredBalance, available, superToken, purpose);
}
