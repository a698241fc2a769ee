import { heedError } from "../errors.ts";
import type { Device } from "./devices.ts";
import type { Engine } from "./engine.ts";
import { requireAvailable } from "./probe.ts";
import { type OpenWebOptions, openWebEngine } from "./web.ts";

export interface OpenEngineOptions extends OpenWebOptions {
  /** Receives one line when a slower device is used instead. Default: no warning. */
  readonly onWarning?: (line: string) => void;
}

/** What a GPU, or its software substitute, reports about itself. */
interface Adapter {
  readonly info?: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly isFallbackAdapter?: boolean;
  };
}

/** The parts of the global scope that decide where graphs run. */
interface Page {
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: {
    readonly hardwareConcurrency?: number;
    readonly gpu?: { requestAdapter(): Promise<Adapter | null> };
  };
}
const page = globalThis as Page;

/**
 * Opens an engine in a page or a worker, through the package onnxruntime-web: WebGPU or WASM. WASM is multithreaded only
 * if the page is cross-origin isolated. It computes on the calling thread: use a worker if the page must stay responsive.
 *
 * @param device  Default "auto": WebGPU on a GPU, otherwise WASM; the description says why.
 * @throws ERR_CONFIG when the device is unavailable, ERR_RUNTIME when onnxruntime-web cannot be loaded.
 */
export async function openEngine(device: Device = "auto", options: OpenEngineOptions = {}): Promise<Engine> {
  const open = openers[device];
  if (open) return open(options);
  const cause = `"${device}" is not available in a page`;
  const [last, ...others] = Object.keys(openers)
    .map((name) => `"${name}"`)
    .reverse();
  const remedy = `use ${others.reverse().join(", ")} or ${last}`;
  throw heedError("ERR_CONFIG", { where: "device", cause, remedy });
}

/** How to open each device that a page can use. */
const openers: Readonly<Partial<Record<Device, (options: OpenEngineOptions) => Promise<Engine>>>> = {
  auto: openBest,
  wasm: openWasm,
  webgpu: async (options) => openWebGpu(options, await page.navigator?.gpu?.requestAdapter()),
};

/** WebGPU on a GPU, otherwise WASM, because WebGPU in software is slower. */
async function openBest(options: OpenEngineOptions): Promise<Engine> {
  const adapter = await page.navigator?.gpu?.requestAdapter();
  let reason = "no graphics card";
  if (adapter && isSoftware(adapter)) reason = "WebGPU runs on the CPU here";
  else if (adapter) {
    try {
      return await openWebGpu(options, adapter);
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  const engine = await openWasm(options);
  return { ...engine, description: `${engine.description}: ${reason}` };
}

/** In ms. Without it, threads that never start (see README, "In the page") would be awaited for ever. */
const initTimeout = 120_000;

function openWasm({ onWarning, ...web }: OpenEngineOptions): Promise<Engine> {
  const count = web.threads ?? threads(onWarning);
  return openWebEngine("wasm", () => import("onnxruntime-web/wasm"), { ...web, threads: count, initTimeout });
}

async function openWebGpu(
  { onWarning: _, ...web }: OpenEngineOptions,
  adapter: Adapter | null | undefined,
): Promise<Engine> {
  const { vendor, architecture } = adapter?.info ?? {};
  const hardware = [vendor, architecture].filter(Boolean).join(" ") || "unnamed graphics card";
  const load = () => import("onnxruntime-web/webgpu");
  return requireAvailable(await openWebEngine("webgpu", load, { ...web, threads: 1, hardware }));
}

function isSoftware({ info }: Adapter): boolean {
  return info?.isFallbackAdapter === true || info?.architecture === "swiftshader";
}

/** The likely number of physical cores: half of the logical ones, but at least 2 if there are as many. */
function threads(onWarning?: (line: string) => void): number {
  const logical = page.navigator?.hardwareConcurrency ?? 1;
  if (page.crossOriginIsolated) return Math.max(Math.min(2, logical), Math.ceil(logical / 2));
  if (logical > 1) {
    onWarning?.(
      "the page is not cross-origin isolated, so WASM runs on one thread, which is slower; send COOP and COEP headers",
    );
  }
  return 1;
}
