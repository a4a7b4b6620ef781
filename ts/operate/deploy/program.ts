import { Command } from "commander";
import type { Terminal } from "../../core/commandLine.ts";
import { wrap } from "../../core/wrap.ts";
import { contractsCommand } from "./contractsCommand.ts";
import { taskTypeCommand } from "./taskTypeCommand.ts";
import { verifyCommand } from "./verifyCommand.ts";

const EXAMPLES = `
Examples:
  $ npm run deploy -- --network local
  $ npm run deploy -- --network base-sepolia                      # a rehearsal
  $ npm run deploy -- --network base-sepolia --broadcast          # again after an interruption: it goes on
  $ npm run deploy -- --network base --keystore deployer.json --owner 0x… --broadcast
  $ npm run deploy -- verify --network base
  $ npm run deploy -- task-type --network local --name "translate en-de" --token 0x… --unit-rate 0.36/hour

Environment (or .env): PRIVATE_KEY, KEYSTORE_PASSWORD, LOCAL_RPC_URL, BASE_SEPOLIA_RPC_URL, BASE_RPC_URL (several URLs,
separated by commas, are tried in order), SUPERFLUID_HOST, DEPLOYMENTS_DIR. A key is never taken from a flag.
A local chain: npx anvil --disable-code-size-limit --disable-block-gas-limit
`;

/** `npm run deploy`. */
export function deployProgram(given: Terminal): Command {
  const terminal = { ...given, out: (text: string) => given.out(wrap(text)) };
  return new Command("deploy")
    .description("Deploy the protocol, verify it, create task types.")
    .addCommand(contractsCommand(terminal).addHelpText("after", EXAMPLES), { isDefault: true })
    .addCommand(taskTypeCommand(terminal).addHelpText("after", EXAMPLES))
    .addCommand(verifyCommand(terminal).addHelpText("after", EXAMPLES))
    .addHelpText("after", EXAMPLES);
}
