import type { Address } from "viem";
import { getBlock, getBlockNumber, getContractEvents } from "viem/actions";
import { escrowBufferAbi } from "../../abi/generated.ts";
import { contractsOf, distributionPoolAt } from "../../sdk/calls/contracts.ts";
import { type GetPoolReturnType, getPool, type SignedAttestation, type SignedReceipt } from "../../sdk/index.ts";
import { UNIT_RATE } from "../../testkit/testChain.ts";
import { RECEIPT_EPOCHS } from "./cast.ts";
import type { Clock } from "./clock.ts";
import type { LedgerView, Reads } from "./reads.ts";
import type { Seller } from "./seller.ts";
import { EPOCH, SIGNAL_EPOCHS } from "./stage.ts";

/** What decides whether a receipt can count: counted of it, by its source, spent, its sink's ledger, its sink's pay. */
type PromiseView = [bigint, bigint, bigint, { acknowledged: bigint }, bigint];

/** Epochs in which nobody has to signal after one in which it did: the registry counts one more. */
const LASTING = SIGNAL_EPOCHS - 1;

/** What services may leave alone, wei: the least amount of a keeper, and some more. */
const WORTH = 2n * 10n ** 16n;

/** More blocks than there ever are in an epoch. */
const LOOK_BACK = 1_000n;

/** What services must bring to the chain, and how long one waits for it. */
export class Duties {
  /** Flow per unit once a change of streams is confirmed, as a share of q; the highest seen. */
  highestPrice = 0;
  /** Receipts that the verifier has answered for with 200, the latest of each pair. */
  readonly #promised = new Map<string, SignedReceipt>();

  constructor(
    readonly reads: Reads,
    readonly clock: Clock,
  ) {}

  promised(receipts: readonly SignedReceipt[]): void {
    for (const receipt of receipts) this.#promised.set(`${receipt.source} ${receipt.sink}`, receipt);
  }

  /** Whatever a service has answered for with 200 is on the chain, as far as the chain takes it: nothing is lost. */
  async promisesKept(): Promise<void> {
    const promised = [...this.#promised.values()];
    const { completionTracker, escrowBuffer } = contractsOf(this.reads.chain.deployment);
    await this.clock.until("every receipt counts", async () => {
      const pools = await this.reads.pools();
      const views = promised.flatMap(({ taskTypeId, source, sink }) => [
        completionTracker.completedOf(taskTypeId, source, sink),
        completionTracker.acknowledgedBy(taskTypeId, source),
        escrowBuffer.spentOf(taskTypeId, source),
        completionTracker.ledgerOf(taskTypeId, sink),
        distributionPoolAt(pools.get(taskTypeId) as Address).getTotalAmountReceivedByMember(sink),
      ]);
      const results = await this.reads.all(views);
      return promised.every((receipt, index) => {
        const [completed, acknowledged, spent, ledger, paid] = results.slice(5 * index) as PromiseView;
        return completed === receipt.completed || acknowledged >= spent || ledger.acknowledged >= paid;
      });
    });
  }

  /**
   * Every signal that the oracle has answered for counts, and so does that of who signals by itself.
   * @param loopFailure The last failure of the loop, for whoever waits for it in vain.
   */
  async signalsCount(living: readonly Seller[], signed: readonly SignedAttestation[], loopFailure: () => unknown) {
    const epochBegan = Math.floor((await this.clock.now()) / EPOCH) * EPOCH;
    // Who signals by itself does so when it would move units, or in the last epoch in which its signal counts.
    const due = new Map<Address, number>(living.map(({ address }) => [address, epochBegan - LASTING * EPOCH]));
    for (const { sink, issuedAt } of signed) due.set(sink, issuedAt);
    await this.clock.until(`every signal counts (${loopFailure() ?? "the loop is well"})`, async () => {
      const stored = await this.reads.sinks<{ signalledAt: number }>(living);
      return stored.every(({ signalledAt }, index) => signalledAt >= (due.get(living[index]?.address ?? "0x") ?? 0));
    });
  }

  /**
   * Whose window could close when this epoch began, and who was paid in it, or owes from before: it is to be settled. Keepers
   * look at sinks once an epoch, which may be a second before a window closes.
   */
  async dueForSettlement(): Promise<Seller[]> {
    const { sellers } = this.reads;
    const [ledgers, received] = await Promise.all([this.reads.ledgers(sellers), this.reads.received(sellers)]);
    const epochBegan = Math.floor((await this.clock.now()) / EPOCH) * EPOCH;
    return sellers.filter((_, index) => {
      const { openedAt, receivedMark, owed } = ledgers[index] as LedgerView;
      const isOld = epochBegan >= openedAt + RECEIPT_EPOCHS * EPOCH;
      return isOld && ((received[index] ?? 0n) - receivedMark >= WORTH || owed >= WORTH);
    });
  }

  async settled(sellers: readonly Seller[]): Promise<void> {
    const epoch = Math.floor((await this.clock.now()) / EPOCH);
    await this.clock.until("every sink is settled", async () => {
      const [ledgers, stored] = await Promise.all([
        this.reads.ledgers(sellers),
        this.reads.sinks<{ settledEpoch: number }>(sellers),
      ]);
      // Where too little took part, settling leaves the window open; a slash closes it and settles nobody.
      const late = sellers.filter((_, index) => {
        const closed = (ledgers[index]?.openedAt ?? 0) >= epoch * EPOCH;
        return !closed && (stored[index]?.settledEpoch ?? 0) < epoch;
      });
      if (late.length > 0) throw new Error(late.map(({ plan }) => plan.name).join(", "));
      return true;
    });
  }

  /** Lets the money confirm the streams, and keepers do what is to be done about it. @param seconds After the start. */
  async calmDown(seconds: number): Promise<void> {
    const { chain, market } = this.reads;
    for (const pass of [0, 15, 30]) {
      await this.clock.skipTo(seconds + pass);
      for (const { task } of [market.second, market.first]) {
        await this.clock.until("keepers have nothing left to do", async () => {
          const pool = await getPool(chain.client, task);
          const { needsRebalance, escrow, price } = pool;
          const calm = !needsRebalance && escrow.drainable < WORTH && (await this.#isReleased(pool));
          if (calm && pass === 30) this.highestPrice = Math.max(this.highestPrice, Number(price) / Number(UNIT_RATE));
          return calm;
        });
      }
    }
  }

  /** What an epoch brings is released once in it; what is more waits for the next. */
  async #isReleased({
    taskType: { taskTypeId },
    timestamp,
    units,
    price,
    escrow,
  }: GetPoolReturnType): Promise<boolean> {
    if (escrow.releasable < WORTH || escrow.releasable < price * units.escrow * BigInt(EPOCH)) return true;
    const { client, deployment } = this.reads.chain;
    const latest = await getBlockNumber(client, { cacheTime: 0 });
    const fromBlock = latest > LOOK_BACK ? latest - LOOK_BACK : 0n;
    const released = await getContractEvents(client, {
      ...{ abi: escrowBufferAbi, address: deployment.escrowBuffer, eventName: "Released", args: { taskTypeId } },
      fromBlock,
    });
    const [last] = released.slice(-1);
    if (last === undefined) return false;
    const { timestamp: releasedAt } = await getBlock(client, { blockNumber: last.blockNumber });
    return Math.floor(Number(releasedAt) / EPOCH) === Math.floor(timestamp / EPOCH);
  }
}
