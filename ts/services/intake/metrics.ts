import { Counter, Gauge, type Registry } from "prom-client";
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
    watch: (store: Pick<MessageStore<unknown>, "summary">): void => {
      new Gauge({
        name: "backpressure_messages_stored",
        help: "Messages that are stored.",
        registers,
        async collect() {
          this.set((await store.summary()).messages);
        },
      });
      new Gauge({
        name: "backpressure_messages_oldest_seconds",
        help: "When the oldest stored message came, Unix seconds; 0 for none.",
        registers,
        async collect() {
          this.set(((await store.summary()).oldest ?? 0) / 1000);
        },
      });
    },
  };
}
