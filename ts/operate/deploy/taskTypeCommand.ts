import { Command } from "commander";
import { type Address, type Hex, zeroAddress } from "viem";
import { getBalance, readContract, simulateContract } from "viem/actions";
import { z } from "zod";
import { networkOption, type Terminal, validate } from "../../core/commandLine.ts";
import {
  addressesOf,
  type DeploymentRecord,
  deploymentsFolder,
  requireRecord,
  writeRecord,
} from "../../core/deploymentRecord.ts";
import { UsageError } from "../../core/errors.ts";
import { findAccount, loadAccount } from "../../core/loadAccount.ts";
import {
  assertNetwork,
  explorerAddress,
  getNetwork,
  NETWORK_NAMES,
  type Network,
  networkClient,
} from "../../core/networks.ts";
import { contractsOf } from "../../sdk/calls/contracts.ts";
import { ContractCallError } from "../../sdk/errors.ts";
import { send } from "../../sdk/internal/call.ts";
import { type TaskTypeArguments, taskTypeIdOf } from "../../sdk/internal/taskTypeId.ts";
import { getTaskType } from "../../sdk/read/getTaskType.ts";
import { formatAmount, formatDuration } from "../../sdk/utils/format.ts";
import { fromFlowRate } from "../../sdk/utils/units.ts";
import { requireSuperToken } from "./superToken.ts";
import { assertUsual, taskTypeArguments, taskTypeSchema } from "./taskType.ts";

const optionsSchema = z.object({
  network: z.enum(NETWORK_NAMES),
  broadcast: z.boolean().default(false),
  extreme: z.boolean().default(false),
  keystore: z.string().optional(),
});

type Options = z.output<typeof optionsSchema>;

/** `deploy task-type`. */
export function taskTypeCommand(terminal: Terminal): Command {
  return new Command("task-type")
    .description("Register a task type: a kind of work, with its own pool. Its terms can never be changed.")
    .addOption(networkOption())
    .requiredOption("--name <text>", "what the work is; free text or a URI")
    .requiredOption("--token <address>", "super token that sources stream and sinks bond")
    .requiredOption("--unit-rate <rate>", "q, the most one unit may be paid: 0.36/hour (tokens), or wei per second")
    .option("--epoch <time>", "h, how often sinks signal (default: 60s)")
    .option("--report-delay <time>", "d, how old an attestation may be (default: 60s)")
    .option("--horizon <time>", "T, backlog at which a sink gets nothing (default: 3·(h + d))")
    .option("--grace <time>", "D, how long an acknowledgement may take (default: 120s)")
    .option("--receipt-epochs <n>", "V, longest time between receipts, 2 to 60 epochs (default: 5)")
    .option("--time-to-live <time>", "age after which a signal no longer counts (default: 5·h or V·h)")
    .option("--smoothing <alpha>", "α of the moving average, 0.01 to 1 (default: 0.3)")
    .option("--verifier <who>", "tracker, none, or an address (default: tracker)")
    .option("--admission <who>", "anybody, or a contract that is asked when a sink registers (default: anybody)")
    .option("--minimum-stake <tokens>", "m, stake that backs no capacity (default: the bond of 100 units)")
    .option("--buffer-max <tokens>", "escrow level above which money returns (default: 1000 units' pay for T)")
    .option("--salt <text>", "to register the same name again")
    .option("--extreme", "take terms that are far from usual: they can never be changed")
    .option("--broadcast", "send the transaction; without it, public networks are only rehearsed")
    .option("--keystore <file>", "sign with this keystore (password: KEYSTORE_PASSWORD, or asked for)")
    .action((options: unknown) => run(options, terminal));
}

async function run(raw: unknown, terminal: Terminal): Promise<void> {
  const options = validate(optionsSchema, raw);
  const input = validate(taskTypeSchema, raw);
  const network = getNetwork(options.network, terminal.env);
  const record = requireRecord(deploymentsFolder(terminal.env), network.chain.id);
  const reader = networkClient(network);
  await assertNetwork(reader, network);
  await requireSuperToken(reader, record.host, input.token);

  const registration = taskTypeArguments(input, addressesOf(record));
  assertUsual(input, options.extreme);
  describe(registration, terminal);
  return network.isPublic && !options.broadcast
    ? rehearse(options, network, record, registration, terminal)
    : register(options, network, record, registration, terminal);
}

