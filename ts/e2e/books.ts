import { type Abi, type Address, type Hex, isAddressEqual } from "viem";
import { getBlockNumber, getLogs } from "viem/actions";
import { escrowBufferAbi, iGeneralDistributionAgreementV1Abi, stakeManagerAbi } from "../abi/generated.ts";
import { missing, StreamLedger, type Totals } from "../demo/streamLedger.ts";
import type { LocalEconomy } from "../localchain/localEconomy.ts";
import { contractsOf, distributionPoolAt, superTokenAt } from "../sdk/calls/contracts.ts";
import { getTaskType } from "../sdk/index.ts";
import { readAll } from "./holdings.ts";

/** A pool, and everybody whom it has ever paid. */
export type BookedPool = { taskTypeId: Hex; sinks: readonly Address[] };

/** Where all the money is at one block. All in wei. */
export type ClosedBooks = Totals & {
  /** Prepayments, less what was withdrawn of them. */
  deposited: bigint;
  /** Paid out of the escrows to the sinks; part of `received`. */
  drained: bigint;
  /** I1: what is missing if it is above zero, what came from nowhere if it is below. */
  gap: bigint;
  /** What the escrow buffer has, and what belongs to pools, depositors and sources. */
  backing: { has: bigint; liabilities: bigint };
};

export type BookedSlash = { taskTypeId: Hex; sink: Address; wei: bigint; timestamp: number };

const eventsOf = <const abi extends Abi>(abi: abi, ...names: string[]) =>
  abi.filter((item) => item.type === "event" && names.includes(item.name));

const EVENTS = [
  ...eventsOf(iGeneralDistributionAgreementV1Abi, "FlowDistributionUpdated"),
  ...eventsOf(stakeManagerAbi, "Slashed", "Charged"),
  ...eventsOf(escrowBufferAbi, "Drained", "Deposited", "DepositWithdrawn", "SourceSynced", "PaymentRefused"),
];

/** Blocks whose events are read at once: a block may have hundreds of transactions. */
const BLOCKS = 50n;

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

/**
 * I1 to the wei, from outside: what streams, bonds and prepayments brought in comes from events, what became of it from
 * the contracts and from Superfluid.
 */
export class Books {
  readonly slashes: BookedSlash[] = [];
  /** What sinks were charged when they took their bonds out. */
  readonly charges: BookedSlash[] = [];
  /** Payments to sources that did not get through; they stay set aside. */
  refusals = 0;
  #deposited = 0n;
  #drained = 0n;
  #paidBack = 0n;
  #next: bigint;

  private constructor(
    readonly economy: LocalEconomy,
    readonly pools: readonly OpenPool[],
    readonly streams: StreamLedger,
    next: bigint,
  ) {
    this.#next = next;
  }

  /** Opens the books of pools into which nobody has streamed yet. */
  static async open(economy: LocalEconomy, pools: readonly BookedPool[]): Promise<Books> {
    const { client, deployment, superfluid } = economy;
    const known = pools.map(async (pool) => {
      const { distributionPool } = await getTaskType(client, { deployment, taskTypeId: pool.taskTypeId });
      return { ...pool, distributionPool };
    });
    const next = await getBlockNumber(client, { cacheTime: 0 });
    return new Books(economy, await Promise.all(known), new StreamLedger(superfluid.gdaV1), next + 1n);
  }

