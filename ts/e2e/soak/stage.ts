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
import { BUYERS, type BuyerPlan, FIRST, RECEIPT_EPOCHS, SECOND, SECOND_BUYERS } from "./cast.ts";
import { Seller, type SellerPlan, TASK } from "./seller.ts";

/** A quarter of an hour: 96 epochs in a day. */
export const EPOCH = 900;

/** How long a signal lives. */
export const SIGNAL_EPOCHS = 3;

/** T, seconds. */
export const HORIZON = 4500;

const TERMS = {
  epochLength: EPOCH,
  reportDelay: 600,
  horizon: HORIZON,
  acknowledgementGrace: EPOCH,
  signalTimeToLive: SIGNAL_EPOCHS * EPOCH,
  receiptEpochs: RECEIPT_EPOCHS,
  minimumStake: parseEther("1"),
};

/** What tasks are, and what was paid for that is not yet lapsed: for those who order and those who admit. */
const WORK = { oneTask: TASK, epochLength: EPOCH, horizon: HORIZON };

const newDispatcher = () => new Dispatcher({ ...WORK, targetLatency: 120, longestBackOff: EPOCH });

/** Who pays. */
export type Buyer = {
  /** Undefined for a sink of the first stage, which passes on a part of its pay. */
  plan: BuyerPlan | undefined;
  name: string;
  client: WriteClient;
  /** Says who gets its next task. */
  dispatcher: Dispatcher;
};

/** A pool and everybody in it. */
export type Stage = { task: TaskTypeParameter; sellers: readonly Seller[]; buyers: readonly Buyer[] };

export type Market = { first: Stage; second: Stage };

const OWN_FUNDS = parseEther("1000");

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
  const first = {
    task: upstream,
    sellers: await letIn(chain, upstream, FIRST),
    buyers: await fundBuyers(chain, BUYERS),
  };
  // The second stage is paid by two of the first.
  const relays = first.sellers.slice(0, 2).map(({ client, plan: { name } }): Buyer => {
    return { plan: undefined, name, client, dispatcher: newDispatcher() };
  });
  const buyers = [...relays, ...(await fundBuyers(chain, SECOND_BUYERS))];
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

async function fundBuyers(chain: TestChain, plans: readonly BuyerPlan[]): Promise<Buyer[]> {
  const buyers: Buyer[] = [];
  for (const plan of plans) {
    const client = await chain.actor(plan.name);
    await chain.giveTokens(client.account.address, plan.funds);
    buyers.push({ plan, name: plan.name, client, dispatcher: newDispatcher() });
  }
  return buyers;
}
