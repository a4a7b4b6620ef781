import { join } from "node:path";
import { getConnInfo } from "@hono/node-server/conninfo";
import { Command } from "commander";
import type { Context } from "hono";
import type { Terminal } from "../cli.ts";
import { findAccount, loadAccount } from "../deploy/account.ts";
import { addressesOf, deploymentsFolder, requireRecord } from "../deploy/record.ts";
import { getNetwork } from "../networks.ts";
import { connectChain } from "../services/client.ts";
import { readConfig } from "../services/config.ts";
import { Health } from "../services/health.ts";
import { addOperations, startHttpServer } from "../services/httpServer.ts";
import { runService, untilInterrupted } from "../services/lifecycle.ts";
import { createLogger, type Logger } from "../services/logger.ts";
import { createMetrics } from "../services/metrics.ts";
import { Sender } from "../services/sender.ts";
import { createApi } from "./api.ts";
import type { ChainContext } from "./chain.ts";
import { Intake } from "./intake.ts";
import type { Message, MessageKind } from "./messageKind.ts";
import { createIntakeMetrics } from "./metrics.ts";
import { addIntakeOptions, type IntakeConfig, type IntakeDefaults, intakeSchema, resolveTaskTypes } from "./options.ts";
import { RateLimits } from "./rateLimits.ts";
import { type Round, startRounds } from "./rounds.ts";
import { MessageStore } from "./store.ts";
import type { Send } from "./submission.ts";
import { TaskTypes } from "./taskTypes.ts";
import { Triage } from "./triage.ts";

/** What a service's rounds are made from. */
export type RoundParameters<message extends Message> = {
  context: ChainContext;
  store: MessageStore<message>;
  triage: Triage<message>;
  send: Send;
  log: Logger;
  config: IntakeConfig;
  /** Block of the deployment: no event of the protocol is older. */
  firstBlock: bigint;
};

/** A service that takes signed messages over HTTP, keeps them, and takes them to the chain. */
export type IntakeService<message extends Message> = {
  name: "oracle" | "verifier";
  description: string;
  examples: string;
  defaults: IntakeDefaults;
  kind: MessageKind<message>;
  /** The contract that the messages are for. */
  contract: "capacityRegistry" | "completionTracker";
  check: (context: ChainContext, message: message) => Promise<void>;
  createRound: (parameters: RoundParameters<message>) => Round;
};

/** The command-line program of a service. */
export function intakeProgram<message extends Message>(terminal: Terminal, service: IntakeService<message>): Command {
  const { name, description, examples, defaults } = service;
  return addIntakeOptions(new Command(name), defaults)
    .description(description)
    .addHelpText("after", examples)
    .action((flags: Record<string, unknown>) => {
      const prefix = name.toUpperCase();
      const config = readConfig(intakeSchema(defaults), { flags, env: terminal.env, prefix });
      return run(service, config, terminal);
    });
}

async function run<message extends Message>(
  service: IntakeService<message>,
  config: IntakeConfig,
  terminal: Terminal,
): Promise<void> {
  const { name, kind, contract } = service;
  const network = getNetwork(config.network, terminal.env);
  const record = requireRecord(deploymentsFolder(terminal.env), network.chain.id);
  const only = resolveTaskTypes({ record }, config.taskTypes);
  const account = await (config.dryRun ? findAccount : loadAccount)({ network, keystore: config.keystore, terminal });
  const log = createLogger({ service: name, level: config.logLevel, write: terminal.out });
  const metrics = createMetrics(name);
  const intakeMetrics = createIntakeMetrics(metrics.registry);
  const health = new Health();

  await runService({ log, interrupted: terminal.onInterrupt() }, async ({ interrupted, onStop }) => {
    const chain = await connectChain({ network, log, metrics, timeout: config.rpcTimeout });
    const { client, endpoints } = chain;
    const deployment = addressesOf(record);
    const chainId = network.chain.id;
    const context = { client, chainId, deployment, taskTypes: new TaskTypes({ client, deployment, only }) };
    const check = (message: message): Promise<void> => service.check(context, message);

    const folder = config.data ?? join("data", `${name}-${chainId}`);
    const store = await MessageStore.open<message>({ folder, owner: `chain ${chainId}, ${deployment[contract]}` });
    onStop("store", () => store.close());
    intakeMetrics.watch(store);

    const confirmations = config.confirmations ?? (network.isPublic ? 3 : 1);
    const options = { ...config, confirmations, gasPerHour: BigInt(config.gasPerHour), pollingInterval: config.poll };
    const sender = new Sender({ chain, account, log, metrics, options });
    sender.addHealthChecks(health);

    const triage = new Triage({ store, check, confirmations, log, metrics: intakeMetrics });
    const send: Send = (transaction) => sender.send(transaction);
    const firstBlock = BigInt(record.block);
    const round = service.createRound({ context, store, triage, send, log, config, firstBlock });
    const refresh = async () => {
      const head = await endpoints.refresh();
      if (head !== undefined) await sender.checkBalance();
      return head;
    };
    const rounds = startRounds({ refresh, round, interval: config.poll, log, health });
    // From the last to the first: a round that has begun waits for the sender, and needs the store.
    onStop("rounds that have begun", rounds.over);
    onStop("sender", () => sender.stop());
    onStop("rounds", rounds.stop);

    const limits = new RateLimits({ perClient: config.clientLimit, perSink: config.sinkLimit });
    const intake = new Intake({ kind, store, limits, check });
    const api = createApi({
      ...{ kind, intake, limits, title: `Backpressure Economics ${name}`, description: service.description },
      ...{ maxBody: config.maxBody, maxMessages: config.maxMessages },
      clientOf: (request) => clientOf(request, config.trustProxy),
      onOutcome: (outcome) => intakeMetrics.messages.inc({ outcome }),
      onError: (error) => log.error({ error }, "a request failed"),
    });
    addOperations(api, health, metrics.registry);
    const server = await startHttpServer({ app: api, host: config.host, port: config.port });
    onStop("http server", server.stop);
    log.info({ url: server.url, stored: store.size, account: account?.address }, "listening");
    await untilInterrupted(interrupted);
  });
}

/** Whom the rate limit goes by. Only a proxy of one's own says the truth in its header. */
function clientOf(context: Context, trustProxy: boolean): string {
  const forwarded = trustProxy ? context.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
  return forwarded || (getConnInfo(context).remote.address ?? "unknown");
}
