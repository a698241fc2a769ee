import type { Value } from "../ir/value.ts";
import { concat, slice } from "../ops/reshape.ts";
import type { Trained } from "./optimiser.ts";

export interface Packed {
  readonly trained: readonly Trained[];
  /** Next values of the parameters, from the next values of what was packed. */
  readonly unpack: (updates: ReadonlyMap<Value, Value>) => Map<Value, Value>;
}

/**
 * All vectors among the parameters (biases, gains) as one, named "vectors", and the matrices as they are. There are more
 * vectors than matrices but they hold next to nothing, so clipping and the optimiser would spend most of their nodes on
 * them, and a session takes longer to open the more nodes it has.
 */
export function packVectors(trained: readonly Trained[]): Packed {
  const vectors = trained.filter(({ value }) => value.shape.length === 1);
  if (vectors.length < 2) return { trained, unpack: (updates) => new Map(updates) };
  const joined = concat(vectors.map(({ value }) => value));
  const gradient = concat(vectors.map((vector) => vector.gradient));
  const matrices = trained.filter(({ value }) => value.shape.length !== 1);
  const unpack: Packed["unpack"] = (updates) => {
    const next = new Map(updates);
    const vector = next.get(joined);
    if (!vector) return next;
    next.delete(joined);
    let from = 0;
    for (const { value } of vectors) {
      const size = value.shape[0] as number;
      next.set(value, slice(vector, 0, from, size));
      from += size;
    }
    return next;
  };
  return { trained: [...matrices, { path: "vectors", value: joined, gradient }], unpack };
}
