import { heedError } from "../errors.ts";
import { constant } from "../ir/leaf.ts";
import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { cast } from "../ops/compare.ts";
import { add, cos, mul, sin, sub } from "../ops/elementwise.ts";
import { gather } from "../ops/gather.ts";
import { concat, reshape } from "../ops/reshape.ts";
import { split } from "../ops/split.ts";
import { normal } from "./initialise.ts";
import { type Layer, layer } from "./layer.ts";

/** positions int32 [length]  ->  [length, dim] */
export type Positions = (positions: Value) => Value;

/**
 * Sine and cosine waves, a pair of axes per wavelength: PE[p, 2i] = sin(p / 10000^(2i/dim)), PE[p, 2i+1] = cos(same).
 *
 * @param maxLength  Rows of the table: positions 0 to maxLength - 1.
 * @param base  The 10000. Default 10000.
 * @see Vaswani et al. 2017, section 3.5 - https://arxiv.org/abs/1706.03762
 */
export function SinusoidalPositions(maxLength: number, dim: number, { base = 10000 } = {}): Layer<Positions> {
  const waves = constant("float32", [maxLength, dim], sinusoids(maxLength, dim, base));
  return layer({}, () => (positions) => gather(waves, positions));
}

/** The table of `SinusoidalPositions`, row by row: [maxLength, dim]. */
export function sinusoids(maxLength: number, dim: number, base = 10000): Float64Array {
  const table = new Float64Array(maxLength * dim);
  for (let p = 0; p < maxLength; p++) {
    for (let axis = 0; axis < dim; axis++) {
      const angle = p / base ** ((axis - (axis % 2)) / dim);
      table[p * dim + axis] = axis % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return table;
}

/** A learned vector per position. */
export function LearnedPositions(maxLength: number, dim: number): Layer<Positions> {
  const weight = { shape: [maxLength, dim], init: normal(0.02) };
  return layer({ weight }, (m) => (positions) => gather(m.weight, positions));
}

/** x [batch, heads, length, dim], positions int32 [length] or [batch, length]  ->  the same shape */
export type Rotation = (x: Value, positions: Value) => Value;

/**
 * Rotary embeddings: each pair of axes i and i + dim/2 of a query or key is rotated by an angle proportional to its
 * position, so a score depends on the distance between the two, not on their positions. Sequences may be of any length.
 *
 *   (x_i, x_{i+dim/2})  ->  (x_i cos a - x_{i+dim/2} sin a, x_{i+dim/2} cos a + x_i sin a),   a = p / 10000^(2i/dim)
 *
 * @param base  The 10000. Default 10000.
 * @throws ERR_SHAPE when dim is odd.
 * @see Su et al. 2021, Eq. 34 - https://arxiv.org/abs/2104.09864 - with the pairs of GPT-NeoX and LLaMA
 */
export function RotaryPositions(dim: number, { base = 10000 } = {}): Layer<Rotation> {
  if (dim % 2 !== 0) {
    throw heedError("ERR_SHAPE", {
      operation: "RotaryPositions",
      problem: `size ${dim} is odd; axes are rotated in pairs, so queries and keys need an even size`,
    });
  }
  const speeds = Float64Array.from({ length: dim / 2 }, (_, i) => base ** ((-2 * i) / dim));
  return layer({}, () => (x, positions) => {
    const { shape } = positions;
    const column = reshape(
      cast(positions, x.dtype),
      shape.length === 1 ? [shape[0] as Size, 1] : [shape[0] as Size, 1, shape[1] as Size, 1],
    );
    const angle = mul(column, constant(x.dtype, [1, dim / 2], speeds));
    const [cosine, sine] = [cos(angle), sin(angle)];
    const [first, second] = split(x, 2) as [Value, Value];
    const rotated = sub(mul(first, cosine), mul(second, sine));
    return concat([rotated, add(mul(second, cosine), mul(first, sine))]);
  });
}

/** The positional embedding in the element type of x. */
export function positionsLike(x: Value, embedded: Value): Value {
  return cast(embedded, x.dtype);
}
