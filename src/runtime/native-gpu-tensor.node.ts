import { heedError } from "../errors.ts";
import type { DType, HostArray } from "../ir/dtype.ts";
import type { NativeGpuContext } from "./native-gpu-context.node.ts";
import type { NativeTensor } from "./native-tensor.node.ts";
import type { Tensor } from "./tensor.ts";

/** A tensor on the host or on the GPU; `adopt` may move it. */
export class NativeGpuTensor implements Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly #gpu: NativeGpuContext;
  #tensor: NativeTensor | undefined;
  #place: "host" | "device";

  constructor(gpu: NativeGpuContext, tensor: NativeTensor, place: "host" | "device") {
    this.dtype = tensor.dtype;
    this.shape = tensor.shape;
    this.#gpu = gpu;
    this.#tensor = tensor;
    this.#place = place;
  }

  get tensor(): NativeTensor {
    if (this.#tensor) return this.#tensor;
    throw heedError("ERR_RUNTIME", { operation: "tensor", problem: "used after it was disposed" });
  }

  get isOnHost(): boolean {
    return this.#place === "host";
  }

  /** Replaces the content by the result of a run. @throws ERR_RUNTIME when the shapes differ. */
  adopt(result: NativeTensor, place: "host" | "device"): void {
    if (result.shape.join() !== this.shape.join()) {
      const problem = `an output of shape [${result.shape.join(", ")}] does not fit [${this.shape.join(", ")}]`;
      throw heedError("ERR_RUNTIME", { operation: "run", problem });
    }
    this.tensor.dispose();
    this.#tensor = result;
    this.#place = place;
  }

  read(): HostArray | Promise<HostArray> {
    return this.isOnHost ? this.tensor.read() : this.#download();
  }

  async #download(): Promise<HostArray> {
    return (await this.#gpu.copy(this.tensor, "host")).read();
  }

  dispose(): void {
    this.#tensor?.dispose();
    this.#tensor = undefined;
  }
}
