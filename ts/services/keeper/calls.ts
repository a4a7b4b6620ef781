import type { Address, Hex } from "viem";
import { backpressurePoolAbi, completionTrackerAbi, escrowBufferAbi, pipelineAbi } from "../../abi/generated.ts";
import type { Deployment } from "../../sdk/types.ts";
import { batchTransaction, contractTransaction, type Transaction } from "../runtime/transaction.ts";

/**
 * Something to do for one or several accounts or task types. However many of them go into one transaction, each can
 * also be done alone.
 */
export type Work<item = Address | Hex> = {
  action: string;
  taskTypeId: Hex;
  items: readonly item[];
  /** Most items in one transaction. */
  most: number;
  /** The transaction for some of them. */
  build: (items: readonly item[]) => Transaction;
};

/** Calls of one deployment that anybody may make. */
export class Calls {
  /** @param most Most sinks or sources in one transaction. */
  constructor(
    readonly deployment: Deployment,
    readonly most: number,
  ) {}

  /** Also with no sinks at all: the escrow alone. */
  rebalance(taskTypeId: Hex, sinks: readonly Address[]): Work {
    const build = (some: readonly Hex[]): Transaction =>
      contractTransaction({
        address: this.deployment.backpressurePool,
        abi: backpressurePoolAbi,
        functionName: "rebalance",
        args: [taskTypeId, some],
        about: { taskTypeId, sinks: some.length },
      });
    return { action: "rebalance", taskTypeId, items: sinks, most: this.most, build };
  }

  assess(taskTypeId: Hex, sinks: readonly Address[]): Work {
    return this.#perSink("assess", taskTypeId, sinks);
  }

  settle(taskTypeId: Hex, sinks: readonly Address[]): Work {
    return this.#perSink("settle", taskTypeId, sinks);
  }

  drain(taskTypeId: Hex): Work {
    return this.#alone(this.#escrow("drain", taskTypeId));
  }

  /** Sets overflow aside for the sources, and pays these what is theirs, in one transaction. */
  release(taskTypeId: Hex, sources: readonly Address[]): Work {
    const syncs = sources.map((source) => this.#sync(taskTypeId, source));
    const calls = [this.#escrow("release", taskTypeId), ...syncs];
    return this.#alone(batchTransaction(this.deployment.host, "release", calls, { taskTypeId }));
  }

  syncSource(taskTypeId: Hex, sources: readonly Address[]): Work {
    const build = (some: readonly Hex[]): Transaction =>
      this.#batch(
        "syncSource",
        taskTypeId,
        some.map((source) => this.#sync(taskTypeId, source)),
      );
    return { action: "syncSource", taskTypeId, items: sources, most: this.most, build };
  }

  propagate(taskTypeId: Hex): Work {
    return this.#alone(
      contractTransaction({
        address: this.deployment.pipeline,
        abi: pipelineAbi,
        functionName: "propagate",
        args: [taskTypeId],
        about: { taskTypeId },
      }),
    );
  }

  #perSink(functionName: "assess" | "settle", taskTypeId: Hex, sinks: readonly Address[]): Work {
    const tracker = { address: this.deployment.completionTracker, abi: completionTrackerAbi, functionName } as const;
    const call = (sink: Address): Transaction =>
      contractTransaction({ ...tracker, args: [taskTypeId, sink], about: { taskTypeId, sink } });
    const build = (some: readonly Hex[]): Transaction => this.#batch(functionName, taskTypeId, some.map(call));
    return { action: functionName, taskTypeId, items: sinks, most: this.most, build };
  }

  #escrow(functionName: "drain" | "release", taskTypeId: Hex): Transaction {
    const escrow = { address: this.deployment.escrowBuffer, abi: escrowBufferAbi } as const;
    return contractTransaction({ ...escrow, functionName, args: [taskTypeId], about: { taskTypeId } });
  }

  #sync(taskTypeId: Hex, source: Address): Transaction {
    const escrow = { address: this.deployment.escrowBuffer, abi: escrowBufferAbi } as const;
    const args = [taskTypeId, source] as const;
    return contractTransaction({ ...escrow, functionName: "syncSource", args, about: { taskTypeId, source } });
  }

  #batch(action: string, taskTypeId: Hex, calls: readonly Transaction[]): Transaction {
    return batchTransaction(this.deployment.host, action, calls, { taskTypeId });
  }

  #alone(transaction: Transaction): Work {
    const { taskTypeId } = transaction.about as { taskTypeId: Hex };
    return { action: transaction.action, taskTypeId, items: [taskTypeId], most: 1, build: () => transaction };
  }
}
