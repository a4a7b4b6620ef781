import type { Address, Hex } from "viem";
import { callFrom } from "../../localchain/localChain.ts";
import type { AnyCall } from "../../sdk/calls/callsOf.ts";
import { type Contracts, contractsOf, gdaAt } from "../../sdk/calls/contracts.ts";
import { throughHost } from "../../sdk/calls/superfluid.ts";
import { attestationTypedData } from "../../sdk/utils/typedData.ts";
import type { Call } from "../exact/exactCalls.ts";
import type { Scenario } from "../scenario.ts";
import { type Account, ChainEconomy, type Signer, type TaskType } from "./chainEconomy.ts";
import { Comparison } from "./comparison.ts";
import type { Epoch } from "./expectation.ts";

/** Drives a scenario through the deployed contracts: the same calls, at the same seconds, as the model made. */
export class ChainEngine {
  readonly #economy: ChainEconomy;
  readonly #contracts: Contracts;
  readonly #comparison: Comparison;
  readonly #linked = new Set<number>();

  private constructor(economy: ChainEconomy) {
    this.#economy = economy;
    this.#contracts = contractsOf(economy.protocol);
    this.#comparison = new Comparison(economy);
  }

  static async start(scenario: Scenario): Promise<ChainEngine> {
    return new ChainEngine(await ChainEconomy.start(scenario));
  }

  stop(): Promise<void> {
    return this.#economy.stop();
  }

  /** Replays one epoch and returns every difference from what the model says. */
  async replay(epoch: Epoch): Promise<string[]> {
    await this.#mine(epoch.reports, epoch.reportAt);
    const paid = await this.#comparison.received(epoch);
    await this.#mine(epoch.keeper, epoch.keeperAt);
    const state = await this.#comparison.state(epoch);
    return [...paid, ...state].map((difference) => `at ${epoch.reportAt}: ${difference}`);
  }

  async #mine(calls: readonly Call[], at: bigint): Promise<void> {
    for (const call of calls) await this.#make(call);
    await this.#economy.chain.mine(Number(at));
  }

  async #make(call: Call): Promise<void> {
    const { capacityRegistry, escrowBuffer } = this.#contracts;
    const type = this.#economy.types[call.pool] as TaskType;
    switch (call.kind) {
      case "setFlow":
        this.#sync(type, type.sources[call.source] as Account);
        this.#setFlow(type, type.sources[call.source] as Account, call.rate);
        this.#sync(type, type.sources[call.source] as Account);
        return;
      case "rebalance": {
        const sinks = call.sinks.map((i) => this.#economy.sinks[i]?.address as Address);
        this.#send(capacityRegistry.rebalance(type.id, sinks));
        return;
      }
      case "attest": {
        const attestations = await Promise.all(call.signals.map((signal) => this.#signed(type.id, signal)));
        this.#send(capacityRegistry.submitAttestations(type.id, attestations));
        return;
      }
      case "propagate":
        this.#propagate(call.pool, type.id, call.downstream, call.ratio);
        return;
      case "drain":
        this.#send(escrowBuffer.drain(type.id));
        return;
      case "releaseAndSync":
        this.#send(escrowBuffer.release(type.id));
        for (const source of type.sources) this.#sync(type, source);
    }
  }

  #sync(type: TaskType, { address }: Account): void {
    this.#send(this.#contracts.escrowBuffer.syncSource(type.id, address));
  }

  #setFlow(type: TaskType, source: Account, rate: bigint): void {
    const { gdaV1, host, superToken } = this.#economy.superfluid;
    const change = gdaAt(gdaV1).distributeFlow(superToken, source.address, type.distributionPool, rate, "0x");
    this.#economy.chain.add(callFrom(source, throughHost(host, change)));
  }

  /** Attaching a stage limits it at once, so the first propagation of a link is its creation. */
  #propagate(upstream: number, id: Hex, downstream: number, ratio: bigint): void {
    const { pipeline } = this.#contracts;
    if (this.#linked.has(upstream)) {
      this.#send(pipeline.propagate(id));
      return;
    }
    this.#linked.add(upstream);
    this.#send(pipeline.setDownstream(id, (this.#economy.types[downstream] as TaskType).id, ratio));
  }

  async #signed(id: Hex, signal: (Call & { kind: "attest" })["signals"][number]) {
    const { address, key } = this.#economy.sinks[signal.sink] as Signer;
    const message = {
      taskTypeId: id,
      sink: address,
      capacity: signal.capacity,
      backlog: signal.backlog,
      issuedAt: Number(signal.issuedAt),
    };
    const chainId = await this.#economy.chain.client.getChainId();
    const typedData = attestationTypedData({ deployment: this.#economy.protocol, chainId, attestation: message });
    const signature = await key.signTypedData(typedData);
    const { taskTypeId: _, ...attestation } = message;
    return { ...attestation, signature };
  }

  #send(call: AnyCall): void {
    this.#economy.chain.add(callFrom(this.#economy.keeper, call));
  }
}
