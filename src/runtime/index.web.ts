/** `heed/runtime` in the page: onnxruntime-web is loaded by `openEngine`, not by importing this. */
export * from "./index.ts";
export { type OpenEngineOptions, openEngine } from "./open-engine.web.ts";
