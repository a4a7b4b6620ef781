import { toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { type Signer, World } from "../../testkit/mirrorWorld.ts";
import { disagreements, Mirror, type Seen } from "../../testkit/protocolMirror.ts";

/** What somebody does in some pool: pool, verb, and what the verb takes. Numbers are decimal. */
export type Action = readonly [pool: string, verb: string, ...rest: (string | readonly string[])[]];

/** One block: what was done in it, in this order, and what the contracts showed afterwards. */
export type Step = { at: string; actions: Action[]; views: string[] };

/** A whole history of the contracts. `views` names the values of every step. */
export type History = { name: string; about: string; pools: string[]; views: string[]; steps: Step[] };

export const SINKS = ["a", "b", "c"] as const;
export const SOURCES = ["x", "y"] as const;

/**
 * The contracts on a chain, beside the model, where histories happen: what is done is data, and after every block
 * everything that can be seen is written down, once the model agrees.
 */
export class Stage {
  readonly world: World;
  readonly #accounts: ReadonlyMap<string, Signer>;
  #mirrors = new Map<string, Mirror>();
  #actions: Action[] = [];
  #history: History = { name: "", about: "", pools: [], views: [], steps: [] };

  private constructor(world: World) {
    this.world = world;
    const signer = (name: string, i: number): [string, Signer] => {
      const key = privateKeyToAccount(toHex(i + 1, { size: 32 }));
      return [name, { name, address: key.address, key }];
    };
    this.#accounts = new Map([...SINKS, ...SOURCES].map(signer));
  }

  static async create(): Promise<Stage> {
    const stage = new Stage(await World.create());
    for (const account of stage.#accounts.values()) stage.world.fund(account, 10n ** 9n);
    await stage.world.mine();
    return stage;
  }

  /** Begins a history with pools of its own. */
  async begin(name: string, about: string, pools: readonly string[]): Promise<void> {
    this.#history = { name, about, pools: [...pools], views: [], steps: [] };
    this.#mirrors = new Map();
    // On the hour, so that epochs are easy to tell.
    this.world.now = (this.world.now / 3600n + 1n) * 3600n;
    for (const pool of pools) {
      this.world.now += 1n;
      this.#mirrors.set(pool, await Mirror.open(this.world, `${name}/${pool}`));
      this.#history.steps.push({ at: `${this.world.now}`, actions: [[pool, "open"]], views: [] });
    }
  }

  get history(): History {
    return this.#history;
  }

  mirror(pool: string): Mirror {
    return found(this.#mirrors, pool);
  }

  account(name: string): Signer {
    return found(this.#accounts, name);
  }

  /** Does something in the next block, in the model at once. */
  async act(...action: Action): Promise<void> {
    const [pool, verb, ...rest] = action;
    await VERBS[verb]?.(this, this.mirror(pool), rest);
    this.#actions.push(action);
  }

  /** Mines the block, some seconds after the last one. Whatever is done in it comes first: `act` needs its time. */
  async block(seconds: bigint, act: () => Promise<void>): Promise<void> {
    this.world.now += seconds;
    this.#actions = [];
    await act();
    await this.world.mine();
    const seen = await this.#see();
    this.#history.views = seen.map(([name]) => name);
    const views = seen.map(([, value]) => value);
    this.#history.steps.push({ at: `${this.world.now}`, actions: this.#actions, views });
  }

  async #see(): Promise<[name: string, value: string][]> {
    const sinks = SINKS.map((name) => this.account(name));
    const sources = SOURCES.map((name) => this.account(name));
    const all: [string, string][] = [];
    for (const [pool, mirror] of this.#mirrors) {
      const views = await mirror.views(sinks, sources);
      const wrong = disagreements(views);
      if (wrong.length > 0) throw new Error(`contracts and model differ at ${this.world.now}: ${wrong.join("; ")}`);
      all.push(...views.flatMap(flat).map(([name, value]): [string, string] => [`${pool}.${name}`, value]));
    }
    return all;
  }
}

/** What can be done, each to the contracts and to the model. */
const VERBS: Record<string, (stage: Stage, mirror: Mirror, rest: readonly (string | readonly string[])[]) => unknown> =
  {
    join: (stage, mirror, [sink, stake]) => mirror.join(stage.account(text(sink)), number(stake)),
    rejoin: (stage, mirror, [sink]) => mirror.rejoin(stage.account(text(sink))),
    stake: (stage, mirror, [sink, stake]) => mirror.changeStake(stage.account(text(sink)), number(stake)),
    withdraw: (stage, mirror, [sink]) => mirror.withdraw(stage.account(text(sink))),
    assess: (stage, mirror, [sink]) => mirror.assess(stage.account(text(sink))),
    settle: (stage, mirror, sinks) => mirror.settle(sinks.map((sink) => stage.account(text(sink)))),
    rebalance: (stage, mirror, sinks) => mirror.rebalance(sinks.map((sink) => stage.account(text(sink)))),
    commit: (stage, mirror, [sink, capacity, backlog]) =>
      mirror.commit(stage.account(text(sink)), { capacity: number(capacity), backlog: number(backlog) }),
    reveal: (stage, mirror, [sink, capacity, backlog]) =>
      mirror.reveal(stage.account(text(sink)), { capacity: number(capacity), backlog: number(backlog) }),
    attest: (stage, mirror, entries) =>
      mirror.attest(
        entries.map((entry) => {
          const [sink, capacity, backlog, issuedAt] = entry as readonly string[];
          const signal = { capacity: number(capacity), backlog: number(backlog), issuedAt: number(issuedAt) };
          return [stage.account(text(sink)), signal];
        }),
      ),
    acknowledge: (stage, mirror, entries) =>
      mirror.acknowledge(
        entries.map((entry) => {
          const [source, sink, completed] = entry as readonly string[];
          return [stage.account(text(source)), stage.account(text(sink)), number(completed)];
        }),
      ),
    stream: (stage, mirror, [source, rate]) => mirror.setStream(stage.account(text(source)), number(rate)),
    sync: (stage, mirror, [source]) => mirror.syncSource(stage.account(text(source))),
    requestReturn: (stage, mirror, [source]) => mirror.requestReturn(stage.account(text(source))),
    deposit: (stage, mirror, [source, amount]) => mirror.deposit(stage.account(text(source)), number(amount)),
    donate: (stage, mirror, [from, amount]) => mirror.donate(stage.account(text(from)), number(amount)),
    drain: (_, mirror) => mirror.drain(),
    release: (_, mirror) => mirror.release(),
    setDownstream: (stage, mirror, [downstream, ratio]) =>
      mirror.setDownstream(stage.mirror(text(downstream)), number(ratio)),
    propagate: (stage, mirror, [downstream, ratio]) => mirror.propagate(stage.mirror(text(downstream)), number(ratio)),
    fee: (stage, mirror, [fee]) => {
      stage.world.setFee(number(fee));
      mirror.model.split.setFee(number(fee));
    },
  };

const text = (value: string | readonly string[] | undefined): string => value as string;
const number = (value: string | readonly string[] | undefined): bigint => BigInt(text(value));

/** Of views that return several values, their names. */
const VALUES: Record<string, readonly string[]> = {
  unitsOfPool: ["sinks", "escrow", "fee"],
  incomeOf: ["escrow", "fee"],
  totalsOf: ["acknowledged", "participating"],
  bondOf: ["staked", "unbonding", "unbondedAt"],
  claimOf: ["held", "payableNow"],
};

/** A view's values, each under a name; truth is 1. */
function flat({ call, of, chain }: Seen): [name: string, value: string][] {
  const name = of === undefined ? call : `${call}(${of})`;
  if (Array.isArray(chain)) return chain.map((value, i) => [`${name}.${VALUES[call]?.[i]}`, `${value}`]);
  if (typeof chain === "object" && chain !== null)
    return Object.entries(chain).map(([field, value]) => [`${name}.${field}`, `${value}`]);
  return [[name, `${BigInt(chain as bigint | boolean)}`]];
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`there is no ${name}`);
  return value;
}
