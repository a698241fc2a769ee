import type { DType, HostArray } from "../ir/dtype.ts";
import type { DeviceName } from "./devices.ts";
import type { Tensor } from "./tensor.ts";

export interface SessionOptions {
  /** ONNX Runtime's graph optimisation level; gradient checks in float64 use "basic". Default "all". */
  readonly optimisation?: "none" | "basic" | "all";
  /** Threads inside one operator. Default: physical cores available to the process. */
  readonly threads?: number;
  /**
   * Where ONNX Runtime writes the times of all kernels when the session is closed: the beginning of a file's name. The
   * native engine alone. Default: nowhere.
   */
  readonly profile?: string;
  /**
   * What lives on the device between runs: inputs fed again and again, and outputs that become such inputs. Of no
   * consequence where the device is the host. Default: none.
   */
  readonly residents?: { readonly inputs: readonly string[]; readonly outputs: readonly string[] };
}

/** One ONNX model, ready to run. */
export interface Session {
  /**
   * Runs the model once. `inputs` has a tensor for every input of the model. `outputs` names the outputs wanted:
   * an output given a tensor is that tensor's content afterwards (shape must match); one given `undefined` gets a
   * fresh tensor that the caller disposes.
   *
   * @throws ERR_RUNTIME with ONNX Runtime's own message.
   */
  run(
    inputs: ReadonlyMap<string, Tensor>,
    outputs: ReadonlyMap<string, Tensor | undefined>,
  ): Promise<Map<string, Tensor>>;
  close(): void;
}

/** `2 threads`, for a description. */
export const showThreads = (count: number): string => `${count} thread${count === 1 ? "" : "s"}`;

/** One binding to ONNX Runtime: native C API, onnxruntime-node or onnxruntime-web, behind one interface. */
export interface Engine {
  readonly name: "native" | "node" | "web";
  readonly device: DeviceName;
  /** What runs here, in one line: `cpu (native ONNX Runtime 1.30.0, 2 threads)`. */
  readonly description: string;
  /** Whether an output may be given a tensor that is an input of the same run. */
  readonly overwrites?: boolean;
  load(model: Uint8Array, options?: SessionOptions): Promise<Session>;
  /** A tensor holding `data` (not copied on the CPU: keep off it while a run is in flight), or zeros when left out. */
  tensor(dtype: DType, shape: readonly number[], data?: HostArray): Tensor;
}
