import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { HeedError, heedError } from "../errors.ts";
import type { Session, SessionOptions } from "./engine.ts";
import type { GpuMemory } from "./gpu-memory.ts";
import { JavaScriptTensor } from "./javascript-tensor.ts";
import { ortError } from "./ort-error.ts";
import type { Tensor } from "./tensor.ts";
import type { InTurn } from "./turns.ts";

/** An error thrown by a package, as ERR_RUNTIME. */
export const runtimeError = (doing: string, cause: unknown): HeedError =>
  cause instanceof HeedError
    ? cause
    : ortError(doing, cause instanceof Error ? cause.message : String(cause), cause);

/**
 * Sessions on a GPU that are not released yet. ONNX Runtime frees a buffer through the session that made it, so a session
 * must outlive its tensors, even when both are dropped and the garbage collector would collect the session first.
 */
const unreleased = new Set<JavaScriptSession>();

/** A session of one of ONNX Runtime's JavaScript packages. On a GPU it is released only after its tensors. */
export class JavaScriptSession implements Session {
  readonly #session: InferenceSession;
  readonly #residents: NonNullable<SessionOptions["residents"]>;
  readonly #inTurn: InTurn;
  readonly #gpu: GpuMemory | undefined;
  #running = 0;
  /** GPU tensors that were created here and are not freed yet. */
  #tensors = 0;
  #isClosed = false;

  constructor(
    session: InferenceSession,
    { residents }: SessionOptions,
    inTurn: InTurn,
    gpu: GpuMemory | undefined,
  ) {
    this.#session = session;
    this.#inTurn = inTurn;
    this.#residents = residents ?? { inputs: [], outputs: [] };
    this.#gpu = gpu;
    if (gpu) unreleased.add(this);
  }

  async run(
    inputs: ReadonlyMap<string, Tensor>,
    outputs: ReadonlyMap<string, Tensor | undefined>,
  ): Promise<Map<string, Tensor>> {
    if (this.#isClosed)
      throw heedError("ERR_RUNTIME", { operation: "run", problem: "the session is closed" });
    for (const name of inputs.keys()) {
      // The packages ignore unknown names; the C API refuses them.
      if (!this.#session.inputNames.includes(name)) throw ortError("run", `Invalid input name: ${name}`);
    }
    const fed = Array.from(inputs, ([name, tensor]) => [name, requireOwn(name, tensor)] as const);
    const given = Array.from(
      outputs,
      ([name, tensor]) => [name, tensor && requireOwn(name, tensor)] as const,
    );
    const feeds = Object.fromEntries(fed.map(([name, { tensor }]) => [name, tensor]));
    this.#running += 1;
    try {
      if (this.#gpu) await this.#moveResidents(this.#gpu, new Map(fed), feeds);
      const results = await this.#inTurn(() =>
        this.#session.run(feeds, [...outputs.keys()], { logSeverityLevel: 4 }),
      );
      return new Map(
        given.map(([name, tensor]) => {
          const result = results[name] as OrtTensor;
          const onFreed = this.#track(result);
          tensor?.adopt(result, onFreed);
          return [name, tensor ?? new JavaScriptTensor(result, this.#gpu, onFreed)];
        }),
      );
    } catch (cause) {
      throw runtimeError("run", cause);
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

  /** Counts a result that stays on the GPU; returns the function to call when it is freed. */
  #track(result: OrtTensor): (() => void) | undefined {
    if (result.location === "cpu") return undefined;
    this.#tensors += 1;
    return () => {
      this.#tensors -= 1;
      this.#releaseWhenIdle();
    };
  }

  /** Moves resident inputs to the GPU the first time they are fed. */
  async #moveResidents(
    gpu: GpuMemory,
    inputs: ReadonlyMap<string, JavaScriptTensor>,
    feeds: Record<string, OrtTensor>,
  ): Promise<void> {
    for (const name of this.#residents.inputs) {
      const tensor = inputs.get(name);
      if (!tensor) continue;
      if (tensor.isOnHost) tensor.adopt(await gpu.upload(tensor.tensor));
      feeds[name] = tensor.tensor;
    }
  }

  #releaseWhenIdle(): void {
    if (!this.#isClosed || this.#running > 0 || this.#tensors > 0) return;
    unreleased.delete(this);
    void this.#inTurn(() => this.#session.release());
  }
}

function requireOwn(name: string, tensor: Tensor): JavaScriptTensor {
  if (tensor instanceof JavaScriptTensor) return tensor;
  throw heedError("ERR_RUNTIME", { operation: "run", problem: `tensor "${name}" belongs to another engine` });
}
