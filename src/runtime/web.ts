import { heedError } from "../errors.ts";
import { type Engine, showThreads } from "./engine.ts";
import { javaScriptEngine } from "./javascript.ts";

export interface OpenWebOptions {
  /** Threads of WASM. Default 1: more need SharedArrayBuffer, which pages have when they are cross-origin isolated. */
  readonly threads?: number;
  /** Folder of onnxruntime-web's .wasm files, when a bundler has moved them from beside its module. */
  readonly wasmPaths?: string;
}

/** In ms. Threads that never report (see README, "In the page") would otherwise be waited for for ever. */
const initTimeout = 120_000;

type OrtWeb = typeof import("onnxruntime-web");

/**
 * ONNX Runtime through the onnxruntime-web package, as `load` imports it. The first engine of a page or of a worker sets
 * the threads of all later ones.
 *
 * @param options.hardware  What it runs on, for the description. Default: the threads.
 * @throws ERR_RUNTIME when the package cannot be loaded.
 */
export async function openWebEngine(
  device: "wasm" | "webgpu",
  load: () => Promise<OrtWeb>,
  { threads = 1, wasmPaths, hardware }: OpenWebOptions & { readonly hardware?: string } = {},
): Promise<Engine> {
  let ort: OrtWeb;
  try {
    ort = await load();
  } catch (cause) {
    const problem = "the package onnxruntime-web cannot be loaded: npm install onnxruntime-web";
    throw heedError("ERR_RUNTIME", { operation: "engine", problem }, cause);
  }
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.initTimeout = initTimeout;
  ort.env.logLevel = "fatal";
  if (wasmPaths) ort.env.wasm.wasmPaths = wasmPaths;
  return javaScriptEngine({
    ort,
    name: "web",
    device,
    description: `${device} (onnxruntime-web ${ort.env.versions.web}, ${hardware ?? showThreads(threads)})`,
    session: () => ({ executionProviders: [device], logSeverityLevel: 4 }),
  });
}
