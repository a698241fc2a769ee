import { constant } from "../ir/leaf.ts";
import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { add, maximum, minimum, sub } from "../ops/elementwise.ts";
import { gather } from "../ops/gather.ts";
import { range } from "../ops/range.ts";
import { reshape, transpose } from "../ops/reshape.ts";
import { positionsFrom } from "./attention.ts";
import { normal } from "./initialise.ts";
import { type Layer, layer } from "./layer.ts";

export interface RelativePositionsConfig {
  readonly heads: number;
  /** Default 32. */
  readonly buckets?: number;
  /** From this distance on, in tokens, all share a bucket. Default 128. */
  readonly maxDistance?: number;
  /** Whether keys after a query get buckets of their own: in an encoder. */
  readonly bidirectional: boolean;
}

/**
 * A learned bias per head for the distance between a key and a query. Small distances have a bucket each, larger ones
 * share buckets whose width grows with their logarithm.
 *
 *   queries n after `past` others, keys m  ->  bias [1, heads, n, m], added to the scores
 *
 * @see Raffel et al. 2020, section 2.1 - https://arxiv.org/abs/1910.10683
 */
export function RelativePositions(
  c: RelativePositionsConfig,
): Layer<(queries: Size, keys: Size, past?: Size) => Value> {
  const { heads, buckets = 32, maxDistance = 128 } = c;
  const table = Int32Array.from({ length: 2 * maxDistance + 1 }, (_, i) =>
    bucketOf(i - maxDistance, { buckets, maxDistance, bidirectional: c.bidirectional }),
  );
  const weight = { shape: [buckets, heads], init: normal(0.02) };
  return layer({ weight }, (m) => (queries, keys, past = 0) => {
    const from = reshape(positionsFrom(past, queries), [queries, 1]);
    const distance = sub(reshape(range(keys), [1, keys]), from);
    const row = add(maximum(minimum(distance, maxDistance), -maxDistance), maxDistance);
    const bucket = gather(constant("int32", [table.length], table), row);
    return reshape(transpose(gather(m.weight, bucket), [2, 0, 1]), [1, heads, queries, keys]);
  });
}

/** The bucket of a key `distance` tokens after its query, in float32 like the original. */
function bucketOf(
  distance: number,
  { buckets, maxDistance, bidirectional }: Required<Omit<RelativePositionsConfig, "heads">>,
): number {
  const half = bidirectional ? buckets / 2 : buckets;
  const first = bidirectional && distance > 0 ? half : 0;
  const away = bidirectional ? Math.abs(distance) : Math.max(0, -distance);
  const exact = Math.floor(half / 2);
  if (away < exact) return first + away;
  const share = Math.fround(Math.log(Math.fround(away / exact))) / Math.log(maxDistance / exact);
  return first + Math.min(half - 1, exact + Math.floor(Math.fround(Math.fround(share) * (half - exact))));
}
