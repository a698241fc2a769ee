import type { Value } from "../ir/value.ts";
import { sum } from "../ops/broadcast.ts";
import { add, div, mul, sqrt } from "../ops/elementwise.ts";
import { gather } from "../ops/gather.ts";
import { normal } from "./initialise.ts";
import { type Layer, layer } from "./layer.ts";

export interface BoundEmbedding {
  /** ids int32 [...lead]  ->  [...lead, dim] */
  readonly lookup: (ids: Value) => Value;
  /** [vocabulary, dim]: for tying to the output projection. */
  readonly weight: Value;
}

/**
 * A learned vector per token, scaled by sqrt(dim) to match the magnitude of the positions added to it.
 *
 * @see Vaswani et al. 2017, section 3.4 - https://arxiv.org/abs/1706.03762
 */
export function Embedding(vocabulary: number, dim: number): Layer<BoundEmbedding> {
  return layer({ weight: { shape: [vocabulary, dim], init: normal(dim ** -0.5) } }, ({ weight }) => ({
    weight,
    lookup: (ids) => mul(gather(weight, ids), Math.sqrt(dim)),
  }));
}

/** A learned vector per token as it is: the embedding of BERT, GPT-2 and LLaMA. */
export function PlainEmbedding(vocabulary: number, dim: number): Layer<BoundEmbedding> {
  return layer({ weight: { shape: [vocabulary, dim], init: normal(0.02) } }, ({ weight }) => ({
    weight,
    lookup: (ids) => gather(weight, ids),
  }));
}

/**
 * FixNorm: a learned direction per token, all vectors of length 1, scaled by sqrt(dim) where they are looked up. Words that are
 * seen often cannot win by growing.
 *
 * @see Nguyen & Chiang 2018 - https://aclanthology.org/N18-1031
 */
export function UnitEmbedding(vocabulary: number, dim: number): Layer<BoundEmbedding> {
  return layer({ weight: { shape: [vocabulary, dim], init: normal(dim ** -0.5) } }, (m) => {
    const weight = unitRows(m.weight);
    return { weight, lookup: (ids) => mul(gather(weight, ids), Math.sqrt(dim)) };
  });
}

/** Rows of length 1.        weight [rows, dim]  ->  w / sqrt(Σ w² + 1e-12) */
export const unitRows = (weight: Value): Value =>
  div(weight, sqrt(add(sum(mul(weight, weight), [1], { keep: true }), 1e-12)));
