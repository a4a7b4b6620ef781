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
import { BANKRUPT, type BuyerPlan, DEMAND, DEPOSITS } from "./cast.ts";
import type { Clock } from "./clock.ts";
import { type Buyer, type Market, RATIO, type Stage } from "./stage.ts";

/** Below it a stream is not worth a transaction, units. */
const LEAST = 2;

/** Wei per second. */
const rateOf = (units: number): bigint => (units < LEAST ? 0n : BigInt(Math.floor(units * 1000)) * (UNIT_RATE / 1000n));

/** What sources do with their money from hour to hour, through the SDK. */
export class Payments {
  streamChanges = 0;
  liquidations = 0;
  readonly #deposits: bigint[] = [];
  /** Of the first stage now, units. */
  #demand = 0;

  constructor(
    readonly chain: TestChain,
    readonly market: Market,
    readonly clock: Clock,
    readonly random: Rng,
  ) {}

  /** @param hour Since the start. */
  async turn(hour: number): Promise<void> {
    const { first, second } = this.market;
    const hourOfDay = hour % 24;
    this.#demand = DEMAND.findLast(([from]) => hourOfDay >= from)?.[1] ?? 0;
    if (hourOfDay === 0 && hour > 0) await this.#newDay();
    for (const buyer of first.buyers) {
      const { pays, share } = buyer.plan as BuyerPlan;
      if (pays === "by demand") await this.#stream(first, buyer, this.#demand * share * this.random.between(0.8, 1.2));
    }
    for (const buyer of second.buyers) {
      if (buyer.plan === undefined) await this.#stream(second, buyer, await this.#passedOn(buyer));
    }
    for (const stage of [first, second]) {
      for (const buyer of stage.buyers) {
        if (buyer.plan?.pays === "its share of all") await this.#keepShare(stage, buyer, buyer.plan.share);
      }
    }
    await this.#prepay(hourOfDay);
    if (hourOfDay % 6 === 5) await this.claim();
  }

  /** In the middle of an epoch: streams change, and nobody synchronises them. @returns Whether any did. */
  async whims(): Promise<boolean> {
    const { first } = this.market;
    const whimsical = first.buyers.filter(({ plan }) => plan?.pays === "in mid-epoch, unsynchronised");
    for (const { client, name, plan } of whimsical) {
      const flowRate = rateOf(this.#demand * (plan?.share ?? 0) * this.random.between(0.5, 1.5));
      await this.clock.eventually(`${name} changes its stream`, () => this.#setBehindBacks(client, client, flowRate));
      this.streamChanges += 1;
    }
    return whimsical.length > 0;
  }

  /** Anybody may end the stream of who cannot pay it any longer. */
  async liquidate(): Promise<void> {
    const { first } = this.market;
    const { client } = first.buyers.find(({ name }) => name === BANKRUPT) as Buyer;
    const source = client.account.address;
    const { availableBalance, flowRate } = await getSource(this.chain.client, { ...first.task, source });
    if (availableBalance >= 0n || flowRate === 0n) return;
    await this.#setBehindBacks(await this.chain.actor("liquidator"), client, 0n);
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

  /** Through Superfluid alone: the protocol is told nothing. */
  async #setBehindBacks(sender: WriteClient, { account }: WriteClient, flowRate: bigint): Promise<void> {
    const { superToken, distributionPool } = await getTaskType(sender, this.market.first.task);
    const { gdaV1, host } = this.chain.superfluid;
    const change = gdaAt(gdaV1).distributeFlow(superToken, account.address, distributionPool, flowRate, "0x");
    await send(sender, throughHost(host, change));
  }

  /** Everybody has its money for the day. */
  async #newDay(): Promise<void> {
    for (const { client, plan } of [...this.market.first.buyers, ...this.market.second.buyers]) {
      if (plan !== undefined) await this.chain.giveTokens(client.account.address, plan.funds);
    }
  }

  /** A share of all that flows, whatever the others pay. */
  async #keepShare(stage: Stage, buyer: Buyer, share: number): Promise<void> {
    const others = stage.buyers.filter((other) => other !== buyer);
    const rates = await this.clock.eventually("what others pay", () =>
      Promise.all(
        others.map(({ client }) => getSource(this.chain.client, { ...stage.task, source: client.account.address })),
      ),
    );
    const wei = rates.reduce((sum, { flowRate }) => sum + flowRate, 0n);
    await this.#stream(stage, buyer, ((Number(wei) / Number(UNIT_RATE)) * share) / (1 - share));
  }

  async #stream({ task }: Stage, { name, client }: Buyer, units: number): Promise<void> {
    const flowRate = rateOf(units);
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
    if (DEPOSITS.at.includes(hour)) {
      const prepay = () => deposit(client, { ...task, amount: parseEther("20") });
      const { depositId } = await this.clock.eventually("a prepayment", prepay);
      this.#deposits.push(depositId);
    }
    if (hour === DEPOSITS.withdrawnAt) await this.#withdraw(this.#deposits.at(-1) as bigint);
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
