#!/usr/bin/env node
// Every batch on its way runs on a thread of Node's pool, which has four unless told otherwise before the first ES module
// is read: so this file is none.
const { availableParallelism } = process.getBuiltinModule("node:os");

process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, 2 * availableParallelism()));
void import("./heed.ts");
