import { heedError } from "../errors.ts";
import type { Device } from "./devices.ts";
import type { Engine } from "./engine.ts";
import { present } from "./probe.ts";
import { type OpenWebOptions, openWebEngine } from "./web.ts";

export interface OpenEngineOptions extends OpenWebOptions {
  /** Gets one line when a slower device has to stand in. Default: nothing is said. */
  readonly onWarning?: (line: string) => void;
}

/** What a graphics card, or a program in place of one, says of itself. */
interface Adapter {
  readonly info?: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly isFallbackAdapter?: boolean;
  };
}

/** The little of the page that decides where graphs run. */
interface Page {
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: {
    readonly hardwareConcurrency?: number;
    readonly gpu?: { requestAdapter(): Promise<Adapter | null> };
  };
}
const page = globalThis as Page;

/**
 * An engine in the page or in a worker of it, by the package onnxruntime-web: WebGPU, or WASM with threads where the
 * page is cross-origin isolated and with one where it is not. WASM computes on the thread that calls: use a worker
 * where a page must stay responsive.
 *
 * @param device  Default "auto": WebGPU on a graphics card, otherwise WASM; the description says why.
 * @throws ERR_CONFIG when the device is not there, ERR_RUNTIME when onnxruntime-web cannot be loaded.
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

/** How each device that pages have is opened. */
const openers: Readonly<Partial<Record<Device, (options: OpenEngineOptions) => Promise<Engine>>>> = {
  auto: openBest,
  wasm: openWasm,
  webgpu: async (options) => openWebGpu(options, await page.navigator?.gpu?.requestAdapter()),
};

/** WebGPU on a graphics card; WASM otherwise, for a WebGPU that is computed by the CPU is slower. */
async function openBest(options: OpenEngineOptions): Promise<Engine> {
  const adapter = await page.navigator?.gpu?.requestAdapter();
  let reason = "no graphics card";
  if (adapter && isSoftware(adapter)) reason = "WebGPU is computed by the CPU here";
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

/** In ms. Threads that never report (see README, "In the page") would otherwise be waited for for ever. */
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
  return present(await openWebEngine("webgpu", load, { ...web, threads: 1, hardware }));
}

function isSoftware({ info }: Adapter): boolean {
  return info?.isFallbackAdapter === true || info?.architecture === "swiftshader";
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
