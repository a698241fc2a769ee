import { studentQuantile } from "../../evaluation/mean-interval.ts";
import type { EncodedExample } from "../looking/subject.ts";
import type { HeadPlace } from "./places.ts";
import type { Forward, HeadProgram } from "./program.ts";

/** What leaving out one head does to the loss. */
export interface AblationEffect {
  /** Loss without the head minus loss with it, in nats a token: above 0 for a head that helps. */
  readonly delta: number;
  /** The 95 % confidence interval over examples is delta ± half. Absent for a single example. */
  readonly half?: number;
}

export interface Ablation {
  /** Nats a token, with all heads. */
  readonly loss: number;
  readonly tokens: number;
  /** In the order of the heads. */
  readonly effects: readonly AblationEffect[];
}

/** The number of rows that `ablateHeads` runs. */
export const ablationRows = (examples: number, heads: number): number => examples * (1 + heads);

/**
 * The loss without each head in turn, on the same examples.
 *
 * @param instead  What stands for the output of the head that is left out: its mean (mean ablation). Default: zeros.
 */
export async function ablateHeads(
  program: HeadProgram,
  heads: readonly HeadPlace[],
  examples: readonly EncodedExample[],
  options: Parameters<HeadProgram["run"]>[1] = {},
): Promise<Ablation> {
  const variants = [undefined, ...heads];
  const rows = variants.flatMap((without) => examples.map((example): Forward => ({ example, without })));
  const results = await program.run(rows, options);
  const losses = results.map(({ expected }) => -expected.reduce((sum, each) => sum + each, 0));
  const tokens = results.slice(0, examples.length).map(({ expected }) => expected.length);
  const total = tokens.reduce((sum, each) => sum + each, 0);
  const whole = losses.slice(0, examples.length);
  return {
    loss: whole.reduce((sum, each) => sum + each, 0) / total,
    tokens: total,
    effects: heads.map((_, i) => {
      const from = (i + 1) * examples.length;
      const differences = whole.map((loss, k) => (losses[from + k] as number) - loss);
      return effectOf(differences, tokens);
    }),
  };
}

/**
 * A ratio of two sums with its 95 % confidence interval over examples, by Student's t of the residuals (the ratio
 * estimator of survey sampling).
 *
 *   delta = Σ d_k / Σ n_k,   s² = Σ (d_k - delta n_k)² / (K - 1),   half = t s sqrt(K) / Σ n_k
 *
 * @param differences  d_k, nats of an example.
 * @param tokens       n_k, tokens of the example.
 * @see Cochran 1977, Sampling techniques, section 2.11
 */
export function effectOf(differences: readonly number[], tokens: readonly number[]): AblationEffect {
  const count = differences.length;
  const total = tokens.reduce((sum, each) => sum + each, 0);
  const delta = differences.reduce((sum, each) => sum + each, 0) / total;
  if (count < 2) return { delta };
  const squares = differences.reduce((sum, d, k) => sum + (d - delta * (tokens[k] as number)) ** 2, 0);
  const half = (studentQuantile(0.95, count - 1) * Math.sqrt((squares / (count - 1)) * count)) / total;
  return { delta, half };
}
