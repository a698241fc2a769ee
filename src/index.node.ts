/** `heed` in Node: the portable names and the engine that runs graphs here. */
export * from "./index.ts";
export { openEngine } from "./runtime/open-engine.node.ts";
