import { Gauge } from "prom-client";
import type { Address, Hex } from "viem";
import { describeError } from "../../core/errors.ts";
import { getGda } from "../../sdk/internal/superfluid.ts";
import { pause } from "../../sdk/internal/waitForBlock.ts";
import type { GetPoolReturnType } from "../../sdk/read/getPool.ts";
import { formatDuration } from "../../sdk/utils/format.ts";
import type { ChainService } from "../runtime/chainService.ts";
import { backOff, Failures } from "../runtime/failures.ts";
import type { Head } from "../runtime/heads.ts";
import { Agenda } from "./agenda.ts";
import { Calls, type Work } from "./calls.ts";
import { Directory, type TaskTypeEntry } from "./directory.ts";
import { type Performed, perform } from "./perform.ts";
import { PoolReader } from "./poolReader.ts";
import { Scanner } from "./scanner.ts";
import { type SinksSeen, type SurveyParameters, survey } from "./survey.ts";

export type KeeperConfig = {
  /** Wei; what is worth less is left. */
  minAmount: bigint;
  /** Most sinks or sources in one transaction. */
  sinksPerTransaction: number;
  /** Most blocks to ask an endpoint for at once. */
  blocksPerQuery: number;
  /** Between two looks at a task type that no event concerns, milliseconds. */
  lookInterval: number;
  /** Only these; undefined for all. */
  taskType?: readonly Hex[] | undefined;
  /** Only task types of these super tokens; undefined for all. */
  token?: readonly string[] | undefined;
  /** Look once, wait for what was sent, and end. */
  once: boolean;
};

/** Without a look that succeeded for so long the keeper is unhealthy, milliseconds. */
const ALARM_AFTER = 60_000;

/** Task types that are looked at together. */
const TOGETHER = 16;

/** A head that was claimed and that nobody has, milliseconds. */
const EVENTS_ALARM_AFTER = 60_000;

/**
 * Watches events, looks at every task type regularly whatever events say, and does what pays off. All it knows is in
 * memory and can be learned again from the chain.
 */
export class Keeper {
  readonly #service: ChainService;
  readonly #config: KeeperConfig;
  readonly #directory: Directory;
  readonly #scanner: Scanner;
  readonly #survey: SurveyParameters;
  readonly #pools: PoolReader;
  readonly #seen = new Map<Hex, SinksSeen>();
  /** Work that is under way, by task type. */
  readonly #busy = new Map<Hex, Promise<void>>();
  readonly #agenda: Agenda;
  /** Hash of the block up to which events were read. */
  #scanned: Hex | undefined;
  #lookedAt = 0;
  #failure: unknown;
  /** Looks in a row that failed. */
  #inARow = 0;
  readonly #failures = new Failures();
  #saidIdle = false;

