import koffi from "koffi";
import { heedError } from "../errors.ts";
import { bytesPerElement, type DType, type HostArray } from "../ir/dtype.ts";
import { onnxElementType } from "../onnx/proto.ts";
import { hostData } from "./host-data.ts";
import type { OrtApi } from "./ort-api.node.ts";
import { ortError } from "./ort-error.ts";
import type { Tensor } from "./tensor.ts";

const dtypeOf = new Map(
  Object.entries(onnxElementType).map(([dtype, code]) => [code as number, dtype as DType]),
);

const views = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const;

/** Keeps a tensor alive while a view of its memory in ONNX Runtime is in use. */
const owners = new WeakMap<ArrayBuffer, NativeTensor>();

/** An OrtValue, either around an array of ours or in memory that ONNX Runtime allocated. */
export class NativeTensor implements Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly #memory: NativeMemory;
  readonly #onFreed: (() => void) | undefined;
  #value: bigint | undefined;
  #data: HostArray | undefined;
  #users = 0;
  #isDisposed = false;

  /**
   * @param data   The array that `value` wraps. Default: the elements are in memory of ONNX Runtime.
   * @param onFreed  Called when the value has been released.
   */
  constructor(
    memory: NativeMemory,
    value: bigint,
    type: { readonly dtype: DType; readonly shape: readonly number[] },
    data?: HostArray,
    onFreed?: () => void,
  ) {
    this.dtype = type.dtype;
    this.shape = type.shape;
    this.#memory = memory;
    this.#value = value;
    this.#data = data;
    this.#onFreed = onFreed;
  }

  read(): HostArray {
    this.#check();
    this.#data ??= this.#view();
    return this.#data;
  }

  dispose(): void {
    this.#isDisposed = true;
    if (this.#users === 0) this.#free();
  }

  /** The OrtValue, which stays valid until `unpin` even if the tensor is disposed meanwhile. */
  pin(): bigint {
    this.#check();
    this.#users += 1;
    return this.#value as bigint;
  }

  unpin(): void {
    this.#users -= 1;
    if (this.#users === 0 && this.#isDisposed) this.#free();
  }

  #view(): HostArray {
    const length = this.shape.reduce((product, size) => product * size, 1);
    if (length === 0) return new views[this.dtype](0);
    const buffer = koffi.view(
      this.#memory.address(this.#value as bigint),
      length * bytesPerElement[this.dtype],
    );
    owners.set(buffer, this);
    return new views[this.dtype](buffer);
  }

  #free(): void {
    if (this.#value === undefined) return;
    this.#memory.release(this, this.#value);
    this.#onFreed?.();
    this.#value = undefined;
    this.#data = undefined;
  }

  #check(): void {
    if (!this.#isDisposed) return;
    throw heedError("ERR_RUNTIME", { operation: "tensor", problem: "used after it was disposed" });
  }
}

/** Creates tensors in one loaded library and frees those that were dropped without being disposed. */
export class NativeMemory {
  readonly #api: OrtApi;
  /** OrtMemoryInfo of the host, for tensors around an array. */
  readonly onHost: bigint;
  readonly #dropped: FinalizationRegistry<{ readonly value: bigint; readonly onFreed?: () => void }>;
  /** The C functions write their results here; each is read immediately, so one buffer is enough. */
  readonly #out = new BigUint64Array(1);
  readonly #dims = new BigInt64Array(16);
  /** Memory for tensors without elements, whose arrays have no address. */
  readonly #nowhere = new BigUint64Array(1);

  constructor(api: OrtApi) {
    this.#api = api;
    this.#dropped = new FinalizationRegistry(({ value, onFreed }) => {
      api.releaseValue(value);
      onFreed?.();
    });
    const deviceAllocator = 0;
    const defaultMemory = 0;
    api.check(api.createCpuMemoryInfo(deviceAllocator, defaultMemory, this.#out), "memory info");
    this.onHost = this.#out[0] as bigint;
  }

  /** A tensor around `data`. */
  wrap(dtype: DType, shape: readonly number[], data?: HostArray): NativeTensor {
    const host = hostData(dtype, shape, data);
    const dims = this.#dimsOf(shape.length);
    for (let axis = 0; axis < shape.length; axis++) dims[axis] = BigInt(shape[axis] as number);
    const status = this.#api.createTensorWithDataAsOrtValue(
      this.onHost,
      host.length > 0 ? host : this.#nowhere,
      host.byteLength,
      dims,
      shape.length,
      onnxElementType[dtype],
      this.#out,
    );
    this.#api.check(status, "tensor");
    return this.#track({ dtype, shape: [...shape] }, this.#out[0] as bigint, host);
  }

  /** A tensor that takes over a value made by ONNX Runtime. @param onFreed  Called when it has been released. */
  adopt(name: string, value: bigint, onFreed?: () => void): NativeTensor {
    try {
      return this.#track(this.#typeOf(name, value), value, undefined, onFreed);
    } catch (error) {
      this.#api.releaseValue(value);
      onFreed?.();
      throw error;
    }
  }

  /** The address of the first element of `value`. */
  address(value: bigint): bigint {
    return this.#get((out) => this.#api.getTensorMutableData(value, out));
  }

  /** Releases `value`, which `tensor` held. */
  release(tensor: NativeTensor, value: bigint): void {
    this.#dropped.unregister(tensor);
    this.#api.releaseValue(value);
  }

  #track(
    type: { dtype: DType; shape: readonly number[] },
    value: bigint,
    data?: HostArray,
    onFreed?: () => void,
  ): NativeTensor {
    const tensor = new NativeTensor(this, value, type, data, onFreed);
    this.#dropped.register(tensor, { value, ...(onFreed ? { onFreed } : {}) }, tensor);
    return tensor;
  }

  #typeOf(name: string, value: bigint): { dtype: DType; shape: readonly number[] } {
    const api = this.#api;
    const info = this.#get((out) => api.getTensorTypeAndShape(value, out));
    try {
      const code = Number(this.#get((out) => api.getTensorElementType(info, out)) & 0xffffffffn);
      const dtype = dtypeOf.get(code);
      if (!dtype) {
        throw ortError("run", `output "${name}" has ONNX element type ${code}, which Heed does not support`);
      }
      const rank = Number(this.#get((out) => api.getDimensionsCount(info, out)));
      const dims = this.#dimsOf(rank);
      api.check(api.getDimensions(info, dims, rank), "tensor");
      return { dtype, shape: Array.from(dims.subarray(0, rank), Number) };
    } finally {
      api.releaseTensorTypeAndShapeInfo(info);
    }
  }

  #dimsOf(rank: number): BigInt64Array {
    return rank <= this.#dims.length ? this.#dims : new BigInt64Array(rank);
  }

  #get(call: (out: BigUint64Array) => bigint | null): bigint {
    this.#out[0] = 0n;
    this.#api.check(call(this.#out), "tensor");
    return this.#out[0] as bigint;
  }
}
