import * as ort from "onnxruntime-node";
import { deviceOf } from "./devices.ts";
import { type Engine, showThreads } from "./engine.ts";
import { javaScriptEngine } from "./javascript.ts";
import { physicalCores } from "./threads.node.ts";

/** Devices that this build of onnxruntime-node supports. Only opening a session shows whether one is present. */
export const onnxRuntimeNodeDevices = (): string[] => ort.listSupportedBackends().map(({ name }) => name);

/**
 * ONNX Runtime through the onnxruntime-node package, for other devices or when the native engine cannot be loaded. On the
 * CPU it runs on the calling thread, so **a run blocks the event loop**, and it copies every output. On WebGPU state stays
 * on the GPU; on other devices it passes through the host at every run.
 */
export function openOnnxRuntimeNodeEngine(device: Exclude<Engine["device"], "wasm"> = "cpu"): Engine {
  const threads = deviceOf(device).hasThreads ? `, ${showThreads(physicalCores())}` : "";
  return javaScriptEngine({
    ort,
    name: "node",
    device,
    description: `${device} (onnxruntime-node ${ort.env.versions.node}${threads})`,
    session: ({ threads = physicalCores() }) => ({
      executionProviders: [device],
      intraOpNumThreads: threads,
      logSeverityLevel: process.env.HEED_DEBUG ? 2 : 4,
      extra: { session: { force_spinning_stop: "1" } },
    }),
  });
}
