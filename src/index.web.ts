/** `heed` in the page: the portable names and the engine that runs graphs here. */
export * from "./index.ts";
export { openEngine } from "./runtime/open-engine.web.ts";
