import { add, mul } from "../ops/elementwise.ts";
import { matmul } from "../ops/matmul.ts";
import { uniform, zeros } from "./initialise.ts";
import type { Layer, Scope } from "./layer.ts";
import { liesIn } from "./match-taps.ts";

export interface LoraConfig {
  /** Rank r of the change of a matrix. */
  readonly rank: number;
  /** α: the change is scaled by α / r. */
  readonly alpha: number;
  /** Patterns of the matrices that change, by path: `decoder.*.cross.query`, `**.value`. */
  readonly on: readonly string[];
}

/**
 * Low-rank adaptation: a model in which some matrices stay as they are and learn a change of low rank.
 *
 *   W' = W + (α / r) B A,   W [out, in], A [r, in], B [out, r]
 *
 * A begins random and B with zeros, so that training begins with the model as it was. The new weights are `path.loraA` and
 * `path.loraB` beside the matrix at `path`.
 *
 * @see Hu et al. 2022 - https://openreview.net/forum?id=nZeVKeeFYf9
 */
export function withLora<F>(model: Layer<F>, { rank, alpha, on }: LoraConfig): Layer<F> {
  const adapting = (scope: Scope): Scope => ({
    ...scope,
    child: (name) => adapting(scope.child(name)),
    parameter: (name, spec) => {
      const weight = scope.parameter(name, spec);
      const path = scope.path ? `${scope.path}.${name}` : name;
      const [out, inner] = spec.shape;
      if (out === undefined || inner === undefined || !on.some((pattern) => liesIn(path, pattern)))
        return weight;
      const down = scope.parameter(`${name}.loraA`, {
        shape: [rank, inner],
        init: uniform(1 / Math.sqrt(inner)),
      });
      const up = scope.parameter(`${name}.loraB`, { shape: [out, rank], init: zeros });
      return add(weight, mul(matmul(up, down), alpha / rank));
    },
  });
  return { bind: (scope) => model.bind(adapting(scope)) };
}

/** Whether a weight is of an adapter. */
export const isLora = (path: string): boolean => /\.lora[AB]$/.test(path);
