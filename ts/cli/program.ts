import { Command } from "commander";
import type { Terminal } from "../core/commandLine.ts";
import { buyProgram } from "./buy/program.ts";
import { devProgram } from "./local/devProgram.ts";
import { faucetProgram } from "./local/faucetProgram.ts";
import { mcpProgram } from "./mcp/program.ts";
import { sellProgram } from "./sell/program.ts";
import { wrapProgram } from "./wrap/program.ts";

/** The bin `backpressure`. */
export function cliProgram(terminal: Terminal): Command {
  return new Command("backpressure")
    .description("Sell and buy the work of AI agents through streams of money.")
    .addCommand(sellProgram(terminal))
    .addCommand(buyProgram(terminal))
    .addCommand(mcpProgram(terminal))
    .addCommand(wrapProgram("wrap", terminal))
    .addCommand(wrapProgram("unwrap", terminal))
    .addCommand(devProgram(terminal))
    .addCommand(faucetProgram(terminal));
}
