import { heedError } from "../errors.ts";
import { type Device, devices, type Engine } from "./engine.ts";
import { present } from "./probe.ts";
import { physicalCores } from "./threads.node.ts";

export interface OpenEngineOptions {
  /** Gets one line when a slower runtime has to stand in. Default: nothing is said. */
  readonly onWarning?: (line: string) => void;
}

/**
 * An engine for `device` in Node: ONNX Runtime's C API for the CPU, "webgpu" and "cuda", or onnxruntime-node where that
 * cannot be loaded; the environment variable HEED_RUNTIME, `native` or `node`, insists on one. "cuda" needs
 * HEED_ONNXRUNTIME to name a library that was built for it. "coreml" and "dml" are onnxruntime-node's, where that package
 * has them. "wasm" is what runs in a page without a graphics card and needs the package onnxruntime-web.
 *
 * @param device  Default "auto": the CPU, which gives equal bits every time. A graphics card is used when asked for.
 * @throws ERR_CONFIG when the device is not there or HEED_RUNTIME is neither; ERR_RUNTIME when none loads.
 */
export async function openEngine(device: Device = "auto", options: OpenEngineOptions = {}): Promise<Engine> {
  switch (device) {
    case "auto":
    case "cpu":
      return openNativeOrNode("cpu", options);
    case "webgpu":
    case "cuda":
      return present(await openNativeOrNode(device, options));
    case "coreml":
    case "dml":
      return present(await openNode(device));
    case "wasm": {
      const { openWebEngine } = await import("./web.ts");
      return openWebEngine("wasm", () => import("onnxruntime-web"), { threads: physicalCores() });
    }
  }
}

async function openNativeOrNode(
  device: "cpu" | "webgpu" | "cuda",
  { onWarning }: OpenEngineOptions,
): Promise<Engine> {
  const wanted = process.env.HEED_RUNTIME;
  if (wanted && wanted !== "native" && wanted !== "node") {
    const remedy = 'use "native", "node" or leave it unset';
    throw heedError("ERR_CONFIG", {
      where: "HEED_RUNTIME",
      cause: `there is no runtime "${wanted}"`,
      remedy,
    });
  }
  if (wanted === "node") return openNode(device);
  try {
    const { openNativeEngine } = await import("./native.node.ts");
    return openNativeEngine({ device });
  } catch (error) {
    if (wanted === "native") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const engine = await openNode(device);
    onWarning?.(`the native runtime cannot be loaded, onnxruntime-node stands in, slower: ${reason}`);
    return engine;
  }
}

async function openNode(device: Exclude<Device, "auto" | "wasm">): Promise<Engine> {
  const { onnxRuntimeNodeDevices, openOnnxRuntimeNodeEngine } = await import("./onnxruntime-node.node.ts");
  const known = onnxRuntimeNodeDevices();
  if (known.includes(device)) return openOnnxRuntimeNodeEngine(device);
  const here = devices.filter((name) => name === "auto" || name === "wasm" || known.includes(name));
  throw heedError("ERR_CONFIG", {
    where: "device",
    cause: `"${device}" is not a part of ONNX Runtime on ${process.platform}`,
    remedy: `use one of ${here.join(", ")}`,
  });
}
