/** `heed/runtime` in the browser. Importing it does not load onnxruntime-web; `openEngine` does. */
export * from "./index.ts";
export { type OpenEngineOptions, openEngine } from "./open-engine.web.ts";
