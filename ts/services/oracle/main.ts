#!/usr/bin/env -S node --max-semi-space-size=32
import { config } from "dotenv";
import { processTerminal, runProgram } from "../../core/commandLine.ts";
import { oracleProgram } from "./program.ts";

// Quiet: what is printed is for programs too.
config({ quiet: true });
const terminal = processTerminal();
process.exitCode = await runProgram(oracleProgram(terminal), process.argv.slice(2), terminal);
