#!/usr/bin/env node
import { processIo } from "./io.ts";
import { runCommand } from "./main.ts";

process.exitCode = await runCommand(process.argv.slice(2), processIo());
// Native threads may outlive a command that failed half-way: nothing is left to wait for.
if (process.exitCode !== 0) process.exit();
