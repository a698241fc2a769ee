import type { DType, HostArray } from "../ir/dtype.ts";

/**
 * A tensor that the runtime reads and writes without a copy. On the CPU it is ordinary memory; on a GPU the elements stay
 * there until `read` is called.
 */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The elements in row-major order. On the CPU this is a view: copy it before the tensor is disposed or overwritten. */
  read(): Promise<HostArray> | HostArray;
  /** Frees the memory. Using the tensor afterwards is an error. Idempotent. */
  dispose(): void;
}
