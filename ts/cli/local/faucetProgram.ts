import { Command } from "commander";
import { type Address, parseEther } from "viem";
import { z } from "zod";
import { type Terminal, validate } from "../../core/commandLine.ts";
import {
  addressesOf,
  addressSchema,
  deploymentsFolder,
  requireRecord,
  resolveTaskType,
} from "../../core/deploymentRecord.ts";
import { assertNetwork, getNetwork, networkClient } from "../../core/networks.ts";
import { localEconomy } from "../../localchain/localEconomy.ts";
import { superTokenAt } from "../../sdk/calls/contracts.ts";
import { read } from "../../sdk/internal/call.ts";
import { getTaskType } from "../../sdk/read/getTaskType.ts";
import { formatAmount } from "../../sdk/utils/format.ts";
import { tokensField } from "../../services/runtime/config.ts";
import { TASK_TYPE } from "./devChain.ts";

const schema = z.object({
  ether: tokensField.default(parseEther("10")),
  tokens: tokensField.default(parseEther("1000")),
  taskType: z.string().default(TASK_TYPE),
});

/** `backpressure faucet`: on the local chain only, because it makes money. */
export function faucetProgram(terminal: Terminal): Command {
  return new Command("faucet")
    .description("Give an account ether and tokens, on the local chain.")
    .argument("<address>", "who gets it")
    .option("--ether <amount>", "what it has afterwards (default: 10)")
    .option("--tokens <amount>", "super tokens that it gets (default: 1000)")
    .option("--task-type <name>", `in the token of this pool (default: ${TASK_TYPE})`)
    .action(async (to: string, flags) => {
      const address: Address = validate(addressSchema, to);
      const { ether, tokens, taskType } = validate(schema, flags);
      const network = getNetwork("local", terminal.env);
      const [url = ""] = network.rpcUrls;
      const client = networkClient(network);
      await assertNetwork(client, network);
      const record = requireRecord(deploymentsFolder(terminal.env), network.chain.id);
      const deployment = addressesOf(record);
      const taskTypeId = resolveTaskType({ record }, taskType);
      const { superToken } = await getTaskType(client, { deployment, taskTypeId });
      const underlying = await read(client, superTokenAt(superToken).getUnderlyingToken());
      const economy = await localEconomy({ url, deployment, superfluid: { underlying, superToken } });
      await economy.test.setBalance({ address, value: ether });
      await economy.giveTokens(address, tokens);
      terminal.out(`${address} has ${formatAmount(ether)} ether, and ${formatAmount(tokens)} tokens more\n`);
    });
}
