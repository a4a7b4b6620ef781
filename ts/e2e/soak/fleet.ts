import { join } from "node:path";
import type { Rng } from "../../sim/rng.ts";
import { bundleProgram } from "../../testkit/bundle.ts";
import type { Fault, FaultyRpc } from "../../testkit/faultyRpc.ts";
import { type Postgres, startPostgres } from "../../testkit/postgres.ts";
import { type LogLine, type ServiceProcess, spawnService } from "../../testkit/service.ts";
import type { TestChain } from "../../testkit/testChain.ts";
import { createWorkplace, type Workplace } from "../../testkit/workplace.ts";
import { Member } from "./member.ts";
import type { Store } from "./settings.ts";

/** Two keepers at once do no harm. On PostgreSQL oracle and verifier are two replicas each. */
const SCRIPTS = {
  keeper: "keeper",
  rival: "keeper",
  oracle: "oracle",
  verifier: "verifier",
  "oracle's replica": "oracle",
  "verifier's replica": "verifier",
} as const;
type Script = (typeof SCRIPTS)[keyof typeof SCRIPTS];
export type ServiceName = keyof typeof SCRIPTS;
export const SERVICES = ["keeper", "rival", "oracle", "verifier"] as const satisfies readonly ServiceName[];
const REPLICAS = ["oracle's replica", "verifier's replica"] as const satisfies readonly ServiceName[];

const ARGV = [
  ...["--network", "local", "--port", "0", "--poll-interval", "0.1", "--rpc-timeout", "2", "--max-fee", "100"],
  // A day of the chain's clock passes within minutes of the budgets'.
  ...["--gas-per-hour", "100000000000", "--ether-per-day", "1000000"],
];
/** Everybody sends from one address, and a day's messages within minutes. */
const NO_LIMITS = ["--client-limit", "100000", "--sink-limit", "100000"];
const OWN: Record<Script, readonly string[]> = {
  keeper: ["--look-interval", "0.3"],
  oracle: ["--max-wait", "0.05", ...NO_LIMITS],
  verifier: NO_LIMITS,
};

/** Chances, at each of two moments of an epoch, that a service is killed, or that its endpoint fails. */
const KILL = 0.35;
const FAIL = 0.1;
/** Most requests and answers of a service that passes from the decision to its death. */
const LAST_MOMENTS = 40;
/** By turns, so that each of them comes. */
const FAULTS: readonly Fault[] = [
  ...(["errors", "hangs", "internal error", "limits rates", "limits by code"] as const),
  ...(["refuses", "nonsense", "slow", "ahead", "limits ranges"] as const),
];

/** The services of an economy, each a process of its own. */
export class Fleet {
  readonly log: LogLine[][] = [];
  /** How often endpoints have failed, by how. */
  readonly faults = new Map<Fault, number>(FAULTS.map((fault) => [fault, 0]));
  /** How often messages have moved to another store. */
  moves = 0;
  readonly #members = new Map<ServiceName, Member>();
  readonly #workplace: Workplace;
  #store: Store = "LevelDB";
  #postgres: Postgres | undefined;
  #posts = 0;

  private constructor(
    readonly chain: TestChain,
    /** What Node gets, by script: nobody who is started again is to wait for a compiler. */
    private readonly programs: Readonly<Record<Script, string[]>>,
  ) {
    this.#workplace = createWorkplace(chain);
  }

  static async start(chain: TestChain): Promise<Fleet> {
    const [keeper, oracle, verifier] = await Promise.all([
      bundleProgram("keeper"),
      bundleProgram("oracle"),
      bundleProgram("verifier"),
    ]);
    const fleet = new Fleet(chain, { keeper, oracle, verifier });
    try {
      for (const name of SERVICES) await fleet.#run(name);
    } catch (error) {
      await fleet.end();
      throw error;
    }
    return fleet;
  }

