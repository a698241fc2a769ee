/** `heed` in Node: the portable names and the engine that runs graphs here. */
export * from "./index.ts";
export { loadModel, saveModel } from "./runs/own-model.node.ts";
export { openEngine } from "./runtime/open-engine.node.ts";
