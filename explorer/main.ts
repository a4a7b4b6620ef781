import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { type Economy, run, startEconomy } from "../indexer/economy.ts";
import { processTerminal, runProgram, type Terminal } from "../ts/core/commandLine.ts";
import { addressesOf, deploymentsFolder, requireRecord } from "../ts/core/deploymentRecord.ts";
import { explorerAddress, getNetwork, NETWORK_NAMES, type NetworkName } from "../ts/core/networks.ts";
import { startIndexer } from "./indexerProcess.ts";
import { buildPage, servePage } from "./page.ts";

const EXAMPLES = `
Examples:
  $ npm run explorer                       a local chain, an hour's economy of agents, the indexer and the page
  $ npm run explorer -- --network base     the indexer and the page

Everything ends with this program. What the indexer keeps of a public network stays in data/indexer.
Environment (or .env): LOCAL_RPC_URL, BASE_SEPOLIA_RPC_URL, BASE_RPC_URL, DEPLOYMENTS_DIR, DATABASE_URL.
`;

type Options = { network?: NetworkName; port: number; minutes: number };

/** Seconds between two blocks of the local chain, when its hour is over. */
const BLOCK_TIME = 2;

function explorerProgram(terminal: Terminal): Command {
  return new Command("explorer")
    .description("A page that shows how every pool, sink and source is doing, and how it came to that.")
    .addOption(
      new Option("-n, --network <name>", "which chain (default: a local one, with an economy)").choices(NETWORK_NAMES),
    )
    .option("--port <number>", "of the page; the next that is free if it is in use", whole(1, 65_535), 5180)
    .option("--minutes <number>", "chain time that the local economy runs", whole(20, 240), 60)
    .addHelpText("after", EXAMPLES)
    .action((options: Options) =>
      options.network === undefined
        ? withEconomy(options, terminal)
        : withNetwork(options.network, options, terminal.env, terminal),
    );
}

function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

async function withEconomy(options: Options, terminal: Terminal): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "backpressure-explorer-"));
  let economy: Economy | undefined;
  try {
    terminal.out("Starting a local chain, and agents on it …\n");
    economy = await startEconomy(folder);
    const environment = {
      ...terminal.env,
      LOCAL_RPC_URL: economy.chain.url,
      DEPLOYMENTS_DIR: folder,
      DATABASE_URL: "",
    };
    const { chain } = economy;
    await withNetwork("local", { ...options, data: join(folder, "indexer") }, environment, terminal, async () => {
      terminal.out(`The economy runs: ${options.minutes} minutes of chain time, as fast as this machine can.\n`);
      await run(economy as Economy, options.minutes);
      await chain.client.request({ method: "evm_setIntervalMining", params: [BLOCK_TIME] } as never);
      terminal.out("Its time is over: nobody signals any more, the streams go on. Ctrl-C ends it all.\n");
    });
  } finally {
    await economy?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Indexer and page, until somebody has seen enough. */
async function withNetwork(
  name: NetworkName,
  { port, data }: Pick<Options, "port"> & { data?: string },
  environment: NodeJS.ProcessEnv,
  terminal: Terminal,
  meanwhile: () => Promise<void> = async () => {},
): Promise<void> {
  const network = getNetwork(name, environment);
  const record = requireRecord(deploymentsFolder(environment), network.chain.id);
  const interrupted = terminal.onInterrupt();
  await buildPage();
  const args = ["--network", name, ...(data === undefined ? [] : ["--data", data])];
  const indexer = await startIndexer(args, environment, terminal);
  const account = explorerAddress(network, record.host);
  const page = await servePage(
    {
      chainId: network.chain.id,
      chainName: network.chain.name,
      rpcUrl: network.rpcUrls[0] as string,
      indexerUrl: indexer.url,
      deployment: addressesOf(record),
      accountUrl: account?.slice(0, -record.host.length),
    },
    port,
  );
  try {
    terminal.out(`Open ${page.url}\n`);
    const over = new Promise<void>((done) => interrupted.addEventListener("abort", () => done(), { once: true }));
    await Promise.race([over, indexer.ended, meanwhile().then(() => over)]);
  } finally {
    await page.stop();
    await indexer.stop();
  }
}

const terminal = processTerminal();
const code = await runProgram(explorerProgram(terminal), process.argv.slice(2), terminal);
// What waits for nobody any more must not hold up the end.
process.exit(code);
