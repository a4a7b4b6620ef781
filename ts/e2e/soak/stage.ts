import { type Hex, parseEther } from "viem";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import {
  connectPool,
  getTaskType,
  registerSink,
  stake,
  stakeForCapacity,
  type TaskTypeParameter,
  type WriteClient,
} from "../../sdk/index.ts";
import { send } from "../../sdk/internal/call.ts";
import { Dispatcher } from "../../sdk/work/dispatcher.ts";
import { type TestChain, UNIT_RATE } from "../../testkit/testChain.ts";
import { Seller, type SellerPlan, TASK } from "./seller.ts";

/** A quarter of an hour: 96 epochs in a day. */
export const EPOCH = 900;

/** V: the verifier submits receipts in every epoch. */
export const RECEIPT_EPOCHS = 3;

/** How long a signal lives. */
export const SIGNAL_EPOCHS = 3;

const TERMS = {
  epochLength: EPOCH,
  reportDelay: 600,
  horizon: 4500,
  acknowledgementGrace: EPOCH,
  signalTimeToLive: SIGNAL_EPOCHS * EPOCH,
  receiptEpochs: RECEIPT_EPOCHS,
  minimumStake: parseEther("1"),
};

/** What tasks are, and what was paid for that is not yet lapsed: for those who order and those who admit. */
const WORK = { oneTask: TASK, epochLength: EPOCH, horizon: TERMS.horizon };

const newDispatcher = () => new Dispatcher({ ...WORK, targetLatency: 120, longestBackOff: EPOCH });

/** Who pays, and what share of a pool's demand. */
export type Buyer = {
  name: string;
  client: WriteClient;
  /** Whether it signs receipts. */
  acknowledges: boolean;
  /** Of the demand. */
  share: number;
  /** Says who gets its next task. */
  dispatcher: Dispatcher;
};

/** A pool and everybody in it. */
export type Stage = { task: TaskTypeParameter; sellers: readonly Seller[]; buyers: readonly Buyer[] };

export type Market = { first: Stage; second: Stage };

const honest = (name: string, rate: number, connects = true): SellerPlan => ({
  ...{ name, rate, declares: rate, honest: true, connects },
});

/** Dee signals for herself, the others through the oracle. */
export const SELF_SIGNALLING = "dee";
/** It dies without a word, and comes back. */
export const DYING = "eve";
/** It goes on signalling, and has never done anything. */
export const GHOST = "fay";
/** It declares twice what it can do, and reports no backlog. */
export const LIAR = "gus";
/** Part of the second stage: it goes part-time for some hours, and limits the first. */
export const PART_TIME = "ivy";
/** It runs dry, and is liquidated. */
export const BANKRUPT = "quits";

const FIRST: readonly SellerPlan[] = [
  ...[honest("ada", 100), honest("bob", 80), honest("cyd", 60, false), honest(SELF_SIGNALLING, 50)],
  // It would deliver what it is paid for, if it lived.
  { ...honest(DYING, 90), honest: false },
  { ...honest(GHOST, 0), declares: 70, honest: false },
  { ...honest(LIAR, 40), declares: 80, honest: false },
];
const SECOND: readonly SellerPlan[] = [honest("hal", 80), honest(PART_TIME, 80, false)];

const OWN_FUNDS = parseEther("1000");

/** The court is no friend of receipts: a fifth of the money acknowledges nothing. */
const BUYERS = [
  { name: "press", share: 0.4, acknowledges: true, funds: "4000" },
  { name: "court", share: 0.2, acknowledges: false, funds: "3000" },
  { name: "clinic", share: 0.3, acknowledges: true, funds: "3000" },
  { name: BANKRUPT, share: 0.1, acknowledges: true, funds: "100" },
];

/** Price of the second stage's work in the first's. */
export const RATIO = 0.5;

/** What a stage's sinks could serve and have bonds for, together, units. */
const capacityOf = (plans: readonly SellerPlan[]): number => plans.reduce((sum, { rate }) => sum + rate, 0);

/** Two pools, one downstream of the other, with all their sinks and sources; no money flows yet. */
export async function openMarket(chain: TestChain): Promise<Market> {
  const taskOf = (taskTypeId: Hex): TaskTypeParameter => ({ deployment: chain.deployment, taskTypeId });
  const [upstream, downstream] = [
    taskOf(await registerTaskType(chain, "answer", FIRST)),
    taskOf(await registerTaskType(chain, "check", SECOND)),
  ];
  const first = { task: upstream, sellers: await letIn(chain, upstream, FIRST), buyers: await fundBuyers(chain) };
  // The second stage is paid by two of the first.
  const buyers = first.sellers.slice(0, 2).map(({ client, plan: { name } }): Buyer => {
    return { name, client, acknowledges: true, share: 0.5, dispatcher: newDispatcher() };
  });
  const second = { task: downstream, sellers: await letIn(chain, downstream, SECOND), buyers };
  const { pipeline } = contractsOf(chain.deployment);
  const link = pipeline.setDownstream(upstream.taskTypeId, downstream.taskTypeId, parseEther(String(RATIO)));
  await send(await chain.actor("creator"), link);
  return { first, second };
}

function registerTaskType(chain: TestChain, name: string, plans: readonly SellerPlan[]): Promise<Hex> {
  const bufferMax = UNIT_RATE * BigInt(capacityOf(plans) * 600);
  return chain.registerTaskType(name, { ...TERMS, bufferMax });
}

/** Everybody is bonded for what it declares, registered, and has some money of its own. */
async function letIn(chain: TestChain, task: TaskTypeParameter, plans: readonly SellerPlan[]): Promise<Seller[]> {
  const taskType = await getTaskType(chain.client, task);
  const sellers: Seller[] = [];
  for (const plan of plans) {
    const client = await chain.actor(plan.name);
    const amount = stakeForCapacity({ taskType, capacity: BigInt(plan.declares) });
    await chain.giveTokens(client.account.address, amount + OWN_FUNDS);
    await stake(client, { ...task, amount });
    await registerSink(client, task);
    if (plan.connects) await connectPool(client, task);
    sellers.push(new Seller(plan, client, task, WORK));
  }
  return sellers;
}

async function fundBuyers(chain: TestChain): Promise<Buyer[]> {
  const buyers: Buyer[] = [];
  for (const { funds, ...plan } of BUYERS) {
    const client = await chain.actor(plan.name);
    await chain.giveTokens(client.account.address, parseEther(funds));
    buyers.push({ ...plan, client, dispatcher: newDispatcher() });
  }
  return buyers;
}
