import type { DType, HostArray } from "../ir/dtype.ts";
import type { Engine, SessionOptions } from "./engine.ts";
import { showThreads } from "./engine.ts";
import { type GpuDevice, gpuProviders, isGpu, NativeGpu } from "./native-gpu.node.ts";
import { NativeSession } from "./native-session.node.ts";
import { NativeMemory } from "./native-tensor.node.ts";
import { bundledLibrary, callAsync, loadOrtApi, type OrtApi } from "./ort-api.node.ts";
import { physicalCores } from "./threads.node.ts";

/** ONNX Runtime's GraphOptimizationLevel. */
const optimisationLevels = { none: 0, basic: 1, all: 99 } as const;
const sequential = 0;

/**
 * ONNX Runtime logs each error as well as returning it. Heed throws the returned error, so only fatal errors are logged.
 * `HEED_DEBUG` lets warnings through.
 */
const logSeverity = (): number => (process.env.HEED_DEBUG ? 2 : 4);

interface Loaded {
  readonly api: OrtApi;
  readonly env: bigint;
  readonly memory: NativeMemory;
}

/** One environment per library, for the lifetime of the process. */
const loaded = new Map<string, Loaded>();

/**
 * ONNX Runtime through its C API. Runs happen on another thread. On the CPU tensors are not copied; on a GPU state stays
 * there between runs.
 *
 * @param options.device  Default "cpu". "cuda" needs a library built for it; the one in onnxruntime-node has "webgpu" on
 *   Linux x64.
 * @param options.library  Path of a shared library of ONNX Runtime 1.20 or later. Default: the environment variable
 *   HEED_ONNXRUNTIME, or else the library in the onnxruntime-node package.
 * @param options.threads  Of each session on the CPU, where the session does not say. Default: one for each physical core.
 * @throws ERR_RUNTIME when the library cannot be loaded.
 */
export function openNativeEngine(
  options: {
    readonly library?: string;
    readonly device?: "cpu" | GpuDevice;
    readonly threads?: number | undefined;
  } = {},
): Engine {
  const library = options.library ?? (process.env.HEED_ONNXRUNTIME || bundledLibrary());
  const { device = "cpu", threads = physicalCores() } = options;
  const { api, env, memory } = load(library);
  if (isGpu(device)) {
    const gpu = new NativeGpu(api, memory, device, (model, options) =>
      createSession(api, env, model, options, device),
    );
    return {
      name: "native",
      device,
      description: `${device} (native ONNX Runtime ${api.version})`,
      load: (model, options) => gpu.load(model, options),
      tensor: (dtype, shape, data) => gpu.tensor(dtype, shape, data),
    };
  }
  return {
    name: "native",
    device: "cpu",
    overwrites: true,
    description: `cpu (native ONNX Runtime ${api.version}, ${showThreads(threads)})`,
    load: async (model: Uint8Array, options: SessionOptions = {}) =>
      new NativeSession(api, memory, await createSession(api, env, model, { threads, ...options })),
    tensor: (dtype: DType, shape: readonly number[], data?: HostArray) => memory.wrap(dtype, shape, data),
  };
}

function load(library: string): Loaded {
  let entry = loaded.get(library);
  if (!entry) {
    const api = loadOrtApi(library);
    const out = new BigUint64Array(1);
    api.check(api.createEnv(logSeverity(), "heed", out), "environment");
    entry = { api, env: out[0] as bigint, memory: new NativeMemory(api) };
    loaded.set(library, entry);
  }
  return entry;
}

async function createSession(
  api: OrtApi,
  env: bigint,
  model: Uint8Array,
  { optimisation = "all", threads = physicalCores(), profile }: SessionOptions,
  device: "cpu" | GpuDevice = "cpu",
): Promise<bigint> {
  const out = new BigUint64Array(1);
  const set = (status: bigint | null): void => api.check(status, "session options");
  set(api.createSessionOptions(out));
  const options = out[0] as bigint;
  try {
    set(api.setSessionGraphOptimizationLevel(options, optimisationLevels[optimisation]));
    set(api.setSessionExecutionMode(options, sequential));
    set(api.setIntraOpNumThreads(options, threads));
    set(api.setSessionLogSeverityLevel(options, logSeverity()));
    if (profile !== undefined) set(api.enableProfiling(options, profile));
    // Same speed, far lower peak memory. The arena stays on: it makes repeated runs cheap.
    set(api.disableMemPattern(options));
    // Otherwise idle threads of one session keep cores busy that another needs.
    set(api.addSessionConfigEntry(options, "session.force_spinning_stop", "1"));
    if (isGpu(device)) gpuProviders[device].append(api, options);
    const args = [env, model, model.byteLength, options, out];
    const status = await callAsync(api.createSessionFromArray, args, [model, out]);
    api.check(status, "load");
    return out[0] as bigint;
  } finally {
    api.releaseSessionOptions(options);
  }
}
