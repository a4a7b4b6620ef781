import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import { networkOption, type Terminal, validate } from "../../core/commandLine.ts";
import { addressesOf, deploymentsFolder, requireRecord } from "../../core/deploymentRecord.ts";
import { assertNetwork, getNetwork, NETWORK_NAMES, networkClient } from "../../core/networks.ts";
import { PROJECT_ROOT } from "../../core/projectRoot.ts";
import { getGda } from "../../sdk/internal/superfluid.ts";
import { schemaOf, takeDatabase } from "./database.ts";
import type { Indexed } from "./indexed.ts";

const EXAMPLES = `
Examples:
  $ npm run indexer -- --network base
  $ DATABASE_URL=postgres://localhost/backpressure npm run indexer -- --network base-sepolia --port 8080
  $ curl -s 127.0.0.1:42069/graphql -H 'content-type: application/json' \\
      -d '{"query":"{ taskTypes { items { id metadata flowRate } } }"}'

It can be killed at any moment and loses nothing. Everything it keeps comes from the chain.
Environment (or .env): LOCAL_RPC_URL, BASE_SEPOLIA_RPC_URL, BASE_RPC_URL, DEPLOYMENTS_DIR, DATABASE_URL.
`;

const wholeNumber = z.coerce.number("not a number").int();
const optionsSchema = z.object({
  network: z.enum(NETWORK_NAMES),
  port: wholeNumber.min(0).max(65_535),
  host: z.string().min(1),
  data: z.string().min(1).optional(),
  blockRange: wholeNumber.min(1).optional(),
});

/** What is started: what to index, and where to answer. */
export type Start = { indexed: Indexed; schema: string; host: string; port: number; release: () => void };

/** `npm run indexer`. @param start Begins to index, once everything that a person may have got wrong was found right. */
export function indexerProgram(terminal: Terminal, start: (what: Start) => Promise<void>): Command {
  return new Command("indexer")
    .description("Keeps the history of every pool, sink and source, and answers by GraphQL (/graphql) and SQL (/sql).")
    .addOption(networkOption())
    .option("--port <number>", "where to answer; any that is free if it is in use", "42069")
    .option("--host <name>", "who may ask: 0.0.0.0 for other machines, too", "127.0.0.1")
    .option("--data <folder>", "of what it keeps (default: data/indexer/<chain>)")
    .option("--block-range <blocks>", "most blocks per request, where the endpoint's refusals do not say it")
    .addHelpText("after", EXAMPLES)
    .action(async (given: unknown) => {
      const options = validate(optionsSchema, given);
      const network = getNetwork(options.network, terminal.env);
      const chainId = network.chain.id;
      const record = requireRecord(deploymentsFolder(terminal.env), chainId);
      const client = networkClient(network);
      await assertNetwork(client, network);
      const deployment = addressesOf(record);
      const indexed: Indexed = {
        chainId,
        rpcUrls: network.rpcUrls,
        startBlock: record.block,
        deployment,
        gda: await getGda(client, deployment),
        blockRange: options.blockRange,
        pollingInterval: network.isPublic ? 2000 : 200,
        directory: resolve(options.data ?? join(PROJECT_ROOT, "data/indexer", String(chainId))),
      };
      const release = await takeDatabase(client, indexed);
      const port = await freePort(options.host, options.port);
      await start({ indexed, schema: schemaOf(indexed), host: options.host, port, release });
    });
}

/** The port if nobody has it, else any other. */
export async function freePort(host: string, wanted: number): Promise<number> {
  return (await tryPort(host, wanted)) ?? (await tryPort(host, 0)) ?? wanted;
}

function tryPort(host: string, port: number): Promise<number | undefined> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? done(undefined) : fail(error),
    );
    server.listen(port, host, () => {
      const { port: found } = server.address() as AddressInfo;
      server.close(() => done(found));
    });
  });
}
