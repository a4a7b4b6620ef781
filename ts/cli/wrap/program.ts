import { Command } from "commander";
import { z } from "zod";
import type { Terminal } from "../../core/commandLine.ts";
import { addressSchema, resolveTaskType } from "../../core/deploymentRecord.ts";
import { UsageError } from "../../core/errors.ts";
import { getTaskType } from "../../sdk/read/getTaskType.ts";
import { unwrap } from "../../sdk/source/unwrap.ts";
import { wrap } from "../../sdk/source/wrap.ts";
import { formatAmount } from "../../sdk/utils/format.ts";
import { readConfig, tokensField } from "../../services/runtime/config.ts";
import { addChainOptions, chainFields, openChain } from "../context.ts";

const schema = z.object({
  ...chainFields,
  taskType: z.string().optional(),
  token: addressSchema.optional(),
  amount: tokensField,
});

const KINDS = {
  wrap: {
    action: wrap,
    about: "Turn a plain token into the super token that streams: USDC into USDCx.",
    done: "wrapped",
  },
  unwrap: { action: unwrap, about: "Turn a super token back into its plain token.", done: "unwrapped" },
} as const;

/** `backpressure wrap` and `backpressure unwrap`. */
export function wrapProgram(kind: keyof typeof KINDS, terminal: Terminal): Command {
  const { action, about, done } = KINDS[kind];
  return addChainOptions(new Command(kind).description(about))
    .argument("<amount>", "tokens: 5 for five dollars")
    .option("--task-type <name>", "the super token of this pool")
    .option("--token <address>", "or this super token")
    .action(async (amount: string, flags) => {
      const config = readConfig(schema, { flags: { ...flags, amount }, env: terminal.env, prefix: "WRAP" });
      const { client, deployment, record } = await openChain(config, terminal);
      const superToken = config.token ?? (await tokenOf(config.taskType));
      const sent = await action(client, { deployment, superToken, amount: config.amount });
      terminal.out(`${done} ${formatAmount(sent.amount)} tokens in ${sent.hash}\n`);

      async function tokenOf(taskType: string | undefined) {
        if (taskType === undefined)
          throw new UsageError("which token? name a pool with --task-type, or it with --token");
        return (await getTaskType(client, { deployment, taskTypeId: resolveTaskType({ record }, taskType) }))
          .superToken;
      }
    });
}
