import { constant } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import { cast } from "../ops/compare.ts";
import { gather } from "../ops/gather.ts";
import { normal } from "./initialise.ts";
import { type Layer, layer } from "./layer.ts";

/** positions int32 [length]  ->  [length, dim] */
export type Positions = (positions: Value) => Value;

/**
 * Sine and cosine waves, a pair of axes per wavelength: PE[p, 2i] = sin(p / 10000^(2i/dim)), PE[p, 2i+1] = cos(same).
 *
 * @param maxLength  Rows of the table: positions 0 to maxLength - 1.
 * @see Vaswani et al. 2017, section 3.5 - https://arxiv.org/abs/1706.03762
 */
export function SinusoidalPositions(maxLength: number, dim: number): Layer<Positions> {
  const waves = constant("float32", [maxLength, dim], sinusoids(maxLength, dim));
  return layer({}, () => (positions) => gather(waves, positions));
}

/** The table of `SinusoidalPositions`, row by row: [maxLength, dim]. */
export function sinusoids(maxLength: number, dim: number): Float64Array {
  const table = new Float64Array(maxLength * dim);
  for (let p = 0; p < maxLength; p++) {
    for (let axis = 0; axis < dim; axis++) {
      const angle = p / 10000 ** ((axis - (axis % 2)) / dim);
      table[p * dim + axis] = axis % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return table;
}

/** A learned vector for every position. */
export function LearnedPositions(maxLength: number, dim: number): Layer<Positions> {
  const weight = { shape: [maxLength, dim], init: normal(0.02) };
  return layer({ weight }, (m) => (positions) => gather(m.weight, positions));
}

/** The positional embedding in the element type of what it is added to. */
export function positionsLike(x: Value, embedded: Value): Value {
  return cast(embedded, x.dtype);
}
