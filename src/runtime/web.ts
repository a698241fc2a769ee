import { heedError } from "../errors.ts";
import { type Engine, showThreads } from "./engine.ts";
import { javaScriptEngine } from "./javascript.ts";
import { turns } from "./turns.ts";

export interface OpenWebOptions {
  /** WASM threads. Default 1: more need SharedArrayBuffer, which requires a cross-origin isolated page. */
  readonly threads?: number;
  /** Folder of the .wasm files of onnxruntime-web. Default: beside its module. */
  readonly wasmPaths?: string;
}

/** A run of onnxruntime-web stays on the WASM stack while it waits, so two at once would corrupt each other's frames. */
const inTurn = turns();

type OrtWeb = typeof import("onnxruntime-web");

/**
 * ONNX Runtime through the onnxruntime-web package. The first engine in a page or worker sets the number of threads for
 * all later ones.
 *
 * @param load  Imports the package.
 * @param options.hardware  The hardware to name in the description. Default: the number of threads.
 * @param options.initTimeout  Milliseconds to wait for the threads to start. Default: no limit. The timer is never cleared
 *   and would keep a Node process alive.
 * @param options.pause  Awaited before each run. Default: nothing; a browser has its turn by itself.
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
    pause,
  }: OpenWebOptions & {
    readonly hardware?: string;
    readonly initTimeout?: number;
    readonly pause?: () => Promise<void>;
  } = {},
): Promise<Engine> {
  let ort: OrtWeb;
  try {
    ort = await load();
  } catch (cause) {
    const problem = "the package onnxruntime-web cannot be loaded; run npm install onnxruntime-web";
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
    inTurn: pause ? (work) => inTurn(() => pause().then(work)) : inTurn,
    description: `${device} (onnxruntime-web ${ort.env.versions.web}, ${hardware ?? showThreads(threads)})`,
    session: () => ({ executionProviders: [device], logSeverityLevel: 4 }),
  });
}
