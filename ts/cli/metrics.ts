import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";

/** Numbers of a sidecar; a gauge is asked for when somebody looks. */
export function sidecarMetrics(service: string, gauges: Record<string, { help: string; value: () => number }>) {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  for (const [name, { help, value }] of Object.entries(gauges)) {
    const gauge: Gauge = new Gauge({
      ...{ name: `backpressure_${name}`, help, registers },
      collect: () => gauge.set(value()),
    });
  }
  const answers = new Counter({
    name: "backpressure_answers_total",
    help: "Answers by their status.",
    labelNames: ["status"] as const,
    registers,
  });
  return { registry, onAnswer: (status: number) => answers.inc({ status: String(status) }) };
}

/** For people and gauges: wei as tokens. */
export const inTokens = (wei: bigint): number => Number(wei) / 1e18;
