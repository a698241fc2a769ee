import * as ort from "onnxruntime-node";
import type { Engine } from "./engine.ts";
import { javaScriptEngine } from "./javascript.ts";
import { physicalCores } from "./threads.node.ts";

/**
 * ONNX Runtime through the onnxruntime-node package, on the CPU where the native engine cannot load, or on WebGPU.
 * On the CPU it runs on the calling thread, so **the event loop stands still during a run**, and it copies every
 * output.
 */
export function openOnnxRuntimeNodeEngine(device: "cpu" | "webgpu" = "cpu"): Engine {
  return javaScriptEngine({
    ort,
    name: "node",
    device,
    session: ({ threads = physicalCores() }) => ({
      executionProviders: [device],
      intraOpNumThreads: threads,
      logSeverityLevel: process.env.HEED_DEBUG ? 2 : 4,
      extra: { session: { force_spinning_stop: "1" } },
    }),
  });
}