  /** Enters the events of all blocks up to one. */
  async read(blockNumber: bigint): Promise<void> {
    const { client, deployment, superfluid } = this.economy;
    const address = [superfluid.gdaV1, deployment.stakeManager, deployment.escrowBuffer];
    for (; this.#next <= blockNumber; this.#next += BLOCKS) {
      const last = this.#next + BLOCKS - 1n;
      const toBlock = last < blockNumber ? last : blockNumber;
      const logs = await getLogs(client, { address, events: EVENTS as never, fromBlock: this.#next, toBlock });
      for (const log of logs as EnteredLog[]) this.#enter(log);
      if (toBlock === blockNumber) break;
    }
    this.#next = blockNumber + 1n;
  }

  /** Adds everything up, as of the latest block. */
  async close(): Promise<ClosedBooks> {
    const { client, deployment, superToken, test } = this.economy;
    const { number: blockNumber, timestamp } = await test.getBlock();
    await this.read(blockNumber);
    const [dust = 0n, has = 0n] = (await readAll(
      client,
      [deployment.backpressurePool, deployment.escrowBuffer].map((account) =>
        superTokenAt(superToken).balanceOf(account),
      ),
      blockNumber,
    )) as bigint[];
    const pools: PoolTotals[] = [];
    for (const pool of this.pools) pools.push(await this.#readPool(pool, blockNumber));
    const total = (pick: (pool: PoolTotals) => bigint): bigint => sum(pools.map(pick));
    const slashed = sum([...this.slashes, ...this.charges].map(({ wei }) => wei));
    const totals: Totals = {
      streamed: sum(
        this.pools.map(({ distributionPool }) => this.streams.streamed(distributionPool, Number(timestamp))),
      ),
      slashed,
      received: total(({ received }) => received),
      escrow: total(({ level }) => level),
      returned: this.#paidBack + total(({ setAside }) => setAside),
      fee: total(({ fee }) => fee),
      dust,
    };
    const liabilities = totals.escrow + totals.fee + total(({ setAside }) => setAside);
    return {
      ...totals,
      deposited: this.#deposited,
      drained: this.#drained,
      gap: missing(totals) + this.#deposited,
      backing: { has: has + total(({ claimable }) => claimable), liabilities },
    };
  }

  /** What a sink has lost so far, wei. */
  slashedOf(sink: Address): bigint {
    return sum(this.slashes.filter((slash) => isAddressEqual(slash.sink, sink)).map(({ wei }) => wei));
  }

  #enter(log: EnteredLog): void {
    const timestamp = Number(log.blockTimestamp);
    const { args } = log;
    if (log.eventName === "FlowDistributionUpdated") {
      this.streams.record({ timestamp, logs: [log as never], transactions: 0 });
    } else if (log.eventName === "Slashed") {
      this.slashes.push({ taskTypeId: args.taskTypeId, sink: args.sink, wei: args.amount, timestamp });
    } else if (log.eventName === "Charged") {
      this.charges.push({ taskTypeId: args.taskTypeId, sink: args.sink, wei: args.amount, timestamp });
    } else if (log.eventName === "Drained") {
      this.#drained += args.fromOverflow + args.fromDeposits;
    } else if (log.eventName === "SourceSynced") {
      this.#paidBack += args.returned;
    } else if (log.eventName === "PaymentRefused") {
      this.#paidBack -= args.amount;
      this.refusals += 1;
    } else {
      this.#deposited += log.eventName === "Deposited" ? args.amount : -args.amount;
    }
  }

  async #readPool({ taskTypeId, distributionPool, sinks }: OpenPool, blockNumber: bigint) {
    const { client, deployment } = this.economy;
    const { backpressurePool, escrowBuffer } = contractsOf(deployment);
    const pool = distributionPoolAt(distributionPool);
    const [level, setAside, [, fee], [claimable], ...amounts] = (await readAll(
      client,
      [
        escrowBuffer.level(taskTypeId),
        escrowBuffer.setAsideOf(taskTypeId),
        backpressurePool.incomeOf(taskTypeId),
        pool.getClaimableNow(deployment.escrowBuffer),
        ...sinks.map((sink) => pool.getTotalAmountReceivedByMember(sink)),
      ],
      blockNumber,
    )) as PoolReading;
    return { level, setAside, fee, claimable, received: sum(amounts) };
  }
}

type OpenPool = BookedPool & { distributionPool: Address };

type PoolReading = [bigint, bigint, [bigint, bigint], [bigint], ...bigint[]];

type PoolTotals = Record<"level" | "setAside" | "fee" | "claimable" | "received", bigint>;

type EnteredLog = {
  address: Address;
  topics: [Hex, ...Hex[]];
  data: Hex;
  blockTimestamp: bigint;
  eventName: string;
  args: { taskTypeId: Hex; sink: Address } & Record<"amount" | "returned" | "fromOverflow" | "fromDeposits", bigint>;
};
