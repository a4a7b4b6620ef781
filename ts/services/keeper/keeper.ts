import { Gauge } from "prom-client";
import type { Address, Hex } from "viem";
import { describeError } from "../../core/errors.ts";
import { getGda } from "../../sdk/internal/superfluid.ts";
import { pause } from "../../sdk/internal/waitForBlock.ts";
import { formatDuration } from "../../sdk/utils/format.ts";
import type { ChainService } from "../runtime/chainService.ts";
import type { Head } from "../runtime/heads.ts";
import { Calls, type Work } from "./calls.ts";
import { COME_BACK_AFTER } from "./decide/comeBack.ts";
import { Directory, type TaskTypeEntry } from "./directory.ts";
import { type Performed, perform } from "./perform.ts";
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
const ALARM_AFTER = 120_000;

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
  readonly #seen = new Map<Hex, SinksSeen>();
  /** Work that is under way, by task type. */
  readonly #busy = new Map<Hex, Promise<void>>();
  /** Task types to look at before their time. */
  readonly #urgent = new Set<Hex>();
  /** When to look at a task type again whose stream was not confirmed yet, milliseconds. */
  readonly #comeBackAt = new Map<Hex, number>();
  /** Hash of the block up to which events were read. */
  #scanned: Hex | undefined;
  #lookedAt = 0;
  #fullLookAt = 0;
  #failure: unknown;

  private constructor(service: ChainService, config: KeeperConfig, survey: SurveyParameters, gda: Address) {
    const { chain, deployment, record, log } = service;
    this.#service = service;
    this.#config = config;
    this.#survey = survey;
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
      await this.#tick();
      if (this.#config.once) break;
      await pause(pollInterval, interrupted).catch(() => {});
    }
    await Promise.all(this.#busy.values());
    if (this.#config.once && this.#failure !== undefined) throw this.#failure;
  }

  /** One look: at everything when it is time, otherwise at what events have touched. */
  async #tick(): Promise<void> {
    const { chain, interrupted, log } = this.#service;
    const head = this.#config.once ? await chain.endpoints.refresh() : chain.endpoints.head;
    if (head === undefined) return;
    try {
      if (head.hash !== this.#scanned) await this.#scanner.scan(head.number);
      this.#scanned = head.hash;
      await this.#look(head);
      this.#lookedAt = Date.now();
      this.#failure = undefined;
    } catch (error) {
      if (interrupted.aborted) return;
      this.#failure = error;
      log.warn({ error, block: head.number }, "a look failed; the next one is soon");
    }
  }

  async #look({ number }: Head): Promise<void> {
    const { interrupted, log } = this.#service;
    const startedAt = Date.now();
    const everything = startedAt - this.#fullLookAt >= this.#config.lookInterval;
    for (const taskTypeId of this.#directory.takeTouched()) this.#urgent.add(taskTypeId);
    for (const [taskTypeId, at] of this.#comeBackAt) if (startedAt >= at) this.#urgent.add(taskTypeId);
    const due = [...this.#directory.taskTypes.values()].filter(({ taskTypeId, distributionPool }) => {
      const wanted = everything || this.#urgent.has(taskTypeId);
      return wanted && distributionPool !== undefined && !this.#busy.has(taskTypeId);
    });
    let failed = 0;
    let failure: unknown;
    for (const entry of due) {
      if (interrupted.aborted) return;
      this.#urgent.delete(entry.taskTypeId);
      if (startedAt >= (this.#comeBackAt.get(entry.taskTypeId) ?? 0)) this.#comeBackAt.delete(entry.taskTypeId);
      // One task type that cannot be read must not keep the others waiting.
      await this.#lookAt(entry).catch((error: unknown) => {
        if (interrupted.aborted) return;
        log.warn({ taskTypeId: entry.taskTypeId, error }, "a task type could not be looked at");
        failed += 1;
        failure = error;
      });
    }
    if (failed > 0 && failed === due.length) throw failure;
    // Nobody waits for a look that was interrupted: what it found came too late to say.
    if (interrupted.aborted) return;
    if (everything) {
      this.#fullLookAt = startedAt;
      log.debug({ block: number, taskTypes: due.length, took: Date.now() - startedAt }, "looked at everything");
    }
  }

  /** Decides, and lets the work go on by itself. */
  async #lookAt(entry: TaskTypeEntry): Promise<void> {
    const { taskTypeId } = entry;
    const { work, seen, pending } = await survey(this.#survey, entry, this.#seen.get(taskTypeId));
    if (!pending) this.#comeBackAt.delete(taskTypeId);
    else if (!this.#comeBackAt.has(taskTypeId)) this.#comeBackAt.set(taskTypeId, Date.now() + COME_BACK_AFTER);
    if (work.length === 0) {
      this.#seen.set(taskTypeId, seen);
      return;
    }
    const busy = this.#do(taskTypeId, work, seen).finally(() => this.#busy.delete(taskTypeId));
    this.#busy.set(taskTypeId, busy);
  }

  async #do(taskTypeId: Hex, work: readonly Work[], seen: SinksSeen): Promise<void> {
    const performed = await Promise.all(work.map((each) => this.#perform(each)));
    if (performed.every(({ left }) => !left)) this.#seen.set(taskTypeId, seen);
    // What was done may call for more: a limit that moved limits the next stage.
    if (performed.some(({ confirmed }) => confirmed > 0)) this.#urgent.add(taskTypeId);
  }

  async #perform(work: Work): Promise<Performed> {
    const { log, sender } = this.#service;
    try {
      return await perform(sender, work);
    } catch (error) {
      this.#failure = error;
      log.warn({ taskTypeId: work.taskTypeId, action: work.action, error }, "work failed; the next look tries again");
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
