import { heedError } from "../errors.ts";
import type { Device, Engine } from "./engine.ts";
import { present } from "./probe.ts";
import { type OpenWebOptions, openWebEngine } from "./web.ts";

export interface OpenEngineOptions extends OpenWebOptions {
  /** Gets one line when a slower device has to stand in. Default: nothing is said. */
  readonly onWarning?: (line: string) => void;
}

/** The little of the page that decides where graphs run. */
interface Page {
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: {
    readonly hardwareConcurrency?: number;
    readonly gpu?: {
      requestAdapter(): Promise<{ readonly info?: { readonly isFallbackAdapter?: boolean } } | null>;
    };
  };
}
const page = globalThis as Page;

/**
 * An engine in the page or in a worker of it, by the package onnxruntime-web: WebGPU, or WASM with threads where the
 * page is cross-origin isolated and with one where it is not. WASM computes on the thread that calls: use a worker
 * where a page must stay responsive.
 *
 * @param device  Default "auto": WebGPU on a graphics card, otherwise WASM.
 * @throws ERR_CONFIG when the device is not there, ERR_RUNTIME when onnxruntime-web cannot be loaded.
 */
export async function openEngine(device: Device = "auto", options: OpenEngineOptions = {}): Promise<Engine> {
  const { onWarning, ...web } = options;
  const wasm = (): Promise<Engine> =>
    openWebEngine("wasm", () => import("onnxruntime-web/wasm"), { threads: threads(onWarning), ...web });
  const webgpu = async (): Promise<Engine> =>
    present(await openWebEngine("webgpu", () => import("onnxruntime-web/webgpu"), { threads: 1, ...web }));
  switch (device) {
    case "auto":
      return (await hasGraphicsCard()) ? webgpu() : wasm();
    case "wasm":
      return wasm();
    case "webgpu":
      return webgpu();
    default: {
      const cause = `"${device}" is not available in a page`;
      throw heedError("ERR_CONFIG", { where: "device", cause, remedy: 'use "auto", "wasm" or "webgpu"' });
    }
  }
}

/** A WebGPU that is computed by the CPU is slower than WASM. */
async function hasGraphicsCard(): Promise<boolean> {
  const adapter = await page.navigator?.gpu?.requestAdapter();
  return adapter ? !adapter.info?.isFallbackAdapter : false;
}

/** As many as there are likely to be cores: of many logical ones, half. */
function threads(onWarning?: (line: string) => void): number {
  const logical = page.navigator?.hardwareConcurrency ?? 1;
  if (page.crossOriginIsolated) return Math.max(Math.min(2, logical), Math.ceil(logical / 2));
  if (logical > 1) {
    onWarning?.(
      "the page is not cross-origin isolated: WASM runs on one thread, slower (needs COOP and COEP headers)",
    );
  }
  return 1;
}
