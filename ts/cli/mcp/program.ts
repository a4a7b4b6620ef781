import { Command } from "commander";
import type { Terminal } from "../../core/commandLine.ts";
import { readConfig } from "../../services/runtime/config.ts";
import { runService } from "../../services/runtime/lifecycle.ts";
import { createLogger } from "../../services/runtime/logger.ts";
import { addChainOptions, openChain } from "../context.ts";
import { schema } from "./config.ts";

/** `backpressure mcp`. */
export function mcpProgram(terminal: Terminal): Command {
  return addChainOptions(
    new Command("mcp").description(
      "Tools for a model, over stdio or HTTP: find and read pools; spend, within a budget.",
    ),
  )
    .option("--budget <amounts>", "the most that the model may spend in all pools: 5/day; nothing if not said")
    .option("--pools <names>", "the only pools that it may pay, separated by commas")
    .option("--sinks <addresses>", "the only agents that may see what is sent")
    .option("--any-sink", "any agent of the pools may see what is sent: they are strangers")
    .option("--max-task <tokens>", "the most that one task may cost (default: 0.01)")
    .option("--http <port>", "over HTTP at this port of 127.0.0.1, with a token that is printed (default: over stdio)")
    .action(async (flags) => {
      const config = readConfig(schema, { flags, env: terminal.env, prefix: "MCP" });
      const log = createLogger({ service: "mcp", level: "info", write: terminal.error });
      const context = await openChain(config, terminal);
      // What only this command needs is a third of what all of them load.
      const { serve } = await import("./serve.ts");
      await runService({ log, interrupted: terminal.onInterrupt() }, (life) =>
        serve(config, context, terminal, log, life),
      );
    });
}
