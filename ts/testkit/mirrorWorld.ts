import { type Address, encodeAbiParameters, type Hex, keccak256, toHex, zeroAddress } from "viem";
import type { LocalAccount } from "viem/accounts";
import { callFrom, type LocalChain } from "../localchain/localChain.ts";
import { startLocalProtocol } from "../localchain/localProtocol.ts";
import type { LocalSuperfluid } from "../localchain/localSuperfluid.ts";
import { testTokenAt } from "../localchain/localSuperfluid.ts";
import type { ProtocolParameters } from "../model/protocol.ts";
import { contractsOf, superTokenAt } from "../sdk/calls/contracts.ts";
import type { Deployment } from "../sdk/types.ts";

/** An account on the local chain, where nobody needs to sign transactions. */
export type Account = { name: string; address: Address };

/** One that can sign what others carry. */
export type Signer = Account & { key: LocalAccount };

/** The terms of every task type in a world. The verifier is the protocol's own. */
export const PARAMETERS = {
  unitRate: 10n ** 14n,
  epochLength: 60n,
  horizon: 360n,
  acknowledgementGrace: 30n,
  signalTimeToLive: 300n,
  receiptEpochs: 2n,
  verified: true,
  smoothing: 3n * 10n ** 17n,
  minimumStake: 10n ** 19n,
  bufferMax: 10n ** 20n,
} as const satisfies ProtocolParameters;

/** d, seconds; the model does not need it. */
export const REPORT_DELAY = 60n;

/** A multiple of the epoch's length. */
const START = 1_800_000_000n;

const SALT = toHex(0, { size: 32 });

/** A local chain with Superfluid and the protocol, whose clock only the test moves. */
export class World {
  /** Time of the next block, Unix seconds. */
  now = START;

  /** Blocks mined so far. */
  blocks = 0;

  /** The fee of all task types, basis points. */
  fee = 0n;

  private constructor(
    readonly chain: LocalChain,
    readonly superfluid: LocalSuperfluid,
    readonly protocol: Deployment,
    /** Creates, and owns the fee. */
    readonly keeper: Account,
    readonly stop: () => Promise<void>,
  ) {}

  static async create(): Promise<World> {
    const { chain, superfluid, protocol, deployer, stop } = await startLocalProtocol(Number(START));
    return new World(chain, superfluid, protocol, { name: "keeper", address: deployer }, stop);
  }

  /** Mines what waits. */
  async mine(): Promise<void> {
    await this.chain.mine(Number(this.now));
    this.blocks++;
  }

  /** Sets the fee; each model must hear of it too. */
  setFee(fee: bigint): void {
    this.fee = fee;
    const { backpressurePool } = contractsOf(this.protocol);
    this.chain.add(callFrom(this.keeper, backpressurePool.setFee(fee, this.keeper.address)));
  }

  /** Gives super tokens; whole dollars. */
  fund(who: Account, dollars: bigint): void {
    const { underlying, superToken } = this.superfluid;
    const amount = dollars * 10n ** 6n;
    this.chain.add(
      callFrom(who, testTokenAt(underlying).mint(who.address, amount)),
      callFrom(who, testTokenAt(underlying).approve(superToken, amount)),
      callFrom(who, superTokenAt(superToken).upgrade(dollars * 10n ** 18n)),
    );
  }

  /** Registers a task type in a block of its own. */
  async registerTaskType(name: string): Promise<{ id: Hex; distributionPool: Address }> {
    const { keeper, protocol, superfluid } = this;
    const parameters = {
      superToken: superfluid.superToken,
      unitRate: PARAMETERS.unitRate,
      epochLength: Number(PARAMETERS.epochLength),
      horizon: Number(PARAMETERS.horizon),
      acknowledgementGrace: Number(PARAMETERS.acknowledgementGrace),
      reportDelay: Number(REPORT_DELAY),
      signalTimeToLive: Number(PARAMETERS.signalTimeToLive),
      receiptEpochs: Number(PARAMETERS.receiptEpochs),
      smoothing: PARAMETERS.smoothing,
      verifier: protocol.completionTracker,
      admission: zeroAddress,
      minimumStake: PARAMETERS.minimumStake,
      bufferMax: PARAMETERS.bufferMax,
    };
    const { backpressurePool, capacityRegistry } = contractsOf(protocol);
    this.chain.add(callFrom(keeper, capacityRegistry.registerTaskType(parameters, SALT, name)));
    await this.mine();

    const types = [{ type: "address" }, { type: "bytes32" }, { type: "string" }] as const;
    const id = keccak256(encodeAbiParameters(types, [keeper.address, SALT, name]));
    const distributionPool = await this.chain.client.readContract(backpressurePool.distributionPoolOf(id));
    return { id, distributionPool };
  }
}
