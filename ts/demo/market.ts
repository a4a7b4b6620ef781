import { type Address, encodeAbiParameters, type Hex, keccak256, toHex, zeroAddress } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { callFrom, type LocalCall, type LocalChain } from "../localchain/localChain.ts";
import type { LocalSuperfluid } from "../localchain/localSuperfluid.ts";
import { testTokenAt } from "../localchain/localSuperfluid.ts";
import { contractsOf, superTokenAt } from "../sdk/calls/contracts.ts";
import { connectPoolCall } from "../sdk/calls/superfluid.ts";
import type { Deployment } from "../sdk/types.ts";
import {
  type AgentPlan,
  BOND_PER_UNIT,
  bufferMaxOf,
  SOURCES,
  STAGES,
  START,
  type StagePlan,
  TERMS,
  UNIT_RATE,
  WAD,
} from "./scenario.ts";

/** Somebody with an address. */
export type Account = { name: string; address: Address };

/** A stage on chain. */
export type MarketStage = {
  plan: StagePlan;
  /** Its task type. */
  id: Hex;
  /** Superfluid pool that pays its agents. */
  distributionPool: Address;
  sinks: readonly Account[];
  /** Who streams into it: the sources of the first stage, the agents of the stage before for the others. */
  sources: readonly Account[];
};

/** Everybody and everything on chain. */
export type Market = {
  protocol: Deployment;
  superfluid: LocalSuperfluid;
  stages: readonly MarketStage[];
  keeper: Account;
};

/** What a source and an agent bring, USDC: streams lock four hours of pay as a deposit. */
const SOURCE_FUNDS = 2_000n;
const AGENT_FUNDS = 300n;

const USDC = 10n ** 6n;

/** The key with which an account signs; it follows from its name. */
export function keyOf(name: string): Hex {
  return keccak256(toHex(`backpressure economics: ${name}`));
}

/** An account whose address follows from its name. */
export function accountOf(name: string): Account {
  return { name, address: privateKeyToAddress(keyOf(name)) };
}

const CREATOR = accountOf("creator");
const SOURCE_ACCOUNTS = SOURCES.map(({ name }) => accountOf(name));
const SINK_ACCOUNTS = STAGES.map(({ agents }) => agents.map(({ name }) => accountOf(name)));

/** The stages and who takes part in them: the same on every chain, and without one. */
export function cast(): Omit<MarketStage, "distributionPool">[] {
  return STAGES.map((plan, index) => {
    const sources = SINK_ACCOUNTS[index - 1] ?? SOURCE_ACCOUNTS;
    return { plan, id: taskTypeId(plan), sinks: SINK_ACCOUNTS[index] ?? [], sources };
  });
}

/** When task types are registered, and when agents join, Unix seconds. */
export const OPENING = { registered: START - 120, joined: START - 60 } as const;

/** What an agent stakes, wei. */
export function bondOf({ bondedFor }: AgentPlan): bigint {
  return TERMS.minimumStake + BOND_PER_UNIT * BigInt(bondedFor);
}

/**
 * Registers the task types, links them, and lets everybody in: each account buys super tokens, and each agent bonds,
 * registers and, if it wants to be paid to the second, connects, as they would anywhere else.
 */
export async function openMarket(
  chain: LocalChain,
  protocol: Deployment,
  superfluid: LocalSuperfluid,
): Promise<Market> {
  chain.add(...STAGES.map((plan) => registerTaskType(plan, protocol, superfluid)));
  for (const source of SOURCE_ACCOUNTS) chain.add(...buyTokens(source, SOURCE_FUNDS, superfluid));
  for (const sink of SINK_ACCOUNTS.flat()) chain.add(...buyTokens(sink, AGENT_FUNDS, superfluid));
  await chain.mine(OPENING.registered);

  const { backpressurePool, pipeline } = contractsOf(protocol);
  const stages = await Promise.all(
    cast().map(async (stage): Promise<MarketStage> => {
      const distributionPool = await chain.client.readContract(backpressurePool.distributionPoolOf(stage.id));
      return { ...stage, distributionPool };
    }),
  );
  const market: Market = { protocol, superfluid, stages, keeper: accountOf("keeper") };
  for (const [index, stage] of stages.entries()) {
    const next = stages[index + 1];
    if (next) chain.add(callFrom(CREATOR, pipeline.setDownstream(stage.id, next.id, stage.plan.passesOn)));
    for (const [position, sink] of stage.sinks.entries()) chain.add(...joinStage(market, stage, sink, position));
  }
  await chain.mine(OPENING.joined);
  return market;
}

function taskTypeId({ name }: StagePlan): Hex {
  const types = [{ type: "address" }, { type: "bytes32" }, { type: "string" }] as const;
  return keccak256(encodeAbiParameters(types, [CREATOR.address, SALT, name]));
}

const SALT = toHex(0, { size: 32 });

function registerTaskType(plan: StagePlan, protocol: Deployment, { superToken }: LocalSuperfluid): LocalCall {
  const parameters = {
    ...TERMS,
    superToken,
    unitRate: UNIT_RATE,
    verifier: protocol.completionTracker,
    admission: zeroAddress,
    bufferMax: bufferMaxOf(plan),
  } as const;
  const { capacityRegistry } = contractsOf(protocol);
  return callFrom(CREATOR, capacityRegistry.registerTaskType(parameters, SALT, plan.name));
}

function buyTokens(who: Account, amount: bigint, { underlying, superToken }: LocalSuperfluid): LocalCall[] {
  return [
    callFrom(who, testTokenAt(underlying).mint(who.address, amount * USDC)),
    callFrom(who, testTokenAt(underlying).approve(superToken, amount * USDC)),
    callFrom(who, superTokenAt(superToken).upgrade(amount * WAD)),
  ];
}

function joinStage({ protocol, superfluid }: Market, stage: MarketStage, sink: Account, position: number): LocalCall[] {
  const plan = stage.plan.agents[position];
  if (plan === undefined) return [];
  const { distributionPool, id } = stage;
  const { gdaV1: gda, superToken } = superfluid;
  const { capacityRegistry, stakeManager } = contractsOf(protocol);
  const bond = bondOf(plan);
  return [
    superTokenAt(superToken).approve(protocol.stakeManager, bond),
    stakeManager.stake(id, bond),
    capacityRegistry.registerSink(id, ""),
    ...(plan.connects ? [connectPoolCall(protocol.host, { gda, distributionPool })] : []),
  ].map((call) => callFrom(sink, call));
}
