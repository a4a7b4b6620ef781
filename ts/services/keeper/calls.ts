import type { Address, Hex } from "viem";
import { compare } from "../../core/bigints.ts";
import { type Contracts, contractsOf } from "../../sdk/calls/contracts.ts";
import type { Deployment } from "../../sdk/types.ts";
import { batchTransaction, type Transaction, transactionOf } from "../runtime/transaction.ts";

/**
 * Something to do for one or several accounts or task types. However many of them go into one transaction, each can
 * also be done alone.
 */
export type Work<item = Address | Hex> = {
  action: string;
  taskTypeId: Hex;
  items: readonly item[];
  /** Most items in one transaction; asked anew for each. */
  readonly most: number;
  /** The transaction for some of them. */
  build: (items: readonly item[]) => Transaction;
  /** What doing it for some of them moves, wei; undefined if it has to be done whatever it moves. */
  worthOf?: ((items: readonly item[]) => bigint) | undefined;
};

/** A sink to do something about. */
export type DueSink = {
  sink: Address;
  /** What that moves, wei. */
  worth: bigint;
};

/** Calls of one deployment that anybody may make. */
export class Calls {
  readonly #contracts: Contracts;

  /** @param most Most sinks or sources in one transaction. */
  constructor(
    readonly deployment: Deployment,
    readonly most: number,
  ) {
    this.#contracts = contractsOf(deployment);
  }

  /** Also with no sinks at all: the escrow alone. */
  rebalance(taskTypeId: Hex, due: readonly DueSink[]): Work {
    const { capacityRegistry } = this.#contracts;
    const sinks = byWorth(due);
    const worth = new Map<Hex, bigint>(due.map((each) => [each.sink, each.worth]));
    const build = (some: readonly Hex[]): Transaction =>
      transactionOf(capacityRegistry.rebalance(taskTypeId, some), { taskTypeId, sinks: some.length });
    const worthOf = (some: readonly Hex[]): bigint => some.reduce((sum, sink) => sum + (worth.get(sink) ?? 0n), 0n);
    // With nobody named the escrow follows, and that is worth it.
    return {
      action: "rebalance",
      taskTypeId,
      items: sinks,
      most: this.most,
      build,
      ...(due.length > 0 && { worthOf }),
    };
  }

  assess(taskTypeId: Hex, due: readonly DueSink[]): Work {
    const { stakeManager } = this.#contracts;
    return this.#each("assess", taskTypeId, byWorth(due), (sink) =>
      transactionOf(stakeManager.assess(taskTypeId, sink), { taskTypeId, sink }),
    );
  }

  settle(taskTypeId: Hex, due: readonly DueSink[]): Work {
    const { capacityRegistry } = this.#contracts;
    const build = (some: readonly Hex[]): Transaction =>
      transactionOf(capacityRegistry.settle(taskTypeId, some), { taskTypeId, sinks: some.length });
    return { action: "settle", taskTypeId, items: byWorth(due), most: this.most, build };
  }

  /** @param worth What it pays to the sinks, wei. */
  drain(taskTypeId: Hex, worth: bigint): Work {
    const drain = transactionOf(this.#contracts.escrowBuffer.drain(taskTypeId), { taskTypeId });
    return { ...this.#alone(taskTypeId, drain), worthOf: () => worth };
  }

  /** Sets overflow aside for the sources, and pays these what is theirs, in one transaction. */
  release(taskTypeId: Hex, sources: readonly Address[]): Work {
    const release = transactionOf(this.#contracts.escrowBuffer.release(taskTypeId), { taskTypeId });
    const calls = [release, ...sources.map((source) => this.#sync(taskTypeId, source))];
    return this.#alone(taskTypeId, batchTransaction(this.deployment.host, "release", calls, { taskTypeId }));
  }

  syncSource(taskTypeId: Hex, sources: readonly Address[]): Work {
    return this.#each("syncSource", taskTypeId, sources, (source) => this.#sync(taskTypeId, source));
  }

  propagate(taskTypeId: Hex): Work {
    return this.#alone(taskTypeId, transactionOf(this.#contracts.pipeline.propagate(taskTypeId), { taskTypeId }));
  }

  #sync(taskTypeId: Hex, source: Address): Transaction {
    return transactionOf(this.#contracts.escrowBuffer.syncSource(taskTypeId, source), { taskTypeId, source });
  }

  #each(action: string, taskTypeId: Hex, items: readonly Address[], one: (item: Address) => Transaction): Work {
    const build = (some: readonly Address[]): Transaction =>
      batchTransaction(this.deployment.host, action, some.map(one), { taskTypeId });
    return { action, taskTypeId, items, most: this.most, build };
  }

  #alone(taskTypeId: Hex, transaction: Transaction): Work {
    return { action: transaction.action, taskTypeId, items: [taskTypeId], most: 1, build: () => transaction };
  }
}

/** Whom most is at stake for comes first: a budget may not last for all. */
function byWorth(due: readonly DueSink[]): Address[] {
  return [...due].sort((a, b) => compare(b.worth, a.worth)).map(({ sink }) => sink);
}
