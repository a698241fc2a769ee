import type { DType, HostArray } from "../ir/dtype.ts";
import type { DeviceName } from "./devices.ts";
import type { Tensor } from "./tensor.ts";

export interface SessionOptions {
  /** ONNX Runtime's graph optimisation level. Gradient checks in float64 use "basic". Default "all". */
  readonly optimisation?: "none" | "basic" | "all";
  /** Threads used by one operator. Default: the physical cores available to the process. */
  readonly threads?: number;
  /**
   * Prefix of the file to which ONNX Runtime writes the time of every kernel when the session closes. Native engine only.
   * Default: no profile.
   */
  readonly profile?: string;
  /**
   * What stays on the device between runs: inputs that are fed repeatedly, and outputs that become such inputs. No effect
   * on the CPU. Default: none.
   */
  readonly residents?: { readonly inputs: readonly string[]; readonly outputs: readonly string[] };
}

/** One ONNX model, ready to run. */
export interface Session {
  /**
   * Runs the model once. `inputs` has a tensor for every input of the model. `outputs` names the outputs to compute: an
   * output with a tensor is written into it (shapes must match); one with `undefined` gets a new tensor, which the caller
   * disposes.
   *
   * @throws ERR_RUNTIME with ONNX Runtime's own message.
   */
  run(
    inputs: ReadonlyMap<string, Tensor>,
    outputs: ReadonlyMap<string, Tensor | undefined>,
  ): Promise<Map<string, Tensor>>;
  close(): void;
}

/** `2 threads`, for descriptions. */
export const showThreads = (count: number): string => `${count} thread${count === 1 ? "" : "s"}`;

/** One binding to ONNX Runtime: native C API, onnxruntime-node or onnxruntime-web, behind one interface. */
export interface Engine {
  readonly name: "native" | "node" | "web";
  readonly device: DeviceName;
  /** The device and its runtime, in one line: `cpu (native ONNX Runtime 1.30.0, 2 threads)`. */
  readonly description: string;
  /** Whether a run may write an output into the tensor of one of its inputs. */
  readonly overwrites?: boolean;
  load(model: Uint8Array, options?: SessionOptions): Promise<Session>;
  /** A tensor of `data`, or of zeros by default. On the CPU `data` is not copied: do not touch it during a run. */
  tensor(dtype: DType, shape: readonly number[], data?: HostArray): Tensor;
}