  private constructor(service: ChainService, config: KeeperConfig, survey: SurveyParameters, gda: Address) {
    const { chain, deployment, record, log } = service;
    this.#service = service;
    this.#config = config;
    this.#survey = survey;
    this.#pools = new PoolReader(survey);
    this.#agenda = new Agenda(config.lookInterval, config.minAmount);
    this.#directory = new Directory((taskTypeId, superToken) => serves(config, taskTypeId, superToken));
    this.#scanner = new Scanner({
      ...{ endpoints: chain.endpoints, deployment, gda, directory: this.#directory, log },
      ...{ firstBlock: BigInt(record.block), blocksPerQuery: BigInt(config.blocksPerQuery) },
      interrupted: service.interrupted,
      onProgress: () => {
        this.#lookedAt = Date.now();
      },
    });
    this.#lookedAt = Date.now();
    this.#observe();
  }

  static async create(service: ChainService, config: KeeperConfig): Promise<Keeper> {
    const { chain, deployment } = service;
    const survey = {
      ...{ client: chain.client, deployment, calls: new Calls(deployment, config.sinksPerTransaction) },
      ...{ minAmount: config.minAmount, interrupted: service.interrupted },
    };
    return new Keeper(service, config, survey, await getGda(chain.client, deployment));
  }

  /** Keeps until it is interrupted, or once. */
  async run(): Promise<void> {
    const { interrupted, pollInterval } = this.#service;
    while (!interrupted.aborted) {
      await this.tick();
      if (this.#config.once) break;
      await pause(backOff(pollInterval, this.#inARow), interrupted).catch(() => {});
    }
    await this.finished();
    if (this.#config.once && this.#failure !== undefined) throw this.#failure;
  }

  /** Resolves once what was begun is done. */
  async finished(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  /** One look: at whatever is due, by time or by events. */
  async tick(): Promise<void> {
    const { chain, interrupted, log } = this.#service;
    const head = this.#config.once ? await chain.endpoints.refresh() : chain.endpoints.head;
    if (head === undefined) return;
    try {
      if (head.hash !== this.#scanned) await this.#scanner.scan(head.number);
      this.#scanned = head.hash;
      await this.#look(head);
      this.#lookedAt = Date.now();
      this.#failure = undefined;
      this.#inARow = 0;
      this.#service.health.ready();
    } catch (error) {
      if (interrupted.aborted) return;
      this.#inARow += 1;
      // An error that goes on is said once; how long it has gone on is what health is for.
      const level = describeError(error) === describeError(this.#failure) ? "debug" : "warn";
      this.#failure = error;
      log[level]({ error, block: head.number, inARow: this.#inARow }, "a look failed; the next one is soon");
    }
  }

  async #look({ number }: Head): Promise<void> {
    const { interrupted, log, sender } = this.#service;
    const startedAt = Date.now();
    for (const taskTypeId of this.#directory.takeTouched()) this.#agenda.touch(taskTypeId);
    const open = [...this.#directory.taskTypes.values()].filter(
      ({ distributionPool }) => distributionPool !== undefined,
    );
    this.#sayIfIdle(open.length);
    // Nothing can be sent, so there is nothing to find out.
    if (sender.restsUntil !== undefined) return;
    const due = this.#agenda.take(
      open.filter(({ taskTypeId }) => !this.#busy.has(taskTypeId)),
      startedAt,
    );
    const found = new Map<Hex, () => void>();
    let failed = 0;
    let failure: unknown;
    for (let first = 0; first < due.length; first += TOGETHER) {
      if (interrupted.aborted) return;
      const some = due.slice(first, first + TOGETHER);
      const pools = await this.#pools.read(some.map(({ taskTypeId }) => taskTypeId));
      const looks = some.map(async (entry) => {
        // One task type that cannot be read must not keep the others waiting.
        const { taskTypeId } = entry;
        try {
          const pool = pools.get(taskTypeId);
          if (pool?.status !== "fulfilled") throw pool?.reason;
          found.set(taskTypeId, await this.#lookAt(entry, pool.value));
          this.#failures.succeeded(`looking at ${taskTypeId}`);
        } catch (error) {
          if (interrupted.aborted) return;
          const inARow = this.#failures.failed(`looking at ${taskTypeId}`, error);
          log[inARow === 1 ? "warn" : "debug"]({ taskTypeId, error, inARow }, "a task type could not be looked at");
          failed += 1;
          failure = error;
        }
      });
      await Promise.all(looks);
      // Most at stake first, whoever was read first.
      for (const { taskTypeId } of some) found.get(taskTypeId)?.();
    }
    if (failed > 0 && failed === due.length) throw failure;
    // Nobody waits for a look that was interrupted: what it found came too late to say.
    if (interrupted.aborted || due.length === 0) return;
    log.debug({ block: number, taskTypes: due.length, took: Date.now() - startedAt }, "looked");
  }

  /** Decides. @returns Begins the work, which goes on by itself. */
  async #lookAt(entry: TaskTypeEntry, pool: GetPoolReturnType): Promise<() => void> {
    const { taskTypeId } = entry;
    const { work, seen, ...looked } = await survey(this.#survey, entry, pool, this.#seen.get(taskTypeId));
    this.#agenda.looked(taskTypeId, looked, Date.now());
    if (work.length === 0) {
      this.#seen.set(taskTypeId, seen);
      return () => {};
    }
    return () => {
      const busy = this.#do(taskTypeId, work, seen).finally(() => this.#busy.delete(taskTypeId));
      this.#busy.set(taskTypeId, busy);
    };
  }

  /** A filter that fits nothing is a mistake that nobody would notice otherwise. */
  #sayIfIdle(taskTypes: number): void {
    const idle = taskTypes === 0;
    if (idle && !this.#saidIdle) {
      const { taskType, token } = this.#config;
      const filtered = taskType !== undefined || token !== undefined;
      const hint = filtered ? "no task type fits --task-type and --token" : "no task type is registered yet";
      this.#service.log.warn({ taskType, token }, `nothing to do: ${hint}`);
    }
    this.#saidIdle = idle;
  }

  async #do(taskTypeId: Hex, work: readonly Work[], seen: SinksSeen): Promise<void> {
    const performed = await Promise.all(work.map((each) => this.#perform(each)));
    if (performed.every(({ left }) => !left)) this.#seen.set(taskTypeId, seen);
    // What was done may call for more: a limit that moved limits the next stage.
    if (performed.some(({ confirmed }) => confirmed > 0)) this.#agenda.touch(taskTypeId);
  }

  async #perform(work: Work): Promise<Performed> {
    const { log, sender } = this.#service;
    try {
      const performed = await perform(sender, work);
      this.#failures.succeeded(work.action);
      return performed;
    } catch (error) {
      this.#failure = error;
      const { action, taskTypeId } = work;
      const inARow = this.#failures.failed(action, error);
      log[inARow === 1 ? "warn" : "debug"](
        { taskTypeId, action, error, inARow },
        "work failed; a later look tries again",
      );
      return { confirmed: 0, left: true };
    }
  }

  #observe(): void {
    const { health, metrics } = this.#service;
    health.add("look", () => {
      const since = Date.now() - this.#lookedAt;
      if (since < ALARM_AFTER) return undefined;
      const why = this.#failure === undefined ? "" : `: ${describeError(this.#failure)}`;
      return `nothing was looked at for ${formatDuration(Math.round(since / 1000))}${why}`;
    });
    health.add("work", () => this.#failures.problem());
    health.add("events", () => {
      const { waits } = this.#scanner;
      if (waits === undefined || Date.now() - waits.since < EVENTS_ALARM_AFTER) return undefined;
      return `events are read to block ${this.#scanner.read}: no endpoint has block ${waits.for}, which was claimed`;
    });
    const gauge = (name: string, help: string, value: () => number): void => {
      new Gauge({
        ...{ name: `backpressure_keeper_${name}`, help, registers: [metrics.registry] },
        collect() {
          this.set(value());
        },
      });
    };
    gauge("task_types", "Task types that are served.", () => this.#directory.taskTypes.size);
    gauge("sinks", "Sinks of all task types.", () => this.#directory.count("sinks"));
    gauge("sources", "Sources of all task types.", () => this.#directory.count("sources"));
    gauge("looked_at_seconds", "Time of the last look that succeeded, Unix seconds.", () => this.#lookedAt / 1000);
    gauge("scanned_block", "Block up to which events are read.", () => Number(this.#scanner.read));
  }
}

function serves({ taskType, token }: KeeperConfig, taskTypeId: Hex, superToken: string): boolean {
  const named = taskType === undefined || taskType.includes(taskTypeId);
  const paid = token === undefined || token.some((each) => each.toLowerCase() === superToken.toLowerCase());
  return named && paid;
}
