import { heedError } from "../errors.ts";
import { type Engine, showThreads } from "./engine.ts";
import { javaScriptEngine } from "./javascript.ts";
import { turns } from "./turns.ts";

export interface OpenWebOptions {
  /** Threads of WASM. Default 1: more need SharedArrayBuffer, which pages have when they are cross-origin isolated. */
  readonly threads?: number;
  /** Folder of onnxruntime-web's .wasm files, when a bundler has moved them from beside its module. */
  readonly wasmPaths?: string;
}

/** A run of onnxruntime-web holds its place on WASM's stack while it waits: two at once would spoil each other's. */
const inTurn = turns();

type OrtWeb = typeof import("onnxruntime-web");

/**
 * ONNX Runtime through the onnxruntime-web package, as `load` imports it. The first engine of a page or of a worker sets
 * the threads of all later ones.
 *
 * @param options.hardware  What it runs on, for the description. Default: the threads.
 * @param options.initTimeout  Milliseconds to wait for the threads. Default: without end. Its timer is never cleared, and
 *   would keep a process of Node from ending.
 * @throws ERR_RUNTIME when the package cannot be loaded.
 */
export async function openWebEngine(
  device: "wasm" | "webgpu",
  load: () => Promise<OrtWeb>,
  {
    threads = 1,
    wasmPaths,
    hardware,
    initTimeout = 0,
  }: OpenWebOptions & { readonly hardware?: string; readonly initTimeout?: number } = {},
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
    inTurn,
    description: `${device} (onnxruntime-web ${ort.env.versions.web}, ${hardware ?? showThreads(threads)})`,
    session: () => ({ executionProviders: [device], logSeverityLevel: 4 }),
  });
}
