import type { PublicClient } from "viem";
import { contractsOf, distributionPoolAt, superTokenAt } from "../sdk/calls/contracts.ts";
import type { Audit } from "./invariants.ts";
import { accountOf, type Market } from "./market.ts";
import type { Slashes } from "./slashes.ts";
import { missing, type StreamLedger, type Totals } from "./streamLedger.ts";

/** Where all the money is in the end, all in wei. */
export type FinalTotals = Totals & {
  /** The same, stage by stage; dust is one balance for all of them. */
  stages: readonly Omit<Totals, "dust">[];
};

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

/** Reads from the chain where all the money went, and checks I1 in three independent ways. */
export async function addUpTotals(
  client: PublicClient,
  market: Market,
  ledger: StreamLedger,
  slashes: Slashes,
  timestamp: number,
  audit: Audit,
): Promise<FinalTotals> {
  const { protocol, superfluid } = market;
  const token = superTokenAt(superfluid.superToken);
  const stages = await Promise.all(market.stages.map((stage) => readStage(client, market, stage, ledger, timestamp)));
  const [dust, held] = await Promise.all([
    client.readContract(token.balanceOf(protocol.backpressurePool)),
    client.readContract(token.balanceOf(protocol.escrowBuffer)),
  ]);

  const total = (pick: (stage: (typeof stages)[number]) => bigint): bigint => sum(stages.map(pick));
  const totals: FinalTotals = {
    streamed: total(({ streamed }) => streamed),
    slashed: sum(slashes.all.map(({ wei }) => wei)),
    received: total(({ received }) => received),
    escrow: total(({ escrow }) => escrow),
    returned: total(({ returned }) => returned),
    fee: total(({ fee }) => fee),
    dust,
    stages: stages.map(({ streamed, received, escrow, returned, fee }, index) => ({
      streamed,
      slashed: slashes.of(index),
      received,
      escrow,
      returned,
      fee,
    })),
  };

  const gap = missing(totals);
  if (gap !== 0n) audit.report("I1", `${gap} wei of ${totals.streamed} streamed are unaccounted for`);
  const liabilities = totals.escrow + totals.fee + total(({ setAside }) => setAside);
  const backing = held + total(({ claimable }) => claimable);
  if (backing !== liabilities)
    audit.report("I1", `the escrow buffer has ${backing} wei and should have ${liabilities}`);
  await checkSupply(client, market, audit);
  return totals;
}

type StageTotals = Omit<Totals, "dust" | "slashed"> & {
  setAside: bigint;
  claimable: bigint;
};

async function readStage(
  client: PublicClient,
  { protocol }: Market,
  stage: Market["stages"][number],
  ledger: StreamLedger,
  timestamp: number,
): Promise<StageTotals> {
  const { id, distributionPool, sinks, sources } = stage;
  const { backpressurePool, escrowBuffer } = contractsOf(protocol);
  const pool = distributionPoolAt(distributionPool);
  const [level, setAside, [, fee], [claimable], received, returned] = await Promise.all([
    client.readContract(escrowBuffer.level(id)),
    client.readContract(escrowBuffer.setAsideOf(id)),
    client.readContract(backpressurePool.incomeOf(id)),
    client.readContract(pool.getClaimableNow(protocol.escrowBuffer)),
    Promise.all(sinks.map(({ address }) => client.readContract(pool.getTotalAmountReceivedByMember(address)))),
    Promise.all(sources.map(({ address }) => client.readContract(escrowBuffer.returnedOf(id, address)))),
  ]);
  return {
    streamed: ledger.streamed(distributionPool, timestamp),
    received: sum(received),
    // What waits for a source has left the overflow for good.
    returned: sum(returned) + setAside,
    escrow: level,
    fee,
    setAside,
    claimable,
  };
}

/** Everything that anybody has, deposits of streams included, is all there is of the token. */
async function checkSupply(client: PublicClient, market: Market, audit: Audit): Promise<void> {
  const { protocol, superfluid, stages, keeper } = market;
  const holders = [
    ...stages.map(({ distributionPool }) => distributionPool),
    ...stages.flatMap(({ sinks, sources }) => [...sinks, ...sources]).map(({ address }) => address),
    ...[protocol.stakeManager, protocol.escrowBuffer, protocol.backpressurePool, keeper.address],
    accountOf("creator").address,
  ];
  const token = superTokenAt(superfluid.superToken);
  const [supply, ...balances] = await Promise.all([
    client.readContract(token.totalSupply()),
    ...[...new Set(holders)].map((holder) => client.readContract(token.realtimeBalanceOfNow(holder))),
  ]);
  const all = sum(balances.map(([available, deposit]) => available + deposit));
  if (all !== supply) audit.report("I1", `all balances add up to ${all} wei, the token's supply is ${supply}`);
}
