import type { HostArray } from "../../src/ir/dtype.ts";
import type { Engine, Session } from "../../src/runtime/engine.ts";
import type { Tensor } from "../../src/runtime/tensor.ts";

/** One run of one session, enough to repeat it elsewhere. */
export interface Captured {
  readonly bytes: Uint8Array;
  readonly inputs: ReadonlyMap<string, Pick<Tensor, "dtype" | "shape"> & { readonly data: HostArray }>;
  readonly outputs: readonly string[];
}

/** An engine that keeps what the first run of its newest session was given. */
export function capturing(engine: Engine): { readonly engine: Engine; readonly captured: () => Captured } {
  let bytes: Uint8Array | undefined;
  let first: Captured | undefined;
  const watched = (model: Uint8Array, session: Session): Session => ({
    run: async (inputs, outputs) => {
      if (!first) {
        const copied = new Map<string, Pick<Tensor, "dtype" | "shape"> & { data: HostArray }>();
        for (const [name, tensor] of inputs) {
          copied.set(name, { dtype: tensor.dtype, shape: tensor.shape, data: (await tensor.read()).slice() });
        }
        first = { bytes: model, inputs: copied, outputs: [...outputs.keys()] };
      }
      return session.run(inputs, outputs);
    },
    close: () => session.close(),
  });
  return {
    engine: {
      ...engine,
      load: async (model, options) => {
        bytes = model;
        return watched(bytes, await engine.load(model, options));
      },
    },
    captured: () => {
      if (!first) throw new Error("nothing ran yet");
      return first;
    },
  };
}
