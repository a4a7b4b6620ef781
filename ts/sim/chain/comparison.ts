import type { Abi, Address } from "viem";
import {
  backpressurePoolAbi,
  escrowBufferAbi,
  iGeneralDistributionAgreementV1Abi,
  iSuperfluidPoolAbi,
} from "../../abi/generated.ts";
import type { Account, ChainEconomy, TaskType } from "./chainEconomy.ts";
import type { Epoch, PoolState } from "./expectation.ts";

/** What can be seen on the chain, held against what the model says. */
export class Comparison {
  readonly #economy: ChainEconomy;

  constructor(economy: ChainEconomy) {
    this.#economy = economy;
  }

  /** Where pay differs, just after the reports. */
  received(epoch: Epoch): Promise<string[]> {
    return this.#compare(this.#receivedViews(epoch.received));
  }

  /** Where units, flows, escrow or totals differ, just after the keeper's visit. */
  state(epoch: Epoch): Promise<string[]> {
    return this.#compare(this.#stateViews(epoch));
  }

  #receivedViews(received: readonly bigint[]): View[] {
    return received.map((predicted, i) => {
      const { address, name } = this.#economy.sinks[i] as Account;
      const { distributionPool } = this.#economy.types[this.#economy.poolOf(i)] as TaskType;
      return view(`pay of ${name}`, predicted, distributionPool, iSuperfluidPoolAbi, "getTotalAmountReceivedByMember", [
        address,
      ]);
    });
  }

  #stateViews(epoch: Epoch): View[] {
    const units = epoch.units.map((predicted, i) => {
      const { address, name } = this.#economy.sinks[i] as Account;
      const { distributionPool } = this.#economy.types[this.#economy.poolOf(i)] as TaskType;
      return view(`units of ${name}`, predicted, distributionPool, iSuperfluidPoolAbi, "getUnits", [address]);
    });
    return [...units, ...epoch.pools.flatMap((state, p) => this.#poolViews(state, p))];
  }

  #poolViews(state: PoolState, p: number): View[] {
    const { id, distributionPool, sources } = this.#economy.types[p] as TaskType;
    const { backpressurePool, escrowBuffer } = this.#economy.protocol;
    const { gdaV1, superToken } = this.#economy.superfluid;
    const gda = iGeneralDistributionAgreementV1Abi;
    const units = [state.sinkUnits, state.escrowUnits, 0n];
    return [
      view(`units of pool ${p}`, units, backpressurePool, backpressurePoolAbi, "unitsOfPool", [id]),
      view(`flow of pool ${p}`, state.flowRate, distributionPool, iSuperfluidPoolAbi, "getTotalFlowRate", []),
      view(`adjustment ${p}`, state.adjustmentRate, gdaV1, gda, "getPoolAdjustmentFlowRate", [distributionPool]),
      view(`escrow of pool ${p}`, state.confirmedLevel, escrowBuffer, escrowBufferAbi, "overflowOf", [id]),
      view(`totals of ${p}`, [0n, state.drained, state.released], escrowBuffer, escrowBufferAbi, "totalsOf", [id]),
      ...sources.map(({ name, address }, k) =>
        view(`stream of ${name}`, state.sourceRates[k], gdaV1, gda, "getFlowRate", [
          superToken,
          address,
          distributionPool,
        ]),
      ),
    ];
  }

  async #compare(views: readonly View[]): Promise<string[]> {
    const seen = await this.#economy.chain.client.multicall({
      contracts: views.map(({ read }) => read),
      allowFailure: false,
      deployless: true,
      batchSize: 0,
    });
    return views.flatMap(({ what, predicted }, i) =>
      `${seen[i]}` === `${predicted}` ? [] : [`${what} is ${seen[i]} on the chain and ${predicted} in the model`],
    );
  }
}

interface View {
  what: string;
  predicted: unknown;
  read: { address: Address; abi: Abi; functionName: string; args: readonly unknown[] };
}

function view(
  what: string,
  predicted: unknown,
  address: Address,
  abi: Abi,
  functionName: string,
  args: readonly unknown[],
): View {
  return { what, predicted, read: { address, abi, functionName, args } };
}
