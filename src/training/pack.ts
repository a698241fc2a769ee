import type { Value } from "../ir/value.ts";
import { concat, slice } from "../ops/reshape.ts";
import type { Trained } from "./update.ts";

export interface Packed {
  readonly trained: readonly Trained[];
  /** Next values of the original parameters, from those of the packed ones. */
  readonly unpack: (updates: ReadonlyMap<Value, Value>) => Map<Value, Value>;
}

/**
 * Joins all vectors among the parameters (biases, gains) into one, named "vectors"; matrices stay as they are. Vectors
 * outnumber matrices but hold few numbers, so clipping and the optimiser would spend most of their nodes on them, and
 * every node makes a session slower to open.
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
