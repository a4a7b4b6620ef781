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

  report(): HealthReport {
    const problems = [...this.#checks].flatMap(([check, look]) => {
      const problem = look();
      return problem === undefined ? [] : [{ check, problem }];
    });
    return { status: problems.length === 0 ? "ok" : "failing", problems };
  }
}
