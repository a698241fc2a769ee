#!/usr/bin/env node
// Every batch in flight takes a thread of Node's pool, which has four by default. Its size must be set before the first
// ES module loads, so this file is CommonJS.
const { availableParallelism } = process.getBuiltinModule("node:os");

process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, 2 * availableParallelism()));
void import("./heed.ts");