  /** All services that have ever run. */
  get members(): ReadonlyMap<ServiceName, Member> {
    return this.#members;
  }

  /** Where a service takes messages now: a replica after the other, as a load balancer would. */
  urlOf(script: "oracle" | "verifier"): string {
    const replicas = this.#running().filter((name) => SCRIPTS[name] === script);
    this.#posts += 1;
    return this.#members.get(replicas[this.#posts % replicas.length] as ServiceName)?.url ?? "";
  }

  /** Somebody is killed in the middle of something, or cannot reach the chain for a while. */
  async disturb(random: Rng): Promise<void> {
    const running = this.#running();
    const [chance, victim, moments] = [random.uniform(), random.below(running.length), random.below(LAST_MOMENTS)];
    const member = this.#members.get(running[victim] as ServiceName) as Member;
    if (chance < KILL) member.killAfter(moments + 1);
    else if (chance < KILL + FAIL) await this.#fail(member);
  }

  /** From now on messages are kept there; whoever calls it sees to it that none waits. */
  async moveTo(store: Store): Promise<void> {
    if (store === this.#store) return;
    await this.allUp();
    const taking = this.#running().filter((name) => SCRIPTS[name] !== "keeper");
    const codes = await Promise.all(taking.map((name) => this.#members.get(name)?.stop()));
    if (codes.some((code) => code !== 0)) throw new Error(`services that were stopped ended with ${codes}`);
    this.#store = store;
    this.moves += 1;
    if (store === "PostgreSQL") this.#postgres ??= await startPostgres();
    await this.#run("oracle");
    await this.#run("verifier");
    if (store === "PostgreSQL") for (const name of REPLICAS) await this.#run(name);
  }

  /** Resolves once every service that was to die has died, and runs again. */
  async allUp(): Promise<void> {
    for (const name of this.#running()) await this.#members.get(name)?.up();
  }

  /** As an operator would. @returns Exit codes. */
  async stop(): Promise<number[]> {
    return Promise.all([...this.#members.values()].map((member) => member.stop()));
  }

  /** Whatever still runs ends. */
  async end(): Promise<void> {
    for (const member of this.#members.values()) await member.end();
    await this.#postgres?.stop();
    this.#workplace.remove();
  }

  #running(): ServiceName[] {
    return [...this.#members].filter(([, { runs }]) => runs).map(([name]) => name);
  }

  async #fail(member: Member): Promise<void> {
    const total = [...this.faults.values()].reduce((sum, count) => sum + count, 0);
    const fault = FAULTS[total % FAULTS.length] as Fault;
    await member.failUntilNoticed(fault);
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
  }

  async #run(name: ServiceName): Promise<void> {
    const member = this.#members.get(name);
    if (member !== undefined) return member.startAgain();
    await this.chain.actor(this.#keyOf(name));
    this.#members.set(name, await Member.start(this.chain.url, (rpc) => this.#spawn(name, rpc)));
  }

  async #spawn(name: ServiceName, rpc: FaultyRpc): Promise<ServiceProcess> {
    const script = SCRIPTS[name];
    const isKeeper = script === "keeper";
    const data = isKeeper ? [] : ["--data", join(this.#workplace.folder, name)];
    const database = this.#store === "PostgreSQL" && !isKeeper ? this.#postgres?.url : undefined;
    const env = {
      ...{ ...this.#workplace.env(this.#keyOf(name)), LOCAL_RPC_URL: rpc.url },
      ...(database === undefined ? {} : { [`${script.toUpperCase()}_DATABASE_URL`]: database }),
    };
    const argv = [...ARGV, ...OWN[script], ...data];
    const started = await spawnService(script, argv, env, isKeeper ? "started" : "ready", this.programs[script]);
    this.log.push(started.log);
    return started;
  }

  /** Replicas send from one account; keepers each from its own. */
  #keyOf(name: ServiceName): string {
    return name === "rival" ? name : SCRIPTS[name];
  }
}
