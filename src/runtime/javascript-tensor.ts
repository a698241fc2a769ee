import type { Tensor as OrtTensor } from "onnxruntime-node";
import { heedError } from "../errors.ts";
import type { DType, HostArray } from "../ir/dtype.ts";
import type { GpuMemory } from "./gpu-memory.ts";
import type { Tensor } from "./tensor.ts";

/** A tensor of one of ONNX Runtime's JavaScript packages: on the host, or in a buffer of the GPU. */
export class JavaScriptTensor implements Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly #gpu: GpuMemory | undefined;
  #tensor: OrtTensor | undefined;
  #freed: (() => void) | undefined;

  /** @param freed  Called when a buffer of the GPU has been given back. */
  constructor(tensor: OrtTensor, gpu: GpuMemory | undefined, freed?: () => void) {
    this.dtype = tensor.type as DType;
    this.shape = tensor.dims;
    this.#gpu = gpu;
    this.#tensor = tensor;
    this.#freed = freed;
  }

  get tensor(): OrtTensor {
    if (this.#tensor) return this.#tensor;
    throw heedError("ERR_RUNTIME", { operation: "tensor", problem: "it is used after it was disposed" });
  }

  get isOnHost(): boolean {
    return this.tensor.location === "cpu";
  }

  /** Holds what a run gave from now on, in place of what was here. @throws ERR_RUNTIME when its shape is another. */
  adopt(result: OrtTensor, freed?: () => void): void {
    if (result.dims.join() !== this.shape.join()) {
      const problem = `an output of shape [${result.dims.join(", ")}] does not fit [${this.shape.join(", ")}]`;
      throw heedError("ERR_RUNTIME", { operation: "run", problem });
    }
    this.#release(this.tensor);
    this.#tensor = result;
    this.#freed = freed;
  }

  read(): HostArray | Promise<HostArray> {
    if (this.isOnHost) return this.tensor.data as HostArray;
    return (this.#gpu as GpuMemory).download(this.tensor);
  }

  dispose(): void {
    if (this.#tensor) this.#release(this.#tensor);
    this.#tensor = undefined;
  }

  /** Memory of the host is the garbage collector's. A buffer of the GPU may be wanted by runs that wait for their turn. */
  #release(tensor: OrtTensor): void {
    if (tensor.location === "cpu") return;
    const freed = this.#freed;
    void this.#gpu?.inTurn(async () => {
      tensor.dispose();
      freed?.();
    });
  }
}
