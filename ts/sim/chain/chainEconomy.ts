import { type Address, encodeAbiParameters, type Hex, keccak256, toHex, zeroAddress } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { callFrom, type LocalChain } from "../../localchain/localChain.ts";
import { type LocalProtocol, startLocalProtocol } from "../../localchain/localProtocol.ts";
import type { LocalSuperfluid } from "../../localchain/localSuperfluid.ts";
import { testTokenAt } from "../../localchain/localSuperfluid.ts";
import { contractsOf, superTokenAt } from "../../sdk/calls/contracts.ts";
import type { Deployment } from "../../sdk/types.ts";
import { UNIT_RATE } from "../agreementScenarios.ts";
import { OPENED_AT } from "../exact/exactCalls.ts";
import type { Scenario } from "../scenario.ts";

export interface Account {
  name: string;
  address: Address;
}

export interface Signer extends Account {
  key: PrivateKeyAccount;
}

export interface TaskType {
  id: Hex;
  distributionPool: Address;
  sources: Account[];
}

const SALT = toHex(0, { size: 32 });
const MINIMUM_STAKE = 10n ** 19n;
/** Backs 100,000 units, more than any sink here declares. */
const STAKE_DOLLARS = 20_000n;
const SOURCE_DOLLARS = 1_000_000n;

/** The actors of a scenario on a local chain: real Superfluid, the deployed contracts, a clock that only we move. */
export class ChainEconomy {
  readonly chain: LocalChain;
  readonly superfluid: LocalSuperfluid;
  readonly protocol: Deployment;
  readonly keeper: Account;
  readonly scenario: Scenario;
  readonly sinks: Signer[];
  readonly types: TaskType[] = [];
  readonly stop: () => Promise<void>;

  private constructor({ chain, superfluid, protocol, deployer, stop }: LocalProtocol, scenario: Scenario) {
    this.chain = chain;
    this.superfluid = superfluid;
    this.protocol = protocol;
    this.keeper = { name: "keeper", address: deployer };
    this.scenario = scenario;
    this.stop = stop;
    this.sinks = Array.from({ length: scenario.sinks.count }, (_, i) => {
      const key = accountOf(`sink ${i}`);
      return { name: `sink ${i}`, address: key.address, key };
    });
  }

  /** Starts a chain, deploys Superfluid and the protocol, and registers the scenario's task types and sinks. */
  static async start(scenario: Scenario): Promise<ChainEconomy> {
    const local = await startLocalProtocol(Number(OPENED_AT));
    try {
      const economy = new ChainEconomy(local, scenario);
      await economy.#setUp();
      return economy;
    } catch (error) {
      await local.stop();
      throw error;
    }
  }

  async #setUp(): Promise<void> {
    const { stakeManager, capacityRegistry } = contractsOf(this.protocol);
    for (let p = 0; p < this.scenario.pools; p++) this.types.push(this.#taskType(p));
    for (const sink of this.sinks) this.#fund(sink, STAKE_DOLLARS);
    for (const type of this.types) for (const source of type.sources) this.#fund(source, SOURCE_DOLLARS);
    await this.chain.mine(Number(OPENED_AT) - 1);

    for (let p = 0; p < this.scenario.pools; p++) this.#register(p);
    this.sinks.forEach((sink, i) => {
      const { id } = this.types[this.poolOf(i)] as TaskType;
      const amount = STAKE_DOLLARS * 10n ** 18n;
      this.chain.add(
        callFrom(sink, superTokenAt(this.superfluid.superToken).approve(this.protocol.stakeManager, amount)),
        callFrom(sink, stakeManager.stake(id, amount)),
        callFrom(sink, capacityRegistry.registerSink(id, "")),
      );
    });
    await this.chain.mine(Number(OPENED_AT));
    for (const type of this.types) {
      type.distributionPool = await this.chain.client.readContract(
        contractsOf(this.protocol).backpressurePool.distributionPoolOf(type.id),
      );
    }
  }

  #taskType(p: number): TaskType {
    const types = [{ type: "address" }, { type: "bytes32" }, { type: "string" }] as const;
    const id = keccak256(encodeAbiParameters(types, [this.keeper.address, SALT, `pool ${p}`]));
    const streams = this.scenario.sources.filter((source) => source.pool === p).length;
    const feeds = this.scenario.links.filter((link) => link.downstream === p).length;
    const sources = Array.from({ length: streams + feeds }, (_, k) => {
      const name = `source ${k} of pool ${p}`;
      return { name, address: accountOf(name).address };
    });
    return { id, distributionPool: this.keeper.address, sources };
  }

  #register(p: number): void {
    const { epochLength, horizon, grace, timeToLive, smoothing } = this.scenario.parameters;
    const limit = this.scenario.bufferMax[p] as number;
    const parameters = {
      superToken: this.superfluid.superToken,
      unitRate: UNIT_RATE,
      epochLength,
      horizon,
      acknowledgementGrace: grace,
      reportDelay: epochLength,
      signalTimeToLive: timeToLive,
      smoothing: BigInt(Math.round(smoothing * 1000)) * 10n ** 15n,
      receiptEpochs: 5,
      // Nobody: the exact engine has no ledger of acknowledgements.
      verifier: zeroAddress,
      admission: zeroAddress,
      minimumStake: MINIMUM_STAKE,
      bufferMax: Number.isFinite(limit) ? BigInt(Math.floor(limit)) * UNIT_RATE : 2n ** 127n,
    };
    const { capacityRegistry } = contractsOf(this.protocol);
    this.chain.add(callFrom(this.keeper, capacityRegistry.registerTaskType(parameters, SALT, `pool ${p}`)));
  }

  #fund(who: Account, dollars: bigint): void {
    const { underlying, superToken } = this.superfluid;
    const amount = dollars * 10n ** 6n;
    this.chain.add(
      callFrom(who, testTokenAt(underlying).mint(who.address, amount)),
      callFrom(who, testTokenAt(underlying).approve(superToken, amount)),
      callFrom(who, superTokenAt(superToken).upgrade(dollars * 10n ** 18n)),
    );
  }

  /** The pool of a sink. */
  poolOf(sink: number): number {
    return this.scenario.sinks.first.findLastIndex((from) => from <= sink);
  }
}

/** A key that everybody knows, for a chain that nobody else uses. */
function accountOf(name: string): PrivateKeyAccount {
  return privateKeyToAccount(keccak256(toHex(name)));
}
