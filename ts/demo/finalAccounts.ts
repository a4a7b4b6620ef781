import type { PublicClient } from "viem";
import { backpressurePoolAbi, escrowBufferAbi, iSuperfluidPoolAbi, iSuperTokenAbi } from "../abi/generated.ts";
import type { Audit } from "./invariants.ts";
import { accountOf, type Market } from "./market.ts";
import type { Slashes } from "./slashes.ts";
import { readMany } from "./state.ts";
import { type Accounts, type Ledger, missing } from "./streamLedger.ts";

/** The final accounts, all in wei. */
export type FinalAccounts = Accounts & {
  /** Dust that was swept into the escrows; part of what they got. */
  swept: bigint;
  /** Paid out of the escrows to the sinks; part of `received`. */
  drained: bigint;
  /** The same, stage by stage; dust is one balance for all of them. */
  stages: readonly Omit<Accounts, "dust">[];
};

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

/** Reads from the chain where all the money went, and checks I1 in three independent ways. */
export async function closeAccounts(
  client: PublicClient,
  market: Market,
  ledger: Ledger,
  slashes: Slashes,
  timestamp: number,
  audit: Audit,
): Promise<FinalAccounts> {
  const { protocol, superfluid } = market;
  const balanceOf = { address: superfluid.superToken, abi: iSuperTokenAbi, functionName: "balanceOf" };
  const stages = await Promise.all(market.stages.map((stage) => readStage(client, market, stage, ledger, timestamp)));
  const [dust, held] = (await readMany(client, [
    { ...balanceOf, args: [protocol.backpressurePool] },
    { ...balanceOf, args: [protocol.escrowBuffer] },
  ])) as [bigint, bigint];

  const total = (pick: (stage: (typeof stages)[number]) => bigint): bigint => sum(stages.map(pick));
  const slashed = sum(slashes.all.map(({ wei }) => wei));
  const accounts: FinalAccounts = {
    streamed: total(({ streamed }) => streamed),
    slashed,
    received: total(({ received }) => received),
    escrow: total(({ escrow }) => escrow),
    returned: total(({ returned }) => returned),
    fee: total(({ fee }) => fee),
    dust,
    swept: total(({ donated }) => donated) - slashed,
    drained: total(({ drained }) => drained),
    stages: stages.map(({ streamed, received, escrow, returned, fee }, index) => ({
      streamed,
      slashed: slashes.of(index),
      received,
      escrow,
      returned,
      fee,
    })),
  };

  const gap = missing(accounts);
  if (gap !== 0n) audit.report("I1", `${gap} wei of ${accounts.streamed} streamed are unaccounted for`);
  const owed = accounts.escrow + accounts.fee + total(({ setAside }) => setAside);
  const backing = held + total(({ claimable }) => claimable);
  if (backing !== owed) audit.report("I1", `the escrow buffer has ${backing} wei and owes ${owed}`);
  await checkSupply(client, market, audit);
  return accounts;
}

type StageAccounts = Omit<Accounts, "dust" | "slashed"> & {
  donated: bigint;
  drained: bigint;
  setAside: bigint;
  claimable: bigint;
};

async function readStage(
  client: PublicClient,
  { protocol }: Market,
  stage: Market["stages"][number],
  ledger: Ledger,
  timestamp: number,
): Promise<StageAccounts> {
  const { id, distributionPool, sinks, sources } = stage;
  const escrow = { address: protocol.escrowBuffer, abi: escrowBufferAbi, args: [id] };
  const pool = { address: distributionPool, abi: iSuperfluidPoolAbi };
  const received = "getTotalAmountReceivedByMember";
  const [level, setAside, [donated, drained], [, fee], [claimable], ...amounts] = (await readMany(client, [
    { ...escrow, functionName: "level" },
    { ...escrow, functionName: "setAsideOf" },
    { ...escrow, functionName: "totalsOf" },
    { address: protocol.backpressurePool, abi: backpressurePoolAbi, functionName: "incomeOf", args: [id] },
    { ...pool, functionName: "getClaimableNow", args: [protocol.escrowBuffer] },
    ...sinks.map(({ address }) => ({ ...pool, functionName: received, args: [address] })),
    ...sources.map(({ address }) => ({ ...escrow, functionName: "returnedOf", args: [id, address] })),
  ])) as [bigint, bigint, [bigint, bigint, bigint], [bigint, bigint], [bigint, bigint], ...bigint[]];
  return {
    streamed: ledger.streamed(distributionPool, timestamp),
    received: sum(amounts.slice(0, sinks.length)),
    // What waits for a source has left the overflow for good.
    returned: sum(amounts.slice(sinks.length)) + setAside,
    escrow: level,
    fee,
    donated,
    drained,
    setAside,
    claimable,
  };
}

/** Everything that anybody has, deposits of streams included, is all there is of the token. */
async function checkSupply(client: PublicClient, market: Market, audit: Audit): Promise<void> {
  const { protocol, superfluid, stages, keeper } = market;
  const token = { address: superfluid.superToken, abi: iSuperTokenAbi };
  const holders = [
    ...stages.map(({ distributionPool }) => distributionPool),
    ...stages.flatMap(({ sinks, sources }) => [...sinks, ...sources]).map(({ address }) => address),
    ...[protocol.stakeManager, protocol.escrowBuffer, protocol.backpressurePool, keeper.address],
    accountOf("creator").address,
  ];
  const [supply, ...balances] = (await readMany(client, [
    { ...token, functionName: "totalSupply" },
    ...[...new Set(holders)].map((holder) => ({ ...token, functionName: "realtimeBalanceOfNow", args: [holder] })),
  ])) as [bigint, ...[bigint, bigint, bigint, bigint][]];
  const all = sum(balances.map(([available, deposit]) => available + deposit));
  if (all !== supply) audit.report("I1", `all balances add up to ${all} wei, the token's supply is ${supply}`);
}
