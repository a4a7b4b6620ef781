import { parseEther } from "viem";
import { gdaAt } from "../../sdk/calls/contracts.ts";
import { throughHost } from "../../sdk/calls/superfluid.ts";
import {
  changeStream,
  claim,
  closeStream,
  deposit,
  getDeposit,
  getSink,
  getSource,
  getTaskType,
  InsufficientFundsError,
  openStream,
  type WriteClient,
  withdrawDeposit,
} from "../../sdk/index.ts";
import { send } from "../../sdk/internal/call.ts";
import type { Rng } from "../../sim/rng.ts";
import { type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import type { Clock } from "./clock.ts";
import { BANKRUPT, type Buyer, type Market, RATIO, type Stage } from "./stage.ts";

/** What the first stage is asked for, units, from these hours on; its sinks really serve 420, while all of them live. */
const DEMAND = [
  [0, 120],
  [4, 300],
  [10, 700],
  [14, 300],
  [20, 60],
] as const;

/** Below it a stream is not worth a transaction, units. */
const LEAST = 2;

/** What sources do with their money from hour to hour, through the SDK. */
export class Payments {
  streamChanges = 0;
  liquidations = 0;
  readonly #deposits: bigint[] = [];

  constructor(
    readonly chain: TestChain,
    readonly market: Market,
    readonly clock: Clock,
    readonly random: Rng,
  ) {}

  /** @param hour From 0 to 23. */
  async turn(hour: number): Promise<void> {
    const { first, second } = this.market;
    const demand = DEMAND.findLast(([from]) => hour >= from)?.[1] ?? 0;
    for (const buyer of first.buyers) {
      await this.#stream(first, buyer, demand * buyer.share * this.random.between(0.8, 1.2));
    }
    for (const buyer of second.buyers) await this.#stream(second, buyer, await this.#passedOn(buyer));
    await this.#prepay(hour);
    if (hour % 6 === 5) await this.claim();
  }

  /** Anybody may end the stream of who cannot pay it any longer. */
  async liquidate(): Promise<void> {
    const { first } = this.market;
    const { client } = first.buyers.find(({ name }) => name === BANKRUPT) as Buyer;
    const source = client.account.address;
    const { availableBalance, flowRate } = await getSource(this.chain.client, { ...first.task, source });
    if (availableBalance >= 0n || flowRate === 0n) return;
    const { superToken, distributionPool } = await getTaskType(client, first.task);
    const { gdaV1, host } = this.chain.superfluid;
    const end = gdaAt(gdaV1).distributeFlow(superToken, source, distributionPool, 0n, "0x");
    await send(await this.chain.actor("liquidator"), throughHost(host, end));
    this.liquidations += 1;
  }

  /** Who is not connected fetches its pay. */
  async claim(): Promise<void> {
    for (const { sellers } of [this.market.first, this.market.second]) {
      for (const { client, plan, task } of sellers) {
        if (!plan.connects) await this.clock.eventually(`${plan.name} claims`, () => claim(client, task));
      }
    }
  }

  /** All streams end, and what was prepaid and is not spent comes back. */
  async end(): Promise<void> {
    for (const stage of [this.market.second, this.market.first]) {
      for (const buyer of stage.buyers) await this.#stream(stage, buyer, 0);
    }
    for (const depositId of this.#deposits) await this.#withdraw(depositId);
  }

  async #stream({ task }: Stage, { name, client }: Buyer, units: number): Promise<void> {
    const flowRate = units < LEAST ? 0n : BigInt(Math.floor(units * 1000)) * (UNIT_RATE / 1000n);
    await this.clock.eventually(`${name} sets its stream`, async () => {
      const before = (await getSource(client, { ...task, source: client.account.address })).flowRate;
      if (before === 0n && flowRate === 0n) return;
      if (before === 0n) await this.#ifItCan(() => openStream(client, { ...task, flowRate }));
      else if (flowRate === 0n) await closeStream(client, task);
      else await this.#ifItCan(() => changeStream(client, { ...task, flowRate }));
    });
  }

  async #ifItCan(change: () => Promise<unknown>): Promise<void> {
    try {
      await change();
      this.streamChanges += 1;
    } catch (error) {
      // The kit opens no stream that would soon be liquidated; one that flows goes on.
      if (!(error instanceof InsufficientFundsError)) throw error;
    }
  }

  /** A sink of the first stage pays the second a share of what it is paid now, units. */
  async #passedOn({ client }: { client: WriteClient }): Promise<number> {
    const { task } = this.market.first;
    const sink = client.account.address;
    const { flowRate } = await this.clock.eventually("its pay", () => getSink(client, { ...task, sink }));
    return (RATIO * Number(flowRate)) / Number(UNIT_RATE);
  }

  async #prepay(hour: number): Promise<void> {
    const { buyers, task } = this.market.first;
    const { client } = buyers[0] as Buyer;
    if (hour === 5 || hour === 11) {
      const prepay = () => deposit(client, { ...task, amount: parseEther("20") });
      const { depositId } = await this.clock.eventually("a prepayment", prepay);
      this.#deposits.push(depositId);
    }
    if (hour === 12) await this.#withdraw(this.#deposits.at(-1) as bigint);
  }

  async #withdraw(depositId: bigint): Promise<void> {
    const { buyers, task } = this.market.first;
    const { client } = buyers[0] as Buyer;
    await this.clock.eventually("a withdrawal", async () => {
      const left = await getDeposit(client, { ...task, depositId });
      if (left !== undefined) await withdrawDeposit(client, { ...task, depositId });
    });
  }
}
