#!/usr/bin/env node
import { config } from "dotenv";
import { processTerminal, runProgram } from "../core/commandLine.ts";
import { cliProgram } from "./program.ts";

// Quiet: what is printed is for programs too.
config({ quiet: true });
const terminal = processTerminal();
process.exitCode = await runProgram(cliProgram(terminal), process.argv.slice(2), terminal);
