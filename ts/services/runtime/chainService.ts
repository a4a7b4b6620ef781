import { Hono } from "hono";
import type { Registry } from "prom-client";
import type { LocalAccount } from "viem";
import type { z } from "zod";
import type { Terminal } from "../../core/commandLine.ts";
import { addressesOf, type DeploymentRecord, deploymentsFolder, requireRecord } from "../../core/deploymentRecord.ts";
import { findAccount, loadAccount } from "../../core/loadAccount.ts";
import { getNetwork, type Network } from "../../core/networks.ts";
import { pause } from "../../sdk/internal/waitForBlock.ts";
import type { Deployment } from "../../sdk/types.ts";
import { connectChain, type ServiceChain } from "./client.ts";
import type { serviceFields } from "./config.ts";
import { Health } from "./health.ts";
import { addOperations, addProbes, startHttpServer } from "./httpServer.ts";
import { type Lifecycle, runService } from "./lifecycle.ts";
import { createLogger, type Logger } from "./logger.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { Sender } from "./sender.ts";

/** Base reorganises a block or two now and then. */
const PUBLIC_CONFIRMATIONS = 3;

/** Milliseconds. Two blocks on Base; more often costs requests, which endpoints count. */
const PUBLIC_POLL_INTERVAL = 4000;
const LOCAL_POLL_INTERVAL = 250;
/** Between two looks at the account's ether, milliseconds. */
export const BALANCE_EVERY = 300_000;

/** What `serviceFields` become, and a port. */
export type ServiceConfig = z.output<z.ZodObject<typeof serviceFields>> & {
  port: number;
  adminPort?: number | undefined;
  etherPerToken?: bigint | undefined;
};

export type ChainServiceParameters = {
  /** `keeper`; in logs and metrics. */
  name: string;
  config: ServiceConfig;
  terminal: Terminal;
  /** Between two looks at a public chain, unless the operator says otherwise, milliseconds. */
  pollInterval?: number;
  /** Routes of its own, for others; /health and /metrics are served elsewhere then. */
  app?: Hono;
};

/** Everything that a service on a chain works with. */
export type ChainService = Lifecycle & {
  network: Network;
  record: DeploymentRecord;
  deployment: Deployment;
  chain: ServiceChain;
  /** Undefined only in a dry run. */
  account: LocalAccount | undefined;
  sender: Sender;
  log: Logger;
  metrics: Metrics;
  health: Health;
  /** Between two looks at the chain, milliseconds. */
  pollInterval: number;
  /** Blocks until what is on the chain counts. */
  confirmations: number;
};

/**
 * Runs a service on a chain: connects, opens the key, serves /health and /metrics, keeps head and balance up to date
 * while `body` runs, and ends all of that when `body` ends or a signal comes. Transactions in flight are waited for.
 * @throws {UsageError | EndpointsError} if it cannot start; what `body` throws.
 * @example
 * await runChainService({ name: "oracle", config, terminal, app }, async ({ sender, interrupted }) => {
 *   await untilInterrupted(interrupted);
 * });
 */
export async function runChainService(
  { name, config, terminal, pollInterval: every = PUBLIC_POLL_INTERVAL, app }: ChainServiceParameters,
  body: (service: ChainService) => Promise<void>,
): Promise<void> {
  const network = getNetwork(config.network, terminal.env);
  const record = requireRecord(deploymentsFolder(terminal.env), network.chain.id);
  const account = await openAccount(name, config, network, terminal);
  const log = createLogger({ service: name, level: config.logLevel, write: terminal.out });
  const metrics = createMetrics(name);
  const health = new Health();
  const chain = await connectChain({ network, log, metrics, timeout: config.rpcTimeout });
  const pollInterval = config.pollInterval ?? (network.isPublic ? every : LOCAL_POLL_INTERVAL);
  const confirmations = config.confirmations ?? (network.isPublic ? PUBLIC_CONFIRMATIONS : 1);
  const options = {
    confirmations,
    maxFee: config.maxFee,
    stuckAfter: config.stuckAfter,
    // Somebody waits for a transaction.
    pollingInterval: Math.min(pollInterval, PUBLIC_POLL_INTERVAL),
    dryRun: config.dryRun,
    gasPerHour: BigInt(config.gasPerHour),
    weiPerDay: config.etherPerDay,
    weiPerToken: config.etherPerToken,
    minBalance: config.minBalance,
  };
  const sender = new Sender({ chain, account, log, metrics, options });
  chain.endpoints.addHealthChecks(health);
  sender.addHealthChecks(health);
  health.unready("it is starting");
  health.observe(metrics.registry);
  const onStopping = (): void => health.unready("it is ending");
  await runService({ log, interrupted: terminal.onInterrupt(), onStopping }, async (lifecycle) => {
    lifecycle.onStop("websockets", () => chain.endpoints.close());
    const servers = await startServers({ config, app, health, registry: metrics.registry });
    lifecycle.onStop("http servers", async () => {
      await Promise.all(servers.map(({ stop }) => stop()));
    });
    const [admin, own = admin] = servers;
    const watching = new AbortController();
    const watch = keepUpToDate(chain, sender, log, pollInterval, watching.signal);
    lifecycle.onStop("watch", () => {
      watching.abort();
      return watch;
    });
    lifecycle.onStop("transactions in flight", () => sender.stop());
    log.info(
      {
        network: network.name,
        listens: own.url.replace("http://", ""),
        admin: admin.url.replace("http://", ""),
        account: account?.address,
        dryRun: config.dryRun,
      },
      "started",
    );
    await body({
      ...{ ...lifecycle, network, record, deployment: addressesOf(record), chain, account },
      ...{ sender, log, metrics, health, pollInterval, confirmations },
    });
  });
}

type StartServersParameters = {
  config: ServiceConfig;
  app: Hono | undefined;
  health: Health;
  registry: Registry;
};

/** The operator's, and the one for others if there is one. */
async function startServers({ config, app, health, registry }: StartServersParameters) {
  const { host, port, adminHost, adminPort = port === 0 ? 0 : port + 10 } = config;
  const operations = new Hono();
  addOperations(operations, health, registry);
  if (app === undefined) return [await startHttpServer({ app: operations, host, port })] as const;
  addProbes(app, health);
  const admin = await startHttpServer({ app: operations, host: adminHost, port: adminPort });
  try {
    return [admin, await startHttpServer({ app, host, port })] as const;
  } catch (error) {
    await admin.stop();
    throw error;
  }
}

function openAccount(
  name: string,
  config: ServiceConfig,
  network: Network,
  terminal: Terminal,
): Promise<LocalAccount | undefined> {
  const { keystore, signer: url, signerAccount } = config;
  const signer = url === undefined ? undefined : { url, account: signerAccount };
  // Two services with one account would take each other's nonces.
  const parameters = { network, keystore, signer, terminal, variable: `${name.toUpperCase()}_PRIVATE_KEY` };
  return config.dryRun ? findAccount(parameters) : loadAccount(parameters);
}

/** Health and metrics tell what is so, also while the service itself waits for something. */
async function keepUpToDate(
  { endpoints }: ServiceChain,
  sender: Sender,
  log: Logger,
  every: number,
  stopped: AbortSignal,
): Promise<void> {
  for (let balanceAt = 0; !stopped.aborted; ) {
    await endpoints.refresh();
    if (Date.now() - balanceAt >= BALANCE_EVERY) {
      balanceAt = Date.now();
      await sender.checkBalance().catch((error: unknown) => log.debug({ error }, "could not read the balance"));
    }
    await pause(every, stopped).catch(() => {});
  }
}
