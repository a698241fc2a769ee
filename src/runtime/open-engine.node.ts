import { heedError } from "../errors.ts";
import type { Device, Engine } from "./engine.ts";
import { present } from "./probe.ts";
import { physicalCores } from "./threads.node.ts";

export interface OpenEngineOptions {
  /** Gets one line when a slower runtime has to stand in. Default: nothing is said. */
  readonly onWarning?: (line: string) => void;
}

/**
 * The fastest engine for `device` in Node. On the CPU that is ONNX Runtime's C API, or onnxruntime-node where
 * that cannot be loaded. The environment variable HEED_RUNTIME, `native` or `node`, insists on one. "webgpu" is
 * onnxruntime-node too; "wasm" is what runs in a page without a GPU, and needs the package onnxruntime-web.
 *
 * @param device  Default "auto": the CPU.
 * @throws ERR_CONFIG when the device is not there or HEED_RUNTIME is neither; ERR_RUNTIME when none loads.
 */
export async function openEngine(device: Device = "auto", options: OpenEngineOptions = {}): Promise<Engine> {
  if (device === "wasm") {
    const { openWebEngine } = await import("./web.ts");
    return openWebEngine("wasm", () => import("onnxruntime-web"), { threads: physicalCores() });
  }
  if (device === "webgpu") return present(await openNode("webgpu"));
  if (device !== "auto" && device !== "cpu") {
    const cause = `"${device}" is not available in Node`;
    const remedy = 'use "auto", "cpu", "wasm" or "webgpu"';
    throw heedError("ERR_CONFIG", { where: "device", cause, remedy });
  }
  const wanted = process.env.HEED_RUNTIME;
  if (wanted && wanted !== "native" && wanted !== "node") {
    const remedy = 'use "native", "node" or leave it unset';
    throw heedError("ERR_CONFIG", {
      where: "HEED_RUNTIME",
      cause: `there is no runtime "${wanted}"`,
      remedy,
    });
  }
  if (wanted === "node") return openNode();
  try {
    const { openNativeEngine } = await import("./native.node.ts");
    return openNativeEngine();
  } catch (error) {
    if (wanted === "native") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const engine = await openNode();
    options.onWarning?.(`the native runtime cannot be loaded, onnxruntime-node stands in, slower: ${reason}`);
    return engine;
  }
}

async function openNode(device?: "cpu" | "webgpu"): Promise<Engine> {
  const { openOnnxRuntimeNodeEngine } = await import("./onnxruntime-node.node.ts");
  return openOnnxRuntimeNodeEngine(device);
}