function describe({ parameters, metadata }: TaskTypeArguments, { out }: Terminal): void {
  const perHour = fromFlowRate({ flowRate: parameters.unitRate, per: "hour" });
  const lines = [
    ["name", metadata],
    ["super token", parameters.superToken],
    ["unit rate", `${parameters.unitRate} wei/s per unit, ${formatAmount(perHour)} tokens per hour`],
    ["epoch", formatDuration(parameters.epochLength)],
    ["report delay", formatDuration(parameters.reportDelay)],
    ["horizon", formatDuration(parameters.horizon)],
    ["grace", formatDuration(parameters.acknowledgementGrace)],
    ["receipts", `every ${parameters.receiptEpochs} epochs at least`],
    ["time to live", formatDuration(parameters.signalTimeToLive)],
    ["smoothing", String(Number(parameters.smoothing) / 1e18)],
    ["verifier", parameters.verifier === zeroAddress ? "none" : parameters.verifier],
    ["admission", parameters.admission === zeroAddress ? "anybody" : parameters.admission],
    ["minimum stake", `${formatAmount(parameters.minimumStake)} tokens`],
    ["buffer max", `${formatAmount(parameters.bufferMax)} tokens`],
  ] as const;
  for (const [name, value] of lines) out(`  ${name.padEnd(14)} ${value}\n`);
}

async function rehearse(
  options: Options,
  network: Network,
  record: DeploymentRecord,
  registration: TaskTypeArguments,
  terminal: Terminal,
): Promise<void> {
  const account = await findAccount({ network, keystore: options.keystore, terminal });
  if (account === undefined)
    throw new UsageError("no key: its address is part of the task type's identity; set PRIVATE_KEY");
  const client = networkClient(network, account);
  await simulate(client, account.address, record, registration);
  const balance = await getBalance(client, { address: account.address });
  terminal.out(
    `Rehearsal, nothing was sent. ${account.address} (balance ${formatAmount(balance)} ETH) would register `,
  );
  terminal.out(`${taskTypeIdOf(account.address, registration)}\nAdd --broadcast to register it.\n`);
}

async function simulate(
  client: ReturnType<typeof networkClient>,
  account: Address,
  record: DeploymentRecord,
  { parameters, salt, metadata }: TaskTypeArguments,
): Promise<void> {
  try {
    const { capacityRegistry } = contractsOf(record);
    await simulateContract(client, { account, ...capacityRegistry.registerTaskType(parameters, salt, metadata) });
  } catch (cause) {
    throw new ContractCallError("registerTaskType", cause);
  }
}

async function register(
  options: Options,
  network: Network,
  record: DeploymentRecord,
  registration: TaskTypeArguments,
  terminal: Terminal,
): Promise<void> {
  const account = await loadAccount({ network, keystore: options.keystore, terminal });
  const client = networkClient(network, account);
  const taskTypeId = taskTypeIdOf(account.address, registration);
  const { capacityRegistry } = contractsOf(record);
  const creator = await readContract(client, capacityRegistry.creatorOf(taskTypeId));
  if (creator === zeroAddress) {
    const { parameters, salt, metadata } = registration;
    await send(client, capacityRegistry.registerTaskType(parameters, salt, metadata));
  } else {
    terminal.out("You have registered this name and salt before; its terms are those of then.\n");
  }
  remember(terminal, record, registration.metadata, taskTypeId);
  const { distributionPool } = await getTaskType(client, { deployment: addressesOf(record), taskTypeId });
  const link = explorerAddress(network, distributionPool);
  terminal.out(`Task type    ${taskTypeId}\n`);
  terminal.out(`Pool         ${distributionPool}${link === undefined ? "" : `  ${link}`}\n`);
  terminal.out("Sources stream to the pool with the SDK's openStream; never transfer tokens to it.\n");
}

function remember({ env }: Terminal, record: DeploymentRecord, name: string, taskTypeId: Hex): void {
  writeRecord(deploymentsFolder(env), { ...record, taskTypes: { ...record.taskTypes, [name]: taskTypeId } });
}
