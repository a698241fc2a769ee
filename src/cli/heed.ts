#!/usr/bin/env node
import { createRequire } from "node:module";
import { main } from "./main.ts";

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };
process.exitCode = await main(process.argv.slice(2), version);
// Native threads may outlive a command that failed half-way: nothing is left to wait for.
if (process.exitCode !== 0) process.exit();
