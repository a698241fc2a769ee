#!/usr/bin/env node
import { processIo } from "./io.ts";
import { runCommand } from "./main.ts";

process.exitCode = await runCommand(process.argv.slice(2), processIo());
// Native threads may outlive a command that failed; do not wait for them.
if (process.exitCode !== 0) process.exit();
