import { createRequire } from "node:module";
import { setImmediate } from "node:timers/promises";
import { heedError } from "../errors.ts";
import { type Device, type DeviceName, devices } from "./devices.ts";
import type { Engine } from "./engine.ts";
import { requireAvailable } from "./probe.ts";
import { physicalCores } from "./threads.node.ts";

export interface OpenEngineOptions {
  /** Receives one line when a slower runtime is used instead. Default: no warning. */
  readonly onWarning?: (line: string) => void;
  /** Threads of each session in the native runtime. Default: one for each physical core. */
  readonly threads?: number | undefined;
}

/**
 * Opens an engine for `device` in Node.
 *
 * "cpu", "webgpu" and "cuda" use ONNX Runtime's C API, or onnxruntime-node if that cannot be loaded; the environment
 * variable HEED_RUNTIME, `native` or `node`, forces one of them. "cuda" needs HEED_ONNXRUNTIME to name a library built for
 * it. "coreml" and "dml" use onnxruntime-node and exist only where that package has them. "wasm" is the engine of browsers
 * without a GPU.
 *
 * @param device  Default "auto": the CPU, whose results are the same to the bit every time; WASM if onnxruntime-node is not
 *   installed. A GPU must be requested.
 * @throws ERR_CONFIG when the device is unavailable or HEED_RUNTIME is invalid; ERR_RUNTIME when no runtime can be loaded.
 */
export async function openEngine(device: Device = "auto", options: OpenEngineOptions = {}): Promise<Engine> {
  return openers[device](options);
}

/** How to open each device. `requireAvailable` checks for a device by opening a session on it. */
const openers: Readonly<Record<Device, (options: OpenEngineOptions) => Promise<Engine>>> = {
  auto: (options) => (isMissing() ? openInstead(options) : openNativeOrNode("cpu", options)),
  cpu: (options) => openNativeOrNode("cpu", options),
  wasm: openWasm,
  webgpu: async (options) => requireAvailable(await openNativeOrNode("webgpu", options)),
  cuda: async (options) => requireAvailable(await openNativeOrNode("cuda", options)),
  coreml: async () => requireAvailable(await openNode("coreml")),
  dml: async () => requireAvailable(await openNode("dml")),
};

/** Installers leave onnxruntime-node out when its install script fails, which downloads libraries for NVIDIA's cards. */
function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
    return true;
  } catch {
    return false;
  }
}

/** Whether there is no library to load. */
const isMissing = (): boolean => !process.env.HEED_ONNXRUNTIME && !isInstalled();

const INSTALL = "npm install onnxruntime-node --ignore-scripts";

/** WASM, which needs nothing of the machine. @throws ERR_RUNTIME when HEED_RUNTIME asks for what is missing. */
async function openInstead({ onWarning }: OpenEngineOptions): Promise<Engine> {
  if (process.env.HEED_RUNTIME) return refuseMissing();
  onWarning?.(`onnxruntime-node is not installed, so this computes in WASM, which is slower; run ${INSTALL}`);
  return openWasm();
}

function refuseMissing(): never {
  throw heedError("ERR_RUNTIME", {
    operation: "engine",
    problem: `onnxruntime-node is not installed; run ${INSTALL}`,
  });
}

async function openWasm(): Promise<Engine> {
  const { openWebEngine } = await import("./web.ts");
  // A run settles without the event loop, so a row of them would keep it from signals and everything else.
  const pause = (): Promise<void> => setImmediate();
  return openWebEngine("wasm", () => import("onnxruntime-web"), { threads: physicalCores(), pause });
}

async function openNativeOrNode(
  device: "cpu" | "webgpu" | "cuda",
  { onWarning, threads }: OpenEngineOptions,
): Promise<Engine> {
  if (isMissing()) return refuseMissing();
  const runtime = process.env.HEED_RUNTIME;
  if (runtime && runtime !== "native" && runtime !== "node") {
    const remedy = 'use "native" or "node", or leave it unset';
    throw heedError("ERR_CONFIG", {
      where: "HEED_RUNTIME",
      cause: `there is no runtime "${runtime}"`,
      remedy,
    });
  }
  if (runtime === "node") return openNode(device);
  try {
    const { openNativeEngine } = await import("./native.node.ts");
    return openNativeEngine({ device, threads });
  } catch (error) {
    if (runtime === "native") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const engine = await openNode(device);
    onWarning?.(`the native runtime cannot be loaded; using onnxruntime-node, which is slower: ${reason}`);
    return engine;
  }
}

async function openNode(device: Exclude<DeviceName, "wasm">): Promise<Engine> {
  if (!isInstalled()) return refuseMissing();
  const { onnxRuntimeNodeDevices, openOnnxRuntimeNodeEngine } = await import("./onnxruntime-node.node.ts");
  const supported = onnxRuntimeNodeDevices();
  if (supported.includes(device)) return openOnnxRuntimeNodeEngine(device);
  const alwaysAvailable = new Set<Device>(["auto", "wasm"]);
  const available = devices.filter((name) => alwaysAvailable.has(name) || supported.includes(name));
  throw heedError("ERR_CONFIG", {
    where: "device",
    cause: `"${device}" is not part of ONNX Runtime on ${process.platform}`,
    remedy: `use one of ${available.join(", ")}`,
  });
}
