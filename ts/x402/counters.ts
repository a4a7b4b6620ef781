import type { Address } from "viem";
import { contractsOf } from "../sdk/calls/contracts.ts";
import { read } from "../sdk/internal/call.ts";
import { verifyReceipt } from "../sdk/receipts/verifyReceipt.ts";
import type { TaskTypeParameter, WriteClient } from "../sdk/types.ts";
import type { Table } from "../sdk/work/orders.ts";
import { ReceiptCounters } from "../sdk/work/receiptCounters.ts";

/** The counters of one party, held against the chain. @param side Which of the two signatures of a receipt is its own. */
export function countersOf(
  client: WriteClient,
  { deployment, taskTypeId, side, table }: TaskTypeParameter & { side: "source" | "sink"; table: Table<bigint> },
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
