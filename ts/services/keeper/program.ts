import { Command } from "commander";
import { getAddress, type Hex, isAddress, parseEther } from "viem";
import { z } from "zod";
import type { Terminal } from "../../core/commandLine.ts";
import { deploymentsFolder, requireRecord, resolveTaskType } from "../../core/deploymentRecord.ts";
import { getNetwork } from "../../core/networks.ts";
import { runChainService } from "../runtime/chainService.ts";
import {
  addServiceOptions,
  etherField,
  portField,
  readConfig,
  secondsField,
  serviceFields,
  switchField,
  tokensField,
  wholeNumber,
} from "../runtime/config.ts";
import { untilInterrupted } from "../runtime/lifecycle.ts";
import { Keeper } from "./keeper.ts";

const PORT = 9470;

/** Seven blocks on Base. What keepers do is done by epochs; each look costs requests. Milliseconds. */
export const POLL_INTERVAL = 15_000;

const EXAMPLES = `
Examples:
  $ npm run keeper -- --network local
  $ npm run keeper -- --network base-sepolia --dry-run --once      # what would it send now?
  $ npm run keeper -- --network base --keystore keeper.json --gas-per-hour 50000000 --max-fee 0.5
  $ npm run keeper -- --network base --token 0xd04383398dd2426297da660f9cca3d439af9ce1b --min-amount 0.05
  $ curl -s localhost:${PORT}/health; curl -s localhost:${PORT}/metrics

Environment (or .env): KEEPER_PRIVATE_KEY, KEYSTORE_PASSWORD, LOCAL_RPC_URL, BASE_SEPOLIA_RPC_URL, BASE_RPC_URL (several URLs,
separated by commas, are compared and tried in order), DEPLOYMENTS_DIR. Every option can also be a variable: KEEPER_ and
its name, KEEPER_GAS_PER_HOUR for example. A key is never taken from a flag. More in docs/operations.md.
`;

/** From flags a list, from a variable text with commas. */
const list = <each extends z.ZodType<unknown, string>>(each: each) =>
  z.union([z.array(z.string()), z.string().transform((text) => text.split(","))]).pipe(z.array(each));

const address = z
  .string()
  .refine((text) => isAddress(text, { strict: false }), "not an address")
  .transform((text) => getAddress(text));

export const keeperSchema = z.object({
  ...serviceFields,
  port: portField(PORT),
  once: switchField,
  minAmount: tokensField.default(parseEther("0.01")),
  etherPerToken: etherField.optional(),
  sinksPerTransaction: wholeNumber.min(1, "at least 1").max(60, "60 at most, or Base refuses").default(30),
  blocksPerQuery: wholeNumber.min(1, "at least 1").default(10_000),
  lookInterval: secondsField.default(60_000),
  /** Names or identifiers. */
  taskType: list(z.string().transform((text) => text.trim())).optional(),
  token: list(address).optional(),
});

/** `npm run keeper`. */
export function keeperProgram(terminal: Terminal): Command {
  const command = new Command("keeper")
    .description(
      "Make the calls that anybody may make, when they pay off: rebalance, drain, release, settle, assess and more.",
    )
    .addHelpText("after", EXAMPLES);
  addServiceOptions(command, PORT)
    .option("--once", "look once, wait for what was sent, and end")
    .option("--min-amount <tokens>", "leave alone what moves less than this (default: 0.01)")
    .option("--ether-per-token <ether>", "what a token is worth: what costs more than it moves is not sent")
    .option("--sinks-per-transaction <number>", "most sinks or sources in one transaction (default: 30)")
    .option("--blocks-per-query <blocks>", "most blocks to ask an endpoint for at once (default: 10000)")
    .option("--look-interval <seconds>", "between two looks at a task type without events (default: 60)")
    .option("--task-type <id...>", "serve only these task types: identifiers, or names of the deployment's record")
    .option("--token <address...>", "serve only task types of these super tokens");
  return command.action(() => run(command.opts(), terminal));
}

async function run(flags: Record<string, unknown>, terminal: Terminal): Promise<void> {
  const config = readConfig(keeperSchema, { flags, env: terminal.env, prefix: "KEEPER" });
  const { chain } = getNetwork(config.network, terminal.env);
  const record = requireRecord(deploymentsFolder(terminal.env), chain.id);
  const taskType = config.taskType?.map((name) => resolveTaskType({ record }, name).toLowerCase() as Hex);
  await runChainService({ name: "keeper", config, terminal, pollInterval: POLL_INTERVAL }, async (service) => {
    const keeper = await Keeper.create(service, { ...config, taskType });
    // Work that is under way goes on until the sender stops, which comes next.
    await Promise.race([keeper.run(), untilInterrupted(service.interrupted)]);
  });
}
