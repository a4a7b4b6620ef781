import type { Hex } from "viem";
import { encodeCall } from "../calls/callsOf.ts";
import { contractsOf, hostAt } from "../calls/contracts.ts";
import { changeStreamCall, forwarded, type Operation } from "../calls/superfluid.ts";
import { InsufficientFundsError } from "../errors.ts";
import { send } from "../internal/call.ts";
import { getDepositTerms, getGda, getGovernance, streamDepositOf } from "../internal/superfluid.ts";
import type { GetPoolReturnType } from "../read/getPool.ts";
import type { GetSourceReturnType } from "../read/getSource.ts";
import type { Deployment, WriteClient } from "../types.ts";
import { formatAmount, formatDuration } from "../utils/format.ts";

/** A pool as it is, and what the account is to stream to it, wei per second. */
export type StreamGoal = { pool: GetPoolReturnType; source: GetSourceReturnType; flowRate: bigint };

/**
 * Sets several streams of an account in one transaction, lowered streams first: their deposits pay for the raised ones. Each
 * change has the synchronisations that keep what the account has in the escrow; where nothing flows any more, what is
 * payable is fetched. A rate that Superfluid would round to the present one is no change.
 * @returns The transaction; undefined if there was nothing to do.
 * @throws {InsufficientFundsError} if more is to be streamed than the account can pay for; nothing was sent.
 */
export async function setStreams(
  client: WriteClient,
  { deployment, goals, runway }: { deployment: Deployment; goals: readonly StreamGoal[]; runway: number },
): Promise<Hex | undefined> {
  const changes = goals.filter(isChange).sort((a, b) => (increase(a) < increase(b) ? -1 : 1));
  const leftovers = goals.filter((goal) => !isChange(goal) && goal.flowRate === 0n && goal.source.returns.payable > 0n);
  if (changes.length + leftovers.length === 0) return undefined;
  await assertAffordable(client, { deployment, goals, runway });
  const gda = await getGda(client, deployment);
  const source = client.account.address;
  const operations = changes.flatMap(({ pool: { taskType }, flowRate }): readonly Operation[] => {
    const { superToken, distributionPool, taskTypeId } = taskType;
    const change = { gda, superToken, distributionPool, taskTypeId, source, flowRate };
    return changeStreamCall(deployment, change).args[0];
  });
  const fetches = leftovers.map(({ pool: { taskType } }) =>
    forwarded(encodeCall(contractsOf(deployment).escrowBuffer.syncSource(taskType.taskTypeId, source))),
  );
  return (await send(client, hostAt(deployment.host).batchCall([...operations, ...fetches]))).hash;
}

const increase = ({ flowRate, source }: StreamGoal): bigint => flowRate - source.flowRate;

function isChange(goal: StreamGoal): boolean {
  const more = increase(goal);
  return goal.source.flowRate > 0n && more > 0n ? more >= goal.pool.totalUnits : more !== 0n;
}

/** Superfluid would take the last wei, and liquidate the account soon after. Whoever streams less in all may always. */
async function assertAffordable(
  client: WriteClient,
  { deployment, goals, runway }: { deployment: Deployment; goals: readonly StreamGoal[]; runway: number },
): Promise<void> {
  const [first] = goals;
  if (first === undefined || goals.reduce((sum, goal) => sum + increase(goal), 0n) <= 0n) return;
  const { superToken } = first.pool.taskType;
  const governance = await getGovernance(client, deployment);
  const terms = await getDepositTerms(client, deployment, governance, superToken);
  const held = goals.reduce((sum, { source }) => sum + source.streamDeposit, 0n);
  const deposits = goals.reduce((sum, { flowRate }) => sum + streamDepositOf(flowRate, terms), 0n);
  const flowRate = goals.reduce((sum, goal) => sum + goal.flowRate, 0n);
  const [available, required] = [first.source.availableBalance, deposits - held + flowRate * BigInt(runway)];
  const purpose = `deposits of ${formatAmount(deposits - held)}, which come back, and ${formatDuration(runway)} of streaming`;
  if (available < required) throw new InsufficientFundsError(required, available, superToken, purpose);
}
