import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";

/** What every service counts. Names are stable: alerts are written against them (docs/operations.md). */
export type Metrics = ReturnType<typeof createMetrics>;

/** A registry of its own, so that several services fit into one process. */
export function createMetrics(service: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    transactions: new Counter({
      name: "backpressure_transactions_total",
      help: "Transactions by action and by how they ended: confirmed, reverted, refused, skipped, failed, replaced, dropped, pending.",
      labelNames: ["action", "outcome"] as const,
      registers,
    }),
    replacements: new Counter({
      name: "backpressure_replacements_total",
      help: "Stuck transactions that were sent again with higher fees.",
      registers,
    }),
    reorganisations: new Counter({
      name: "backpressure_reorganisations_total",
      help: "Own transactions that a reorganisation took out of the chain.",
      registers,
    }),
    gasUsed: new Counter({
      name: "backpressure_gas_used_total",
      help: "Gas used by own transactions.",
      labelNames: ["action"] as const,
      registers,
    }),
    feesPaid: new Counter({
      name: "backpressure_fees_paid_ether_total",
      help: "Ether paid for own transactions, with the fee for L1 data on rollups.",
      registers,
    }),
    pendingSince: new Gauge({
      name: "backpressure_pending_since_seconds",
      help: "When the oldest own transaction that is not mined was sent, Unix seconds; 0 for none.",
      registers,
    }),
    balance: new Gauge({
      name: "backpressure_balance_ether",
      help: "Ether of the account that signs.",
      registers,
    }),
    endpointErrors: new Counter({
      name: "backpressure_rpc_errors_total",
      help: "Requests that an RPC endpoint did not answer, or answered with a fault of its own.",
      labelNames: ["endpoint"] as const,
      registers,
    }),
    endpointHead: new Gauge({
      name: "backpressure_rpc_head_block",
      help: "Latest block that an RPC endpoint claims.",
      labelNames: ["endpoint"] as const,
      registers,
    }),
    endpointTrusted: new Gauge({
      name: "backpressure_rpc_trusted",
      help: "1 if an RPC endpoint answers and its head agrees with the others.",
      labelNames: ["endpoint"] as const,
      registers,
    }),
    head: new Gauge({
      name: "backpressure_head_block",
      help: "Latest block that the endpoints agree on.",
      registers,
    }),
    headTimestamp: new Gauge({
      name: "backpressure_head_timestamp_seconds",
      help: "Time of that block, Unix seconds.",
      registers,
    }),
  };
}
