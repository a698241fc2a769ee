import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { heedError } from "../errors.ts";
import type { DType, HostArray } from "../ir/dtype.ts";
import type { Engine, Session, SessionOptions } from "./engine.ts";
import { hostData } from "./host-data.ts";
import { ortError } from "./ort-error.ts";
import type { Tensor } from "./tensor.ts";
import { physicalCores } from "./threads.node.ts";

/**
 * ONNX Runtime on the CPU through the onnxruntime-node package: where the native engine cannot load. It runs
 * on the calling thread, so **the event loop stands still during a run**, and it copies every output.
 */
export function openOnnxRuntimeNodeEngine(): Engine {
  return {
    name: "node",
    device: "cpu",
    load: async (model: Uint8Array, options: SessionOptions = {}) =>
      new NodeSession(await create(model, options)),
    tensor: (dtype: DType, shape: readonly number[], data?: HostArray) =>
      new NodeTensor(new OrtTensor(dtype, hostData(dtype, shape, data), shape)),
  };
}

const failed = (doing: string, cause: unknown): Error =>
  ortError(doing, cause instanceof Error ? cause.message : String(cause), cause);

async function create(
  model: Uint8Array,
  { optimisation = "all", threads = physicalCores() }: SessionOptions,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model, {
      graphOptimizationLevel: optimisation === "none" ? "disabled" : optimisation,
      executionMode: "sequential",
      intraOpNumThreads: threads,
      enableMemPattern: false,
      logSeverityLevel: process.env.HEED_DEBUG ? 2 : 4,
      extra: { session: { force_spinning_stop: "1" } },
    });
  } catch (cause) {
    throw failed("load", cause);
  }
}

class NodeTensor implements Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  #tensor: OrtTensor | undefined;

  constructor(tensor: OrtTensor) {
    this.dtype = tensor.type as DType;
    this.shape = tensor.dims;
    this.#tensor = tensor;
  }

  get tensor(): OrtTensor {
    if (this.#tensor) return this.#tensor;
    throw heedError("ERR_RUNTIME", { operation: "tensor", problem: "it is used after it was disposed" });
  }

  read(): HostArray {
    return this.tensor.data as HostArray;
  }

  dispose(): void {
    this.#tensor = undefined;
  }
}

class NodeSession implements Session {
  readonly #session: InferenceSession;
  #running = 0;
  #isClosed = false;

  constructor(session: InferenceSession) {
    this.#session = session;
  }

  async run(
    inputs: ReadonlyMap<string, Tensor>,
    outputs: ReadonlyMap<string, Tensor | undefined>,
  ): Promise<Map<string, Tensor>> {
    if (this.#isClosed)
      throw heedError("ERR_RUNTIME", { operation: "run", problem: "the session is closed" });
    const feeds: Record<string, OrtTensor> = {};
    for (const [name, tensor] of inputs) {
      // The package drops names it does not know; the C API refuses them.
      if (!this.#session.inputNames.includes(name)) throw ortError("run", `Invalid input name: ${name}`);
      feeds[name] = ortTensor(name, tensor);
    }
    const fetches: Record<string, OrtTensor | null> = {};
    for (const [name, tensor] of outputs) fetches[name] = tensor ? ortTensor(name, tensor) : null;
    this.#running += 1;
    try {
      const results = await this.#session.run(feeds, fetches);
      const result = (name: string): Tensor => new NodeTensor(results[name] as OrtTensor);
      return new Map(Array.from(outputs, ([name, given]) => [name, given ?? result(name)]));
    } catch (cause) {
      throw failed("run", cause);
    } finally {
      this.#running -= 1;
      this.#releaseWhenIdle();
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#releaseWhenIdle();
  }

  #releaseWhenIdle(): void {
    if (this.#isClosed && this.#running === 0) void this.#session.release();
  }
}

function ortTensor(name: string, tensor: Tensor): OrtTensor {
  if (tensor instanceof NodeTensor) return tensor.tensor;
  throw heedError("ERR_RUNTIME", { operation: "run", problem: `"${name}" is a tensor of another engine` });
}
