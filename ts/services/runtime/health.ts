import { Gauge, type Registry } from "prom-client";

/** Says in one line what is wrong, or undefined if nothing is. */
export type HealthCheck = () => string | undefined;

export type HealthReport = {
  status: "ok" | "failing";
  /** Every check that fails, and what it says. */
  problems: { check: string; problem: string }[];
};

/** What has to be right for a service to do its work. Checks look at what is known already; they do no requests. */
export class Health {
  readonly #checks = new Map<string, HealthCheck>();

  constructor() {
    this.add("ready", () => this.#notReady);
  }

  #notReady: string | undefined;

  /** Nobody should send it work: it starts, or it ends. */
  unready(reason: string): void {
    this.#notReady = reason;
  }

  ready(): void {
    this.#notReady = undefined;
  }

  add(name: string, check: HealthCheck): void {
    this.#checks.set(name, check);
  }

  /** One gauge for each check, so that an alert can name it. */
  observe(registry: Registry): void {
    const verdicts = (): [string, number][] => [...this.#checks].map(([check, look]) => [check, look() ? 0 : 1]);
    new Gauge({
      name: "backpressure_healthy",
      help: "1 if a check of /health has nothing to say.",
      labelNames: ["check"] as const,
      registers: [registry],
      collect() {
        for (const [check, verdict] of verdicts()) this.set({ check }, verdict);
      },
    });
  }

  report(): HealthReport {
    const problems = [...this.#checks].flatMap(([check, look]) => {
      const problem = look();
      return problem === undefined ? [] : [{ check, problem }];
    });
    return { status: problems.length === 0 ? "ok" : "failing", problems };
  }
}
