import { pause } from "../../sdk/internal/waitForBlock.ts";
import { type Fault, FaultyRpc } from "../../testkit/faultyRpc.ts";
import { peakMegabytes } from "../../testkit/processes.ts";
import type { ServiceProcess } from "../../testkit/service.ts";

/** Requests after which a fault is over that does no service harm. */
const ENDURED = 40;

/** A service's process, behind an endpoint of its own. When it dies it is started again. */
export class Member {
  /** Deaths by SIGKILL. */
  kills = 0;
  /** Most memory that any of its processes has had, MB. */
  megabytes = 0;
  #isDoomed = false;
  #restarting: Promise<void> | undefined;

  private constructor(
    readonly rpc: FaultyRpc,
    private readonly spawn: (rpc: FaultyRpc) => Promise<ServiceProcess>,
    private process: ServiceProcess | undefined,
  ) {}

  /** @param target The endpoint behind its own. */
  static async start(target: string, spawn: (rpc: FaultyRpc) => Promise<ServiceProcess>): Promise<Member> {
    const rpc = await FaultyRpc.start(target);
    rpc.retryAfter = 1;
    try {
      return new Member(rpc, spawn, await spawn(rpc));
    } catch (error) {
      await rpc.stop();
      throw error;
    }
  }

  /** Whether it was not stopped. */
  get runs(): boolean {
    return this.process !== undefined;
  }

  /** Where it takes messages now; another place after each restart. */
  get url(): string {
    return this.process?.url ?? "";
  }

  /**
   * Kills it while it works: when so many of its next requests have been asked or answered, half-way through whatever it
   * is doing then. It is started again at once.
   */
  killAfter(moments: number): void {
    // While it starts, it would be started twice.
    if (this.#isDoomed || this.#restarting !== undefined) return;
    this.#isDoomed = true;
    let left = moments;
    this.rpc.onMoment = () => {
      left -= 1;
      if (left > 0) return;
      this.rpc.onMoment = () => {};
      this.#isDoomed = false;
      this.#restarting = this.#restart();
    };
  }

  /** Lets its endpoint fail until it has noticed, or has lived with it for a while. */
  async failUntilNoticed(fault: Fault): Promise<void> {
    await this.up();
    const failures = await this.#failures();
    const last = this.rpc.requests + ENDURED;
    this.rpc.fault = fault;
    try {
      while (this.rpc.requests < last && (await this.#failures()) <= failures) await pause(20);
    } finally {
      this.rpc.fault = undefined;
    }
  }

  /** Resolves once it has died, if it was to, and runs again. */
  async up(): Promise<void> {
    while (this.#isDoomed) await pause(20);
    await this.#restarting;
  }

  /** As an operator would. @returns Its exit code. */
  async stop(): Promise<number> {
    await this.up();
    this.#observe();
    const code = await this.process?.stop();
    this.process = undefined;
    return code ?? 0;
  }

  /** After `stop`. */
  async startAgain(): Promise<void> {
    this.process = await this.spawn(this.rpc);
  }

  /** Whatever still runs ends. */
  async end(): Promise<void> {
    this.rpc.onMoment = () => {};
    await this.#restarting?.catch(() => {});
    await this.process?.kill();
    await this.rpc.stop();
  }

  async #restart(): Promise<void> {
    this.#observe();
    this.kills += 1;
    await this.process?.kill();
    await this.startAgain();
    this.#restarting = undefined;
  }

  #observe(): void {
    this.megabytes = Math.max(this.megabytes, peakMegabytes(this.process?.pid));
  }

  async #failures(): Promise<number> {
    const metrics = await (await fetch(`${this.process?.admin}/metrics`)).text();
    return Number(/^backpressure_rpc_errors_total\{.*\} (\d+)/m.exec(metrics)?.[1] ?? 0);
  }
}
