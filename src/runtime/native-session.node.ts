import koffi from "koffi";
import { heedError } from "../errors.ts";
import type { Session } from "./engine.ts";
import { type NativeMemory, NativeTensor } from "./native-tensor.node.ts";
import { callAsync, type OrtApi } from "./ort-api.node.ts";
import type { Tensor } from "./tensor.ts";

/** Addresses of the names of one run, and the memory they point into. */
interface Names {
  readonly inputs: bigint;
  readonly outputs: bigint;
  readonly memory: readonly unknown[];
}

const dropped = new FinalizationRegistry<() => void>((release) => release());

/** One loaded model. Runs may overlap, as in ONNX Runtime itself. */
export class NativeSession implements Session {
  readonly #api: OrtApi;
  readonly #memory: NativeMemory;
  readonly #session: bigint;
  /** A program uses the same names at every run, so they are encoded once. */
  readonly #names = new Map<string, Names>();
  #running = 0;
  #isClosed = false;

  constructor(api: OrtApi, memory: NativeMemory, session: bigint) {
    this.#api = api;
    this.#memory = memory;
    this.#session = session;
    dropped.register(this, () => api.releaseSession(session), this);
  }

  async run(
    inputs: ReadonlyMap<string, Tensor>,
    outputs: ReadonlyMap<string, Tensor | undefined>,
  ): Promise<Map<string, Tensor>> {
    if (this.#isClosed)
      throw heedError("ERR_RUNTIME", { operation: "run", problem: "the session is closed" });
    const names = this.#namesOf(inputs, outputs);
    // Inputs, then outputs, and one extra element so that the array has an address even when there are none.
    const values = new BigUint64Array(inputs.size + outputs.size + 1);
    const pinned: NativeTensor[] = [];
    this.#running += 1;
    try {
      let next = 0;
      for (const tensors of [inputs, outputs]) {
        for (const [name, tensor] of tensors) {
          if (tensor) values[next] = pin(name, tensor, pinned);
          next += 1;
        }
      }
      const inputValues = koffi.address(values);
      const outputValues = inputValues + 8n * BigInt(inputs.size);
      const given = [names.inputs, inputValues, inputs.size];
      const wanted = [names.outputs, outputs.size, outputValues];
      const alive = [names, values, pinned];
      const status = await callAsync(this.#api.run, [this.#session, null, ...given, ...wanted], alive);
      this.#api.check(status, "run");
      return this.#results(outputs, values.subarray(inputs.size));
    } finally {
      for (const tensor of pinned) tensor.unpin();
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
    if (!this.#isClosed || this.#running > 0) return;
    dropped.unregister(this);
    this.#api.releaseSession(this.#session);
  }

  #results(outputs: ReadonlyMap<string, Tensor | undefined>, values: BigUint64Array): Map<string, Tensor> {
    const results = new Map<string, Tensor>();
    let next = 0;
    for (const [name, given] of outputs) {
      results.set(name, given ?? this.#memory.adopt(name, values[next] as bigint));
      next += 1;
    }
    return results;
  }

  #namesOf(inputs: ReadonlyMap<string, unknown>, outputs: ReadonlyMap<string, unknown>): Names {
    const key = JSON.stringify([[...inputs.keys()], [...outputs.keys()]]);
    let names = this.#names.get(key);
    if (!names) {
      const [inputNames, inputMemory] = cStrings(inputs.keys());
      const [outputNames, outputMemory] = cStrings(outputs.keys());
      names = { inputs: inputNames, outputs: outputNames, memory: [inputMemory, outputMemory] };
      this.#names.set(key, names);
    }
    return names;
  }
}

function pin(name: string, tensor: Tensor, pinned: NativeTensor[]): bigint {
  if (!(tensor instanceof NativeTensor)) {
    const problem = `tensor "${name}" belongs to another engine`;
    throw heedError("ERR_RUNTIME", { operation: "run", problem });
  }
  const value = tensor.pin();
  pinned.push(tensor);
  return value;
}

/** The address of an array of zero-terminated strings, and the memory to keep referenced while it is in use. */
function cStrings(texts: Iterable<string>): [address: bigint, memory: unknown] {
  const strings = Array.from(texts, (text) => new TextEncoder().encode(`${text}\0`));
  const pointers = BigUint64Array.from([...strings.map((bytes) => koffi.address(bytes)), 0n]);
  return [koffi.address(pointers), [strings, pointers]];
}
