import { type Address, encodeAbiParameters, type Hex, keccak256, toHex } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import {
  backpressurePoolAbi,
  capacityRegistryAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidAbi,
  iSuperTokenAbi,
  pipelineAbi,
  stakeManagerAbi,
  testTokenAbi,
} from "../abi/generated.ts";
import { type Call, encodeCall, type LocalChain } from "../localchain/localChain.ts";
import type { LocalSuperfluid } from "../localchain/localSuperfluid.ts";
import type { Deployment } from "../sdk/types.ts";
import {
  BOND_PER_UNIT,
  BUFFER_SECONDS,
  capacityOf,
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

/**
 * Registers the task types, links them, and lets everybody in: each account buys super tokens, and each agent bonds,
 * registers and, if it wants to be paid to the second, connects, as they would anywhere else.
 */
export async function openMarket(
  chain: LocalChain,
  protocol: Deployment,
  superfluid: LocalSuperfluid,
): Promise<Market> {
  const ids = STAGES.map((plan) => taskTypeId(plan));
  chain.add(...STAGES.map((plan) => registerTaskType(plan, protocol, superfluid)));
  for (const source of SOURCE_ACCOUNTS) chain.add(...buyTokens(source, SOURCE_FUNDS, superfluid));
  for (const sink of SINK_ACCOUNTS.flat()) chain.add(...buyTokens(sink, AGENT_FUNDS, superfluid));
  await chain.mine(START - 120);

  const stages = await Promise.all(
    STAGES.map(async (plan, index): Promise<MarketStage> => {
      const args = [ids[index] as Hex] as const;
      const distributionPool = await chain.client.readContract({
        address: protocol.backpressurePool,
        abi: backpressurePoolAbi,
        functionName: "distributionPoolOf",
        args,
      });
      const sources = SINK_ACCOUNTS[index - 1] ?? SOURCE_ACCOUNTS;
      return { plan, id: args[0], distributionPool, sinks: SINK_ACCOUNTS[index] ?? [], sources };
    }),
  );
  const market: Market = { protocol, superfluid, stages, keeper: accountOf("keeper") };
  for (const [index, stage] of stages.entries()) {
    const next = stages[index + 1];
    if (next) {
      const args = [stage.id, next.id, stage.plan.passesOn] as const;
      chain.add(encodeCall(CREATOR, protocol.pipeline, pipelineAbi, "setDownstream", args));
    }
    for (const [position, sink] of stage.sinks.entries()) chain.add(...joinStage(market, stage, sink, position));
  }
  await chain.mine(START - 60);
  return market;
}

function taskTypeId({ name }: StagePlan): Hex {
  const types = [{ type: "address" }, { type: "bytes32" }, { type: "string" }] as const;
  return keccak256(encodeAbiParameters(types, [CREATOR.address, SALT, name]));
}

const SALT = toHex(0, { size: 32 });

function registerTaskType(plan: StagePlan, protocol: Deployment, { superToken }: LocalSuperfluid): Call {
  const parameters = {
    ...TERMS,
    superToken,
    unitRate: UNIT_RATE,
    verifier: protocol.completionTracker,
    bufferMax: UNIT_RATE * BigInt(capacityOf(plan) * BUFFER_SECONDS),
  } as const;
  const args = [parameters, SALT, plan.name] as const;
  return encodeCall(CREATOR, protocol.capacityRegistry, capacityRegistryAbi, "registerTaskType", args);
}

function buyTokens(who: Account, amount: bigint, { underlying, superToken }: LocalSuperfluid): Call[] {
  return [
    encodeCall(who, underlying, testTokenAbi, "mint", [who.address, amount * USDC]),
    encodeCall(who, underlying, testTokenAbi, "approve", [superToken, amount * USDC]),
    encodeCall(who, superToken, iSuperTokenAbi, "upgrade", [amount * WAD]),
  ];
}

function joinStage({ protocol, superfluid }: Market, stage: MarketStage, sink: Account, position: number): Call[] {
  const plan = stage.plan.agents[position];
  if (plan === undefined) return [];
  const bond = TERMS.minimumStake + BOND_PER_UNIT * BigInt(plan.bondedFor);
  const calls = [
    encodeCall(sink, superfluid.superToken, iSuperTokenAbi, "approve", [protocol.stakeManager, bond]),
    encodeCall(sink, protocol.stakeManager, stakeManagerAbi, "stake", [stage.id, bond]),
    encodeCall(sink, protocol.capacityRegistry, capacityRegistryAbi, "registerSink", [stage.id]),
  ];
  if (plan.connects) calls.push(connectPool(superfluid, sink, stage.distributionPool));
  return calls;
}

function connectPool({ host, gdaV1 }: LocalSuperfluid, who: Account, pool: Address): Call {
  const connect = encodeCall(who, gdaV1, iGeneralDistributionAgreementV1Abi, "connectPool", [pool, "0x"]);
  const call = encodeCall(who, host, iSuperfluidAbi, "callAgreement", [gdaV1, connect.data, "0x"]);
  return { ...call, what: connect.what };
}
