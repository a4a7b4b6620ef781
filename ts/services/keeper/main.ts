#!/usr/bin/env -S node --max-semi-space-size=4 --max-old-space-size=192
import { config } from "dotenv";
import { processTerminal, runProgram } from "../../core/commandLine.ts";
import { keeperProgram } from "./program.ts";

// Quiet: what is printed is for programs too.
config({ quiet: true });
const terminal = processTerminal();
process.exitCode = await runProgram(keeperProgram(terminal), process.argv.slice(2), terminal);
