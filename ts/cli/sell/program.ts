import { Command, Option } from "commander";
import type { Terminal } from "../../core/commandLine.ts";
import { readConfig } from "../../services/runtime/config.ts";
import { runService } from "../../services/runtime/lifecycle.ts";
import { createLogger, LOG_LEVELS } from "../../services/runtime/logger.ts";
import { addChainOptions, openChain } from "../context.ts";
import { sellSchema } from "./config.ts";
import { CHAT } from "./routes.ts";
import { sell } from "./run.ts";
import { WORK } from "./work.ts";

const EXAMPLES = `
Examples:
  $ npx --no-install backpressure sell --network base --task-type summarise --stake 50 \\
      --upstream http://127.0.0.1:8000 --work usage.total_tokens --price 0.000002 --public-url https://agent.example/v1
  $ npx --no-install backpressure sell --network base --task-type search --work request --price 0.001 \\
      --upstream http://127.0.0.1:9000 --route "GET /v1/search?q" --public-url https://agent.example/v1

Every flag can be a variable: SELL_MAX_TASK for --max-task. Environment (or .env): PRIVATE_KEY, KEYSTORE_PASSWORD,
BASE_RPC_URL and its like, DEPLOYMENTS_DIR, BACKPRESSURE_DATA (what must outlive the process; default: data),
UPSTREAM_AUTHORIZATION (sent to the upstream). Everything that no --route names is answered with 404.
`;

/** `backpressure sell`. */
export function sellProgram(terminal: Terminal): Command {
  const command = new Command("sell").description(
    "Sell what an HTTP server does: a reverse proxy that is paid by streams.",
  );
  return addChainOptions(command)
    .option("--upstream <url>", "the server that does the work: scheme, host and port")
    .option("--task-type <name>", "the pool that pays: its name in the records, or its 32 bytes")
    .addOption(new Option("--work <unit>", "how work is counted").choices(WORK))
    .option("--price <tokens>", "of one request, token, second or byte")
    .option("--max-task <tokens>", "the most that one task costs (default: from the price)")
    .option("--max-output <tokens>", "the longest answer, by usage (default: 4096)")
    .option("--model <names...>", "models that are sold, by usage (default: all)")
    .option("--route <routes...>", `what is sold (by usage, the default is "${CHAT}")`)
    .option("--header <names...>", "headers of buyers that the upstream may see, beside the usual ones")
    .option("--public-url <url>", "where buyers call, for the profile; needed unless local")
    .option("--agent-id <id>", "the ERC-8004 agent that sells, for the profile: eip155:<chain>:<registry>:<id>")
    .option("--stake <tokens>", "what the account puts up in all; needed the first time")
    .option("--concurrency <number>", "tasks at the same time (default: 16)")
    .option("--host <address>", "address to listen on (default: 127.0.0.1)")
    .option("--listen <port>", "port for buyers (default: 8401)")
    .option("--port <number>", "port of /health and /metrics, on 127.0.0.1 (default: 9473)")
    .addOption(new Option("--log-level <level>", "least that is logged (default: info)").choices(LOG_LEVELS))
    .addHelpText("after", EXAMPLES)
    .action(async (flags) => {
      const config = readConfig(sellSchema, { flags, env: terminal.env, prefix: "SELL" });
      const log = createLogger({ service: "sell", level: config.logLevel, write: terminal.error });
      const context = await openChain(config, terminal);
      await runService({ log, interrupted: terminal.onInterrupt() }, (life) =>
        sell(config, context, terminal, { log, life }),
      );
    });
}
