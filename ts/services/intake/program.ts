import { getConnInfo } from "@hono/node-server/conninfo";
import { Command } from "commander";
import type { Context } from "hono";
import type { Hex } from "viem";
import type { z } from "zod";
import type { Terminal } from "../../core/commandLine.ts";
import { deploymentsFolder, requireRecord } from "../../core/deploymentRecord.ts";
import { getNetwork } from "../../core/networks.ts";
import { type ChainService, runChainService } from "../runtime/chainService.ts";
import { readConfig } from "../runtime/config.ts";
import type { Head } from "../runtime/heads.ts";
import { untilInterrupted } from "../runtime/lifecycle.ts";
import { awaitPredecessor } from "../runtime/predecessor.ts";
import type { Sender } from "../runtime/sender.ts";
import { createApi, createApp, serve } from "./api.ts";
import type { ChainContext } from "./chain.ts";
import { Intake } from "./intake.ts";
import { type Leadership, roundOfLeader } from "./leadership.ts";
import type { Message, MessageKind } from "./messageKind.ts";
import { createIntakeMetrics } from "./metrics.ts";
import { addIntakeOptions, type IntakeConfig, type IntakeDefaults, intakeSchema, resolveTaskTypes } from "./options.ts";
import { Recoveries } from "./recoveries.ts";
import { type Round, type Rounds, startRounds } from "./rounds.ts";
import { openStorage, type Storage } from "./storage.ts";
import type { MessageStore } from "./store.ts";
import { TaskTypes } from "./taskTypes.ts";
import { Triage } from "./triage.ts";

/** What a service's rounds are made from. */
export type RoundParameters<message extends Message, config> = {
  context: ChainContext;
  base: ChainService;
  store: MessageStore<message>;
  triage: Triage<message>;
  sender: Pick<Sender, "send">;
  config: config;
};

/** A service that takes signed messages over HTTP, keeps them, and takes them to the chain. */
export type IntakeService<message extends Message, fields extends z.ZodRawShape> = {
  name: "oracle" | "verifier";
  description: string;
  examples: string;
  defaults: IntakeDefaults;
  kind: MessageKind<message>;
  /** The contract that the messages are for. */
  contract: "capacityRegistry" | "completionTracker";
  /** Makes what throws a `Refusal` if the chain would not take a message now. */
  createCheck: (context: ChainContext) => (message: message) => Promise<void>;
  /** Settings of its own, and the flags that belong to them. */
  fields: fields;
  addOptions: (command: Command) => Command;
  createRound: (parameters: RoundParameters<message, Config<fields>>) => Promise<Round>;
};

type Config<fields extends z.ZodRawShape> = IntakeConfig & z.output<z.ZodObject<fields>>;

/** The command-line program of a service. */
export function intakeProgram<message extends Message, fields extends z.ZodRawShape>(
  terminal: Terminal,
  service: IntakeService<message, fields>,
): Command {
  const { name, description, examples, defaults, fields, addOptions } = service;
  const schema = intakeSchema(defaults).extend(fields);
  return addOptions(addIntakeOptions(new Command(name), defaults))
    .description(description)
    .addHelpText("after", examples)
    .action((flags: Record<string, unknown>) => {
      const config = readConfig(schema, { flags, env: terminal.env, prefix: name.toUpperCase() });
      return run(service, config as Config<fields>, terminal);
    });
}

async function run<message extends Message, fields extends z.ZodRawShape>(
  service: IntakeService<message, fields>,
  config: Config<fields>,
  terminal: Terminal,
): Promise<void> {
  const { name, contract } = service;
  const { chain } = getNetwork(config.network, terminal.env);
  const record = requireRecord(deploymentsFolder(terminal.env), chain.id);
  const only = resolveTaskTypes({ record }, config.taskType);
  const place = { folderName: `${name}-${chain.id}`, owner: `chain ${chain.id}, ${record[contract]}` };
  let storage: Storage<message> | undefined;
  let rounds: Rounds | undefined;
  try {
    const app = createApp();
    await runChainService({ name, config, terminal, app }, async (base) => {
      storage = await openStorage<message>({ config, ...place, log: base.log });
      base.health.add("store", storage.store.problem);
      const parts = await assemble(service, { config, base, storage, only });
      rounds = startRounds({ ...base, endpoints: base.chain.endpoints, round: parts.round });
      base.onStop("rounds", rounds.stop);
      serve(app, parts.api);
      base.health.ready();
      base.log.info({ stored: (await storage.store.summary()).messages }, "ready");
      await untilInterrupted(base.interrupted);
    });
  } finally {
    // By now nobody sends requests or transactions; a round that waited for one may still forget what it was about.
    await rounds?.over();
    await storage?.close();
  }
}

type AssembleParameters<message, config> = {
  config: config;
  base: ChainService;
  storage: Storage<message>;
  only: readonly Hex[] | undefined;
};

async function assemble<message extends Message, fields extends z.ZodRawShape>(
  service: IntakeService<message, fields>,
  parameters: AssembleParameters<message, Config<fields>>,
) {
  const { kind } = service;
  const { config, base, storage, only } = parameters;
  const { store, limits, leadership } = storage;
  const { account, chain, confirmations, deployment, log, record } = base;
  const { client } = chain;
  const context = {
    client,
    chainId: record.chainId,
    deployment,
    taskTypes: new TaskTypes({ client, deployment, only }),
    headOf: () => chain.endpoints.head,
    recover: new Recoveries().recover,
  };
  const check = service.createCheck(context);
  const metrics = createIntakeMetrics(base.metrics.registry);
  metrics.watch(store, leadership);

  const triage = new Triage({ store, check, confirmations, log, metrics });
  const sender = senderOf(leadership, base.sender);
  const round = await service.createRound({ context, base, store, triage, sender, config });
  const waiting = { chain, every: base.pollInterval, atMost: config.stuckAfter };
  const takeOver = async () => account && awaitPredecessor({ ...waiting, account: account.address });

  const api = createApi({
    ...{ kind, limits, maxBody: config.maxBody, maxMessages: config.maxMessages },
    ...{ title: `Backpressure Economics ${service.name}`, description: service.description },
    intake: new Intake({ kind, store, limits, check }),
    clientOf: (request) => clientOf(request, config.trustProxy),
    onOutcome: (outcome) => metrics.messages.inc({ outcome }),
    onError: (error) => log.error({ error }, "a request failed"),
  });
  const led = roundOfLeader(leadership, takeOver, round);
  return {
    api,
    round: async (head: Head) => {
      // Who asks nothing of a store would not learn that it works again.
      if (store.problem() !== undefined) await store.summary().catch(() => {});
      await led(head);
    },
  };
}

/** What was begun by a leader that is none any more is not sent. */
const senderOf = (leadership: Leadership, sender: Sender): Pick<Sender, "send"> => ({
  send: async (transaction) =>
    leadership.leads() ? sender.send(transaction) : { status: "skipped", reason: "not leading" },
});

/** Whom the rate limit goes by. Only a proxy of one's own says the truth in its header. */
function clientOf(context: Context, trustProxy: boolean): string {
  const forwarded = trustProxy ? context.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
  return forwarded || (getConnInfo(context).remote.address ?? "unknown");
}
