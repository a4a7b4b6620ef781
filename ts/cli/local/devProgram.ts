import { resolve } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import type { Terminal } from "../../core/commandLine.ts";
import { portField, readConfig } from "../../services/runtime/config.ts";
import { untilInterrupted } from "../../services/runtime/lifecycle.ts";
import { type DevChain, startDevChain, TASK_TYPE } from "./devChain.ts";

const schema = z.object({ port: portField(8545), folder: z.string().default(".backpressure") });

/** `backpressure dev`: ends with everything that it has started. */
export function devProgram(terminal: Terminal): Command {
  return new Command("dev")
    .description("Run a local chain with the protocol, a token and one pool, and say what to paste; Ctrl-C ends it.")
    .option("--port <number>", "port of the chain, 0 for any (default: 8545)")
    .option("--folder <path>", "where it keeps its records, anew each time (default: .backpressure)")
    .action(async (flags) => {
      const { port, folder } = readConfig(schema, { flags, env: terminal.env, prefix: "DEV" });
      const interrupted = terminal.onInterrupt();
      const chain = await startDevChain({ port, folder: resolve(folder) });
      try {
        terminal.out(whatToPaste(chain));
        await untilInterrupted(interrupted);
      } finally {
        await chain.stop();
      }
    });
}

/** For a shell; the keys are those of a chain that ends with this process. */
const whatToPaste = ({
  url,
  folder,
  keys,
}: DevChain): string => `A chain, the protocol and the pool "${TASK_TYPE}" are there. In every other terminal:

export LOCAL_RPC_URL=${url}
export DEPLOYMENTS_DIR='${folder}'
export BACKPRESSURE_DATA='${folder}/data'

Sell what listens at port 8000:

export PRIVATE_KEY=${keys.seller}
npx --no-install backpressure sell --network local --upstream http://127.0.0.1:8000 --task-type ${TASK_TYPE} \\
  --work usage.total_tokens --price 0.000001 --max-task 0.01 --stake 20

Buy it:

export PRIVATE_KEY=${keys.buyer}
npx --no-install backpressure buy --network local --task-type ${TASK_TYPE} --listen 8402 --budget 100/day \\
  --max-task 0.01 --any-sink

Ctrl-C ends the chain.
`;
