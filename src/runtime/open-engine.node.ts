import { heedError } from "../errors.ts";
import { type Device, type DeviceName, devices } from "./devices.ts";
import type { Engine } from "./engine.ts";
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
  return openers[device](options);
}

/** How each device is opened; what only a session tells is there is tried first. */
const openers: Readonly<Record<Device, (options: OpenEngineOptions) => Promise<Engine>>> = {
  auto: (options) => openNativeOrNode("cpu", options),
  cpu: (options) => openNativeOrNode("cpu", options),
  wasm: openWasm,
  webgpu: async (options) => present(await openNativeOrNode("webgpu", options)),
  cuda: async (options) => present(await openNativeOrNode("cuda", options)),
  coreml: async () => present(await openNode("coreml")),
  dml: async () => present(await openNode("dml")),
};

async function openWasm(): Promise<Engine> {
  const { openWebEngine } = await import("./web.ts");
  return openWebEngine("wasm", () => import("onnxruntime-web"), { threads: physicalCores() });
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

async function openNode(device: Exclude<DeviceName, "wasm">): Promise<Engine> {
  const { onnxRuntimeNodeDevices, openOnnxRuntimeNodeEngine } = await import("./onnxruntime-node.node.ts");
  const known = onnxRuntimeNodeDevices();
  if (known.includes(device)) return openOnnxRuntimeNodeEngine(device);
  const others = new Set<Device>(["auto", "wasm"]);
  const here = devices.filter((name) => others.has(name) || known.includes(name));
  throw heedError("ERR_CONFIG", {
    where: "device",
    cause: `"${device}" is not a part of ONNX Runtime on ${process.platform}`,
    remedy: `use one of ${here.join(", ")}`,
  });
}
