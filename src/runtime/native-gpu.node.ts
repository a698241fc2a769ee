import type { DType, HostArray } from "../ir/dtype.ts";
import type { SessionOptions } from "./engine.ts";
import type { NativeGpuContext } from "./native-gpu-context.node.ts";
import { NativeGpuSession } from "./native-gpu-session.node.ts";
import { NativeGpuTensor } from "./native-gpu-tensor.node.ts";
import type { NativeMemory, NativeTensor } from "./native-tensor.node.ts";
import type { OrtApi } from "./ort-api.node.ts";
import { copyModel } from "./probe.ts";
import { type InTurn, turns } from "./turns.ts";

/** How to select a kind of GPU. */
interface Provider {
  /** ONNX Runtime's name for its memory. */
  readonly memory: string;
  readonly append: (api: OrtApi, options: bigint) => void;
}

export const gpuProviders = {
  webgpu: {
    memory: "WebGPU_Buffer",
    append: (api, options) => api.check(api.appendProvider(options, "WebGPU", null, null, 0), "webgpu"),
  },
  cuda: {
    memory: "Cuda",
    append: (api, options) => {
      const out = new BigUint64Array(1);
      api.check(api.createCudaProviderOptions(out), "cuda");
      const cuda = out[0] as bigint;
      try {
        // Products in float32, as on other devices. By default CUDA rounds their operands to the 10 bits of TF32.
        api.check(api.updateCudaProviderOptions(cuda, ["use_tf32"], ["0"], 1), "cuda");
        api.check(api.appendCudaProvider(options, cuda), "cuda");
      } finally {
        api.releaseCudaProviderOptions(cuda);
      }
    },
  },
} as const satisfies Readonly<Record<string, Provider>>;

export type GpuDevice = keyof typeof gpuProviders;

export const isGpu = (device: string): device is GpuDevice => Object.hasOwn(gpuProviders, device);

/** Opens a raw session whose graph runs on the GPU. */
type Create = (model: Uint8Array, options: SessionOptions) => Promise<bigint>;

/**
 * A GPU through ONNX Runtime's C API. Whatever lives between runs is bound to GPU memory and never passes through the
 * host. Runs on one GPU go one after the other.
 */
export class NativeGpu implements NativeGpuContext {
  readonly api: OrtApi;
  readonly memory: NativeMemory;
  readonly onDevice: bigint;
  readonly allocator: bigint;
  readonly #create: Create;
  readonly #copies = new Map<string, Promise<NativeGpuSession>>();
  readonly inTurn: InTurn = turns();

  constructor(api: OrtApi, memory: NativeMemory, device: GpuDevice, create: Create) {
    this.api = api;
    this.memory = memory;
    this.#create = create;
    const out = new BigUint64Array(1);
    const [deviceAllocator, first, defaultMemory] = [0, 0, 0];
    const name = gpuProviders[device].memory;
    api.check(api.createMemoryInfo(name, deviceAllocator, first, defaultMemory, out), "memory info");
    this.onDevice = out[0] as bigint;
    api.check(api.getAllocatorWithDefaultOptions(out), "allocator");
    this.allocator = out[0] as bigint;
  }

  async load(model: Uint8Array, options: SessionOptions = {}): Promise<NativeGpuSession> {
    return new NativeGpuSession(
      this,
      await this.inTurn(() => this.#create(model, options)),
      options.residents,
    );
  }

  tensor(dtype: DType, shape: readonly number[], data?: HostArray): NativeGpuTensor {
    return new NativeGpuTensor(this, this.memory.wrap(dtype, shape, data), "host");
  }

  /** Copies a tensor by running an identity model. */
  async copy(tensor: NativeTensor, to: "host" | "device"): Promise<NativeTensor> {
    const { dtype, shape } = tensor;
    const key = `${dtype} ${shape.length} ${to}`;
    let copier = this.#copies.get(key);
    if (!copier) {
      const residents = { inputs: [], outputs: to === "device" ? ["y"] : [] };
      copier = this.load(copyModel(dtype, shape.length), { residents });
      this.#copies.set(key, copier);
    }
    const [copied] = await (await copier).runBound([["x", tensor]], ["y"]);
    return copied as NativeTensor;
  }
}
