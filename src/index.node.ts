/** `heed` in Node: the portable names the engine that runs graphs here, and models by folder or address. */
export * from "./index.ts";
export { loadModel, saveModel } from "./runs/own-model.node.ts";
export { type OpenOptions, openClassifier, openGenerator, openTranslator } from "./runs/ready.node.ts";
export { openEngine } from "./runtime/open-engine.node.ts";
