import type { Tensor as OrtTensor } from "onnxruntime-node";
import { heedError } from "../errors.ts";
import type { DType, HostArray } from "../ir/dtype.ts";
import type { GpuMemory } from "./gpu-memory.ts";
import type { Tensor } from "./tensor.ts";

/** A tensor of one of ONNX Runtime's JavaScript packages: on the host or in a GPU buffer. */
export class JavaScriptTensor implements Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly #gpu: GpuMemory | undefined;
  #tensor: OrtTensor | undefined;
  #onFreed: (() => void) | undefined;

  /** @param onFreed  Called when the GPU buffer has been freed. */
  constructor(tensor: OrtTensor, gpu: GpuMemory | undefined, onFreed?: () => void) {
    this.dtype = tensor.type as DType;
    this.shape = tensor.dims;
    this.#gpu = gpu;
    this.#tensor = tensor;
    this.#onFreed = onFreed;
  }

  get tensor(): OrtTensor {
    if (this.#tensor) return this.#tensor;
    throw heedError("ERR_RUNTIME", { operation: "tensor", problem: "used after it was disposed" });
  }

  get isOnHost(): boolean {
    return this.tensor.location === "cpu";
  }

  /** Replaces the content by the result of a run. @throws ERR_RUNTIME when the shapes differ. */
  adopt(result: OrtTensor, onFreed?: () => void): void {
    if (result.dims.join() !== this.shape.join()) {
      const problem = `an output of shape [${result.dims.join(", ")}] does not fit [${this.shape.join(", ")}]`;
      throw heedError("ERR_RUNTIME", { operation: "run", problem });
    }
    this.#release(this.tensor);
    this.#tensor = result;
    this.#onFreed = onFreed;
  }

  read(): HostArray | Promise<HostArray> {
    if (this.isOnHost) return this.tensor.data as HostArray;
    return (this.#gpu as GpuMemory).download(this.tensor);
  }

  dispose(): void {
    if (this.#tensor) this.#release(this.#tensor);
    this.#tensor = undefined;
  }

  /** Host memory is garbage-collected. A GPU buffer is freed in turn, because queued runs may still need it. */
  #release(tensor: OrtTensor): void {
    if (tensor.location === "cpu") return;
    const onFreed = this.#onFreed;
    void this.#gpu?.inTurn(async () => {
      tensor.dispose();
      onFreed?.();
    });
  }
}
