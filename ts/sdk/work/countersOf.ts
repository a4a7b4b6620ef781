import type { Address } from "viem";
import { contractsOf } from "../calls/contracts.ts";
import { read } from "../internal/call.ts";
import { verifyReceipt } from "../receipts/verifyReceipt.ts";
import type { TaskTypeParameter, WriteClient } from "../types.ts";
import type { Table } from "./orders.ts";
import { ReceiptCounters } from "./receiptCounters.ts";

/** `side`: which of the two signatures of a receipt is the account's own. `table`: where the counters are kept, wei. */
export type CountersOfParameters = TaskTypeParameter & { side: "source" | "sink"; table: Table<bigint> };

/**
 * The counters of the client's account, held against the chain.
 * @example
 * const counters = countersOf(client, { deployment, taskTypeId, side: "source", table: store.table("counters") });
 */
export function countersOf(
  client: WriteClient,
  { deployment, taskTypeId, side, table }: CountersOfParameters,
): ReceiptCounters {
  const account = client.account.address;
  const pairWith = (peer: Address) =>
    side === "source" ? { source: account, sink: peer } : { source: peer, sink: account };
  const { completionTracker } = contractsOf(deployment);
  return new ReceiptCounters({
    ...{ account, table },
    completedOnChain: (peer) => {
      const { source, sink } = pairWith(peer);
      return read(client, completionTracker.completedOf(taskTypeId, source, sink));
    },
    isOwn: (peer, { completed, signature }) => {
      const receipt = { taskTypeId, ...pairWith(peer), completed };
      return verifyReceipt(client, { deployment, receipt, signer: account, signature });
    },
  });
}
