import koffi from "koffi";
import { heedError } from "../errors.ts";
import type { Session, SessionOptions } from "./engine.ts";
import type { NativeGpuContext } from "./native-gpu-context.node.ts";
import { NativeGpuTensor } from "./native-gpu-tensor.node.ts";
import type { NativeTensor } from "./native-tensor.node.ts";
import { callAsync } from "./ort-api.node.ts";
import type { Tensor } from "./tensor.ts";

/**
 * One loaded model on a GPU. Resident inputs and outputs are bound to GPU memory, the others to host memory. ONNX Runtime
 * frees a buffer through the session that made it, so a closed session is released only after its tensors.
 */
export class NativeGpuSession implements Session {
  readonly #gpu: NativeGpuContext;
  readonly #session: bigint;
  readonly #residentInputs: ReadonlySet<string>;
  readonly #residentOutputs: ReadonlySet<string>;
  /** GPU tensors that were created here and are not freed yet. */
  #tensors = 0;
  #isClosed = false;
  #isReleased = false;

  constructor(gpu: NativeGpuContext, session: bigint, residents: SessionOptions["residents"]) {
    this.#gpu = gpu;
    this.#session = session;
    this.#residentInputs = new Set(residents?.inputs);
    this.#residentOutputs = new Set(residents?.outputs);
  }

  async run(
    inputs: ReadonlyMap<string, Tensor>,
    outputs: ReadonlyMap<string, Tensor | undefined>,
  ): Promise<Map<string, Tensor>> {
    if (this.#isClosed)
      throw heedError("ERR_RUNTIME", { operation: "run", problem: "the session is closed" });
    const fed = Array.from(inputs, ([name, tensor]) => [name, requireOwn(name, tensor)] as const);
    const given = Array.from(
      outputs,
      ([name, tensor]) => [name, tensor && requireOwn(name, tensor)] as const,
    );
    for (const [name, tensor] of fed) {
      if (this.#residentInputs.has(name) && tensor.isOnHost)
        tensor.adopt(await this.#gpu.copy(tensor.tensor, "device"), "device");
    }
    const bound = fed.map(([name, { tensor }]) => [name, tensor] as const);
    const results = await this.runBound(bound, [...outputs.keys()]);
    return new Map(
      given.map(([name, tensor], i) => {
        const place = this.#residentOutputs.has(name) ? "device" : "host";
        const result = results[i] as NativeTensor;
        tensor?.adopt(result, place);
        return [name, tensor ?? new NativeGpuTensor(this.#gpu, result, place)];
      }),
    );
  }

  /** Runs the model in turn. The inputs may be disposed meanwhile. */
  async runBound(
    inputs: readonly (readonly [name: string, tensor: NativeTensor])[],
    outputs: readonly string[],
  ): Promise<NativeTensor[]> {
    const values = inputs.map(([name, tensor]) => [name, tensor.pin()] as const);
    try {
      return await this.#gpu.inTurn(() => this.#runValues(values, outputs, inputs));
    } finally {
      for (const [, tensor] of inputs) tensor.unpin();
    }
  }

  async #runValues(
    inputs: readonly (readonly [name: string, value: bigint])[],
    outputs: readonly string[],
    alive: unknown,
  ): Promise<NativeTensor[]> {
    const { api, memory, onDevice } = this.#gpu;
    const out = new BigUint64Array(1);
    api.check(api.createIoBinding(this.#session, out), "binding");
    const binding = out[0] as bigint;
    try {
      for (const [name, value] of inputs) api.check(api.bindInput(binding, name, value), "run");
      // Binding only starts a copy to the GPU; on CUDA it uses another stream than the run.
      api.check(api.synchronizeBoundInputs(binding), "run");
      for (const name of outputs) {
        const place = this.#residentOutputs.has(name) ? onDevice : memory.onHost;
        api.check(api.bindOutputToDevice(binding, name, place), "run");
      }
      const status = await callAsync(api.runWithBinding, [this.#session, null, binding], alive);
      api.check(status, "run");
      api.check(api.synchronizeBoundOutputs(binding), "run");
      return this.#results(binding, outputs);
    } finally {
      api.releaseIoBinding(binding);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#releaseWhenIdle();
  }

  #releaseWhenIdle(): void {
    if (!this.#isClosed) return;
    void this.#gpu.inTurn(async () => {
      if (this.#tensors > 0 || this.#isReleased) return;
      this.#isReleased = true;
      this.#gpu.api.releaseSession(this.#session);
    });
  }

  /** The values bound as outputs, in order. ONNX Runtime lists them in memory that we must free. */
  #results(binding: bigint, outputs: readonly string[]): NativeTensor[] {
    const { api, memory, allocator } = this.#gpu;
    if (outputs.length === 0) return [];
    const list = new BigUint64Array(1);
    const count = new BigUint64Array(1);
    api.check(api.getBoundOutputValues(binding, allocator, list, count), "run");
    const values = koffi.decode(list[0] as bigint, "void *", Number(count[0])) as bigint[];
    api.check(api.allocatorFree(allocator, list[0] as bigint), "run");
    return outputs.map((name, i) => {
      if (!this.#residentOutputs.has(name)) return memory.adopt(name, values[i] as bigint);
      this.#tensors += 1;
      return memory.adopt(name, values[i] as bigint, () => {
        this.#tensors -= 1;
        this.#releaseWhenIdle();
      });
    });
  }
}

function requireOwn(name: string, tensor: Tensor): NativeGpuTensor {
  if (tensor instanceof NativeGpuTensor) return tensor;
  throw heedError("ERR_RUNTIME", { operation: "run", problem: `tensor "${name}" belongs to another engine` });
}
