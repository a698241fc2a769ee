/** `heed` in the page: the portable names the engine that runs graphs here, and models by address. */
export * from "./index.ts";
export { type OpenOptions, openClassifier, openGenerator, openTranslator } from "./runs/ready.web.ts";
export { openEngine } from "./runtime/open-engine.web.ts";
