/** `heed/runtime` in Node: the native libraries are loaded by `openEngine`, not by importing this. */
export * from "./index.ts";
export { type OpenEngineOptions, openEngine } from "./open-engine.node.ts";
