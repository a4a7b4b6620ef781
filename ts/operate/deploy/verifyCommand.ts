import { Command } from "commander";
import pc from "picocolors";
import { z } from "zod";
import { networkOption, type Terminal, validate } from "../../core/commandLine.ts";
import { deploymentsFolder, requireRecord } from "../../core/deploymentRecord.ts";
import { assertNetwork, explorerAddress, getNetwork, NETWORK_NAMES, networkClient } from "../../core/networks.ts";
import { assertByteCode, compareByteCode } from "./verify.ts";

const schema = z.object({ network: z.enum(NETWORK_NAMES) });

/** `deploy verify`. */
export function verifyCommand(terminal: Terminal): Command {
  return new Command("verify")
    .description("Compare the recorded contracts with the local build, immutables apart.")
    .addOption(networkOption())
    .action((options: unknown) => run(validate(schema, options), terminal));
}

async function run(options: z.output<typeof schema>, { env, out, colour }: Terminal): Promise<void> {
  const network = getNetwork(options.network, env);
  const client = networkClient(network);
  await assertNetwork(client, network);
  const record = requireRecord(deploymentsFolder(env), network.chain.id);
  const { green, red, dim } = pc.createColors(colour);
  for (const { name, address, verdict } of await compareByteCode(client, record)) {
    const paint = verdict === "same" ? green : red;
    const link = explorerAddress(network, address);
    out(`  ${name.padEnd(18)} ${address}  ${paint(verdict)}${link === undefined ? "" : `  ${dim(link)}`}\n`);
  }
  await assertByteCode(client, record);
}
