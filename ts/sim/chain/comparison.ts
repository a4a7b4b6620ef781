import type { AnyCall } from "../../sdk/calls/callsOf.ts";
import { contractsOf, distributionPoolAt, gdaAt } from "../../sdk/calls/contracts.ts";
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
      const read = distributionPoolAt(distributionPool).getTotalAmountReceivedByMember(address);
      return { what: `pay of ${name}`, predicted, read };
    });
  }

  #stateViews(epoch: Epoch): View[] {
    const units = epoch.units.map((predicted, i) => {
      const { address, name } = this.#economy.sinks[i] as Account;
      const { distributionPool } = this.#economy.types[this.#economy.poolOf(i)] as TaskType;
      return { what: `units of ${name}`, predicted, read: distributionPoolAt(distributionPool).getUnits(address) };
    });
    return [...units, ...epoch.pools.flatMap((state, p) => this.#poolViews(state, p))];
  }

  #poolViews(state: PoolState, p: number): View[] {
    const { id, distributionPool, sources } = this.#economy.types[p] as TaskType;
    const { backpressurePool, escrowBuffer } = contractsOf(this.#economy.protocol);
    const { gdaV1, superToken } = this.#economy.superfluid;
    const [pool, gda] = [distributionPoolAt(distributionPool), gdaAt(gdaV1)];
    const units = [state.sinkUnits, state.escrowUnits, 0n];
    return [
      { what: `units of pool ${p}`, predicted: units, read: backpressurePool.unitsOfPool(id) },
      { what: `flow of pool ${p}`, predicted: state.flowRate, read: pool.getTotalFlowRate() },
      {
        what: `adjustment ${p}`,
        predicted: state.adjustmentRate,
        read: gda.getPoolAdjustmentFlowRate(distributionPool),
      },
      { what: `overflow of pool ${p}`, predicted: state.overflow, read: escrowBuffer.overflowOf(id) },
      { what: `set aside of pool ${p}`, predicted: state.setAside, read: escrowBuffer.setAsideOf(id) },
      ...sources.map(({ name, address }, k) => ({
        what: `returned to ${name}`,
        predicted: state.returned[k],
        read: escrowBuffer.returnedOf(id, address),
      })),
      ...sources.map(({ name, address }, k) => ({
        what: `stream of ${name}`,
        predicted: state.sourceRates[k],
        read: gda.getFlowRate(superToken, address, distributionPool),
      })),
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
  read: AnyCall;
}
