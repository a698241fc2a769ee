import { heedError } from "../../errors.ts";
import type { TapPattern } from "../../nn/match-taps.ts";
import { type Intervention, type Part, placesOf } from "./intervention.ts";
import type { NamedTensor } from "./look.ts";

/** The numbers of a part of a tensor, in order. */
export function numbersOf({ path, axes, data }: NamedTensor, part: Part = {}): Float32Array {
  const sizes = axes.map(({ size }) => size);
  return Float32Array.from(placesOf(path, sizes, part), (place) => data[place] as number);
}

/**
 * Sets a tap, or a part of it, to what another look read there. With numbers of the same example it is frozen, whatever
 * else is changed before it; with those of another example it is exchanged: activation patching.
 *
 * @throws ERR_USAGE for a part that the tensor does not have; later, in `run`, where the other example has other sizes.
 * @see Vig et al. 2020, "Causal mediation analysis" - https://arxiv.org/abs/2004.12265
 */
export const patch = (tensor: NamedTensor, part: Part = {}): Intervention => ({
  ...part,
  at: tensor.path as TapPattern,
  to: numbersOf(tensor, part),
});

/**
 * Gives every row of a tap, or of one head of it, the mean of the rows that other looks read there: what a head adds on
 * average, without what it adds here.
 *
 * @param tensors  The same tap in several examples; of one alone, the mean over its own rows.
 * @throws ERR_USAGE without tensors, for a tap of several heads without a `head`, or where rows have different sizes, as
 *   those of weights do.
 */
export function meanAblation(tensors: readonly NamedTensor[], part: Pick<Part, "head"> = {}): Intervention {
  const [first] = tensors;
  if (!first) throw heedError("ERR_USAGE", { where: "meanAblation", cause: "there are no tensors" });
  const { path, axes } = first;
  const heads = axes.find(({ name }) => name === "heads")?.size ?? 1;
  if (heads > 1 && part.head === undefined) {
    const cause = `has ${heads} heads, each with a mean of its own`;
    throw heedError("ERR_USAGE", { where: path, cause, remedy: "give a head" });
  }
  const size = axes.at(-1)?.size ?? 0;
  const mean = new Float64Array(size);
  let rows = 0;
  for (const tensor of tensors) {
    if (tensor.path !== path || tensor.axes.at(-1)?.size !== size) {
      const cause = `cannot be averaged with ${tensor.path}: their rows differ in size`;
      throw heedError("ERR_USAGE", { where: path, cause });
    }
    const numbers = numbersOf(tensor, part);
    for (const [i, number] of numbers.entries()) mean[i % size] = (mean[i % size] as number) + number;
    rows += numbers.length / size;
  }
  return { ...part, at: path as TapPattern, to: Float32Array.from(mean, (sum) => sum / rows) };
}

/** Gives the token at position `j` the positional embedding of position `i`, as read from a `positions` tap. */
export const atPositionOf = (positions: NamedTensor, i: number, j: number): Intervention => ({
  at: positions.path as TapPattern,
  row: j,
  to: numbersOf(positions, { row: i }),
});
