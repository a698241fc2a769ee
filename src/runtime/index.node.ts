/** `heed/runtime` in Node. Importing it loads no native library; `openEngine` does. */
export * from "./index.ts";
export { type OpenEngineOptions, openEngine } from "./open-engine.node.ts";
