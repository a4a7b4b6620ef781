import { Counter, Gauge, type Registry } from "prom-client";
import type { Leadership } from "./leadership.ts";
import type { MessageStore } from "./store.ts";

/** What services that take messages count beside what every service does. */
export type IntakeMetrics = ReturnType<typeof createIntakeMetrics>;

/** Adds to the registry of the service. */
export function createIntakeMetrics(registry: Registry) {
  const registers = [registry];
  return {
    messages: new Counter({
      name: "backpressure_messages_total",
      help: "Messages that came, by what became of them: stored, or the code of the refusal.",
      labelNames: ["outcome"] as const,
      registers,
    }),
    forgotten: new Counter({
      name: "backpressure_messages_forgotten_total",
      help: "Stored messages that are no longer kept, by why: on_chain, or the code for which the chain would refuse them.",
      labelNames: ["reason"] as const,
      registers,
    }),
    /** Shows what a store has, whenever somebody looks. */
    watch: (store: Pick<MessageStore<unknown>, "summary">, leadership: Pick<Leadership, "leads">): void => {
      // Of a store that cannot be read the latest figures stay.
      const known = () => store.summary().catch(() => undefined);
      new Gauge({
        name: "backpressure_submitting",
        help: "1 if this process is the one of its replicas that submits.",
        registers,
        collect() {
          this.set(leadership.leads() ? 1 : 0);
        },
      });
      new Gauge({
        name: "backpressure_messages_stored",
        help: "Messages that are stored.",
        registers,
        async collect() {
          const summary = await known();
          if (summary !== undefined) this.set(summary.messages);
        },
      });
      new Gauge({
        name: "backpressure_messages_oldest_seconds",
        help: "When the oldest stored message came, Unix seconds; 0 for none.",
        registers,
        async collect() {
          const summary = await known();
          if (summary !== undefined) this.set((summary.oldest ?? 0) / 1000);
        },
      });
    },
  };
}
