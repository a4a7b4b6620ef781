import { join } from "node:path";
import { pause } from "../../sdk/internal/waitForBlock.ts";
import { type Fault, FaultyRpc } from "../../testkit/faultyRpc.ts";
import { peakMegabytes } from "../../testkit/processes.ts";
import { type LogLine, type ServiceProcess, spawnService } from "../../testkit/service.ts";
import type { TestChain } from "../../testkit/testChain.ts";
import { createWorkplace, type Workplace } from "../../testkit/workplace.ts";

/** Two keepers at once do no harm. */
const SCRIPTS = {
  keeper: "keeper",
  rival: "keeper",
  oracle: "oracle",
  verifier: "verifier",
} as const;
export type ServiceName = keyof typeof SCRIPTS;
export const SERVICES = Object.keys(SCRIPTS) as ServiceName[];

const ARGV = [
  ...["--network", "local", "--port", "0", "--poll-interval", "0.1", "--rpc-timeout", "2", "--max-fee", "100"],
  // A day of the chain's clock passes within minutes of the budget's.
  ...["--gas-per-hour", "100000000000"],
];
/** Everybody sends from one address, and a day's messages within minutes. */
const NO_LIMITS = ["--client-limit", "100000", "--sink-limit", "100000"];
const OWN: Record<(typeof SCRIPTS)[ServiceName], readonly string[]> = {
  keeper: ["--look-interval", "0.3"],
  oracle: ["--max-wait", "0.05", ...NO_LIMITS],
  verifier: NO_LIMITS,
};

type Member = { rpc: FaultyRpc; process: ServiceProcess; restarting: Promise<void> | undefined };

/** The services of an economy, each a process of its own behind an endpoint of its own. Who dies is started again. */
export class Fleet {
  /** Deaths by SIGKILL, by service. */
  readonly kills: Record<ServiceName, number> = { keeper: 0, rival: 0, oracle: 0, verifier: 0 };
  readonly log: LogLine[][] = [];
  /** Most memory that any process of a service has had, MB. */
  readonly megabytes: Record<ServiceName, number> = { keeper: 0, rival: 0, oracle: 0, verifier: 0 };
  faults = 0;
  /** Who is going to be killed. */
  readonly #doomed = new Set<ServiceName>();
  readonly #members = new Map<ServiceName, Member>();
  readonly #workplace: Workplace;

  private constructor(readonly chain: TestChain) {
    this.#workplace = createWorkplace(chain);
  }

  static async start(chain: TestChain): Promise<Fleet> {
    const fleet = new Fleet(chain);
    try {
      for (const name of SERVICES) {
        await chain.actor(name);
        const rpc = await FaultyRpc.start(chain.url);
        fleet.#members.set(name, { rpc, process: await fleet.#spawn(name, rpc), restarting: undefined });
      }
    } catch (error) {
      await fleet.end();
      throw error;
    }
    return fleet;
  }

  /** Where a service takes messages now; another place after each restart. */
  urlOf(name: ServiceName): string {
    return this.#member(name).process.url;
  }

  /**
   * Kills a service while it works: when so many of its next requests have been asked or answered, half-way through
   * whatever it is doing then. It is started again at once.
   */
  killAfter(name: ServiceName, moments: number): void {
    const member = this.#member(name);
    if (this.#doomed.has(name)) return;
    this.#doomed.add(name);
    let left = moments;
    member.rpc.onMoment = () => {
      left -= 1;
      if (left > 0) return;
      member.rpc.onMoment = () => {};
      this.#doomed.delete(name);
      member.restarting = this.#restart(name, member);
    };
  }

  /** Lets a service's endpoint fail until the service has noticed. */
  async failUntilNoticed(name: ServiceName, fault: Fault): Promise<void> {
    const { rpc } = this.#member(name);
    await this.allUp();
    const before = await this.#failuresOf(name);
    rpc.fault = fault;
    this.faults += 1;
    try {
      while ((await this.#failuresOf(name)) <= before) await pause(20);
    } finally {
      rpc.fault = undefined;
    }
  }

  /** Resolves once every service that was to die has died, and runs again. */
  async allUp(): Promise<void> {
    while (this.#doomed.size > 0) await pause(20);
    for (const member of this.#members.values()) await member.restarting;
  }

  /** As an operator would. @returns Exit codes. */
  async stop(): Promise<number[]> {
    await this.allUp();
    for (const name of SERVICES) this.#observe(name);
    return Promise.all(SERVICES.map((name) => this.#member(name).process.stop()));
  }

  /** Whatever still runs ends. */
  async end(): Promise<void> {
    for (const { process, restarting, rpc } of this.#members.values()) {
      rpc.onMoment = () => {};
      await restarting?.catch(() => {});
      await process.kill();
      await rpc.stop();
    }
    this.#workplace.remove();
  }

  async #restart(name: ServiceName, member: Member): Promise<void> {
    this.#observe(name);
    this.kills[name] += 1;
    await member.process.kill();
    member.process = await this.#spawn(name, member.rpc);
  }

  async #spawn(name: ServiceName, rpc: FaultyRpc): Promise<ServiceProcess> {
    const script = SCRIPTS[name];
    const isKeeper = script === "keeper";
    const data = isKeeper ? [] : ["--data", join(this.#workplace.folder, name)];
    const env = { ...this.#workplace.env(name), LOCAL_RPC_URL: rpc.url };
    const argv = [...ARGV, ...OWN[script], ...data];
    const started = await spawnService(script, argv, env, isKeeper ? "started" : "ready");
    this.log.push(started.log);
    return started;
  }

  #observe(name: ServiceName): void {
    this.megabytes[name] = Math.max(this.megabytes[name], peakMegabytes(this.#member(name).process.pid));
  }

  async #failuresOf(name: ServiceName): Promise<number> {
    const metrics = await (await fetch(`${this.#member(name).process.admin}/metrics`)).text();
    return Number(/^backpressure_rpc_errors_total\{.*\} (\d+)/m.exec(metrics)?.[1] ?? 0);
  }

  #member(name: ServiceName): Member {
    const member = this.#members.get(name);
    if (member === undefined) throw new Error(`${name} was never started`);
    return member;
  }
}
