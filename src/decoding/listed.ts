/** The target tokens that the sentences of a batch list, and how a search is told them. */
import type { Engine } from "../runtime/engine.ts";
import type { Tensor } from "../runtime/tensor.ts";
import { LISTED_BIAS, LISTED_IDS } from "./step-graphs.ts";

/** The tokens that a batch lists. */
export interface Listed {
  /** In ascending order, so that equal scores are decided as without a shortlist. */
  readonly ids: Int32Array;
  /** [sentences, ids]: 0 for a token that the sentence lists, a large negative number for others. */
  readonly bias: Float32Array<ArrayBuffer>;
}

/** Finds the tokens that the sentences of a batch may use, each for itself: see `shortlistOf`. */
export type Shortlist = (sources: readonly ArrayLike<number>[]) => Listed;

/** What a batch feeds to graphs with a shortlist, and how many tokens it lists. */
export function listedTensors(
  engine: Engine,
  shortlist: Shortlist,
  sources: readonly ArrayLike<number>[],
): { readonly tensors: Record<string, Tensor>; readonly count: number } {
  const { ids, bias } = shortlist(sources);
  const tensors = {
    [LISTED_IDS]: engine.tensor("int32", [ids.length], ids),
    [LISTED_BIAS]: engine.tensor("float32", [sources.length, ids.length], bias),
  };
  return { tensors, count: ids.length };
}
