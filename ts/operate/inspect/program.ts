import { Command } from "commander";
import { type Address, getAddress, isAddress } from "viem";
import { z } from "zod";
import { networkOption, type Terminal, validate } from "../../core/commandLine.ts";
import { addressesOf, deploymentsFolder, requireRecord, resolveTaskType } from "../../core/deploymentRecord.ts";
import { assertNetwork, getNetwork, NETWORK_NAMES, networkClient } from "../../core/networks.ts";
import { pause } from "../../sdk/internal/waitForBlock.ts";
import type { Context } from "./context.ts";
import { inspectList } from "./list.ts";
import { inspectNetwork } from "./network.ts";
import { inspectPipeline } from "./pipeline.ts";
import { inspectPool } from "./pool.ts";
import { type Report, renderJson, renderText } from "./report.ts";
import { inspectSink } from "./sink.ts";
import { inspectSinks } from "./sinks.ts";
import { inspectSource } from "./source.ts";

const EXAMPLES = `
Examples:
  $ npm run inspect -- network --network base --scan
  $ npm run inspect -- list translate --network base
  $ npm run inspect -- sinks "translate en-de" --network base
  $ npm run inspect -- pool "translate en-de" --network base-sepolia --watch
  $ npm run inspect -- sink 0x4f…c1 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --network base
  $ npm run inspect -- source "translate en-de" 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --network local
  $ npm run --silent inspect -- pipeline "ask" --network local --json | jq .bottleneck

A task type is its 32 bytes, or the name under which "deploy task-type" has recorded it. With --json amounts are in wei
and rates in wei per second, as decimal text; with --watch and --json there is one object per line.
Environment (or .env): LOCAL_RPC_URL, BASE_SEPOLIA_RPC_URL, BASE_RPC_URL, DEPLOYMENTS_DIR.
`;

const optionsSchema = z.object({
  network: z.enum(NETWORK_NAMES),
  json: z.boolean().default(false),
  watch: z
    .union([z.literal(true).transform(() => 5), z.coerce.number("not a number of seconds").positive()])
    .optional(),
  scan: z.boolean().default(false),
});

type Options = z.output<typeof optionsSchema>;

const accountSchema = z
  .string()
  .refine((text) => isAddress(text, { strict: false }), "not an address")
  .transform((text): Address => getAddress(text));

/** `npm run inspect`. */
export function inspectProgram(terminal: Terminal): Command {
  const command = (name: string, description: string): Command =>
    new Command(name)
      .description(description)
      .addOption(networkOption())
      .option("--json", "print JSON instead of a table")
      .option("-w, --watch [seconds]", "look again every so many seconds (default: 5), until Ctrl-C")
      .addHelpText("after", EXAMPLES);
  const show = (options: unknown, look: (context: Context, options: Options) => Promise<Report>): Promise<void> =>
    run(validate(optionsSchema, options), terminal, look);

  return new Command("inspect")
    .description(
      "What there is, what a pool, a sink, a source, a pipeline or the deployment looks like, and what needs attention.",
    )
    .addHelpText("after", EXAMPLES)
    .addCommand(
      command("list", "Every pool: price, spare capacity, evidence.")
        .argument("[name]", "part of the name")
        .action((name: string | undefined, options: unknown) => show(options, (context) => inspectList(context, name))),
    )
    .addCommand(
      command("sinks", "Every sink of a task type: units, pay, signal, profile.")
        .arguments("<task-type>")
        .action((taskType: string, options: unknown) =>
          show(options, (context) => inspectSinks(context, resolveTaskType(context, taskType))),
        ),
    )
    .addCommand(
      command("pool", "Inflow, price, units, escrow.")
        .arguments("<task-type>")
        .action((taskType: string, options: unknown) =>
          show(options, (context) => inspectPool(context, resolveTaskType(context, taskType))),
        ),
    )
    .addCommand(
      command("sink", "Capacity, pay, signal, stake, ledger.")
        .arguments("<task-type> <address>")
        .action((taskType: string, account: string, options: unknown) => {
          const sink = validate(accountSchema, account);
          return show(options, (context) => inspectSink(context, resolveTaskType(context, taskType), sink));
        }),
    )
    .addCommand(
      command("source", "Stream, balance, return share.")
        .arguments("<task-type> <address>")
        .action((taskType: string, account: string, options: unknown) => {
          const source = validate(accountSchema, account);
          return show(options, (context) => inspectSource(context, resolveTaskType(context, taskType), source));
        }),
    )
    .addCommand(
      command("pipeline", "All stages behind a task type.")
        .arguments("<task-type>")
        .action((taskType: string, options: unknown) =>
          show(options, (context) => inspectPipeline(context, resolveTaskType(context, taskType))),
        ),
    )
    .addCommand(
      command("network", "The contracts, Superfluid, task types.")
        .option("--scan", "look for task types in all blocks since the deployment, not only in its record")
        .action((options: unknown) => show(options, (context, { scan }) => inspectNetwork(context, scan))),
    );
}

async function run(
  options: Options,
  terminal: Terminal,
  look: (context: Context, options: Options) => Promise<Report>,
): Promise<void> {
  const network = getNetwork(options.network, terminal.env);
  const record = requireRecord(deploymentsFolder(terminal.env), network.chain.id);
  const client = networkClient(network);
  await assertNetwork(client, network);
  const context = { network, client, record, deployment: addressesOf(record) };
  const print = async (): Promise<void> => {
    const report = await look(context, options);
    terminal.out(options.json ? renderJson(report) : renderText(report, terminal.colour));
  };
  await print();
  if (options.watch === undefined) return;

  const interrupted = terminal.onInterrupt();
  while (await waited(options.watch, interrupted)) {
    // A screen that is drawn anew; a file or a pipe gets one report after another.
    if (terminal.colour && !options.json) terminal.out("\u001b[2J\u001b[H");
    await print();
  }
}

/** False once the person has had enough. */
function waited(seconds: number, interrupted: AbortSignal): Promise<boolean> {
  return pause(seconds * 1000, interrupted).then(
    () => true,
    () => false,
  );
}
