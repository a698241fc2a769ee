import { heedError } from "../errors.ts";
import { type Device, devices, type Engine } from "./engine.ts";
import { present } from "./probe.ts";
import { physicalCores } from "./threads.node.ts";

export interface OpenEngineOptions {
  /** Gets one line when a slower runtime has to stand in. Default: nothing is said. */
  readonly onWarning?: (line: string) => void;
}

/**
 * An engine for `device` in Node. On the CPU that is ONNX Runtime's C API, or onnxruntime-node where that cannot be
 * loaded; the environment variable HEED_RUNTIME, `native` or `node`, insists on one. "wasm" is what runs in a page
 * without a graphics card and needs the package onnxruntime-web. The others are onnxruntime-node's: "webgpu" and, where
 * that package has them, "cuda", "coreml" and "dml".
 *
 * @param device  Default "auto": the CPU, which gives equal bits every time. A graphics card is used when asked for.
 * @throws ERR_CONFIG when the device is not there or HEED_RUNTIME is neither; ERR_RUNTIME when none loads.
 */
export async function openEngine(device: Device = "auto", options: OpenEngineOptions = {}): Promise<Engine> {
  if (device === "wasm") {
    const { openWebEngine } = await import("./web.ts");
    return openWebEngine("wasm", () => import("onnxruntime-web"), { threads: physicalCores() });
  }
  return device === "auto" || device === "cpu" ? openCpu(options) : openOther(device);
}

async function openOther(device: Exclude<Device, "auto" | "cpu" | "wasm">): Promise<Engine> {
  const { onnxRuntimeNodeDevices, openOnnxRuntimeNodeEngine } = await import("./onnxruntime-node.node.ts");
  const known = onnxRuntimeNodeDevices();
  if (known.includes(device)) return present(openOnnxRuntimeNodeEngine(device));
  const here = devices.filter((name) => name === "auto" || name === "wasm" || known.includes(name));
  throw heedError("ERR_CONFIG", {
    where: "device",
    cause: `"${device}" is not a part of ONNX Runtime on ${process.platform}`,
    remedy: `use one of ${here.join(", ")}`,
  });
}

async function openCpu({ onWarning }: OpenEngineOptions): Promise<Engine> {
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
    onWarning?.(`the native runtime cannot be loaded, onnxruntime-node stands in, slower: ${reason}`);
    return engine;
  }
}

async function openNode(): Promise<Engine> {
  const { openOnnxRuntimeNodeEngine } = await import("./onnxruntime-node.node.ts");
  return openOnnxRuntimeNodeEngine();
}
