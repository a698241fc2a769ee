import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import type { DType, HostArray } from "../ir/dtype.ts";
import type { SessionOptions } from "./engine.ts";
import { copyModel } from "./probe.ts";
import type { InTurn } from "./turns.ts";

type Create = (model: Uint8Array, options: SessionOptions) => Promise<InferenceSession>;

/**
 * Copies tensors to the GPU and back by running an identity model, the only way that works in both onnxruntime-node and
 * onnxruntime-web.
 */
export class GpuMemory {
  readonly #create: Create;
  readonly #sessions = new Map<string, Promise<InferenceSession>>();
  readonly inTurn: InTurn;

  constructor(create: Create, inTurn: InTurn) {
    this.#create = create;
    this.inTurn = inTurn;
  }

  /** Copies a tensor to the GPU. */
  upload(tensor: OrtTensor): Promise<OrtTensor> {
    return this.#copy(tensor, ["y"]);
  }

  /** Copies the elements of a tensor to the host. */
  async download(tensor: OrtTensor): Promise<HostArray> {
    return (await this.#copy(tensor, [])).data as HostArray;
  }

  async #copy(tensor: OrtTensor, residents: readonly string[]): Promise<OrtTensor> {
    const key = `${tensor.type} ${tensor.dims.length} ${residents.join()}`;
    let session = this.#sessions.get(key);
    if (!session) {
      const model = copyModel(tensor.type as DType, tensor.dims.length);
      session = this.inTurn(() => this.#create(model, { residents: { inputs: [], outputs: residents } }));
      this.#sessions.set(key, session);
    }
    const copier = await session;
    return this.inTurn(async () => (await copier.run({ x: tensor })).y as OrtTensor);
  }
}
