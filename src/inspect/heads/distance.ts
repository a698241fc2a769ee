import type { EncodedExample } from "../looking/subject.ts";
import type { HeadBatches } from "./batches.ts";
import type { AttentionPlace } from "./places.ts";
import type { ReadAttention } from "./program.ts";

/** How alike the heads of one attention are. */
export interface HeadDistances {
  /**
   * [heads][heads]: the Jensen-Shannon divergence of two heads' weights in bits, from 0 (the same) to 1 (never the same
   * key), as a mean over rows that see two keys or more.
   */
  readonly divergences: readonly (readonly number[])[];
  /** [heads][heads]: whether both heads have the same outputs too, but for rounding. */
  readonly sameOutputs: readonly (readonly boolean[])[];
  /** [heads]: whether a head's output is 0 everywhere, but for rounding. */
  readonly isSilent: readonly boolean[];
  /** [heads · dValue]: the mean output of each head over all rows. */
  readonly means: Float32Array;
}

/** Two heads are called identical below this divergence, in bits: float32 leaves some 1e-7. */
export const IDENTICAL = 1e-6;

const ROUNDING = 1e-5;

export interface DistanceTally {
  readonly add: (attention: ReadAttention, example: EncodedExample) => void;
  readonly finish: () => HeadDistances;
}

/**
 * Adds up how much the heads of one attention differ.
 *
 *   JS(p, q) = H((p + q) / 2) - (H(p) + H(q)) / 2
 *
 * @see Clark et al. 2019, What does BERT look at?, section 6, which sums it over tokens - https://arxiv.org/abs/1906.04341
 */
export function distanceTally(place: AttentionPlace, batches: HeadBatches): DistanceTally {
  const { heads, dValue } = place;
  const square = (): number[][] => Array.from({ length: heads }, () => new Array<number>(heads).fill(0));
  const [divergences, differences] = [square(), square()];
  const means = new Float64Array(heads * dValue);
  const loudest = new Array<number>(heads).fill(0);
  let [rows, chosen] = [0, 0];
  return {
    add: (attention, example) => {
      const keys = batches.columns(place, example).length;
      const queries = batches.rows(place, example).length;
      for (let row = 0; row < queries; row++) {
        rows += 1;
        const outputs = Array.from({ length: heads }, (_, head) =>
          Array.from({ length: dValue }, (_, i) => attention.output(head, row, i)),
        );
        for (const [head, output] of outputs.entries()) {
          for (const [i, value] of output.entries()) {
            means[head * dValue + i] = (means[head * dValue + i] as number) + value;
            loudest[head] = Math.max(loudest[head] as number, Math.abs(value));
          }
        }
        const visible = place.kind === "causal" ? row + 1 : keys;
        if (visible > 1) chosen += 1;
        const weights = outputs.map((_, head) =>
          Array.from({ length: visible }, (_, j) => attention.weight(head, row, j)),
        );
        for (let a = 0; a < heads; a++) {
          for (let b = a + 1; b < heads; b++) {
            const [one, other] = [outputs[a] as number[], outputs[b] as number[]];
            const apart = one.reduce((most, x, i) => Math.max(most, Math.abs(x - (other[i] as number))), 0);
            set(differences, a, b, Math.max(differences[a]?.[b] as number, apart));
            if (visible < 2) continue;
            const divergence = jensenShannon(weights[a] as number[], weights[b] as number[]);
            set(divergences, a, b, (divergences[a]?.[b] as number) + divergence);
          }
        }
      }
    },
    finish: () => {
      const rounding = ROUNDING * loudest.reduce((most, each) => Math.max(most, each), 0);
      return {
        divergences: divergences.map((row) => row.map((total) => total / chosen)),
        sameOutputs: differences.map((row) => row.map((apart) => apart <= rounding)),
        isSilent: loudest.map((each) => each <= rounding),
        means: Float32Array.from(means, (total) => total / rows),
      };
    },
  };
}

function set(matrix: number[][], a: number, b: number, value: number): void {
  (matrix[a] as number[])[b] = value;
  (matrix[b] as number[])[a] = value;
}

/** The Jensen-Shannon divergence of two distributions, in bits. */
export function jensenShannon(p: readonly number[], q: readonly number[]): number {
  let divergence = 0;
  for (const [i, a] of p.entries()) {
    const b = q[i] as number;
    const middle = (a + b) / 2;
    if (a > 0) divergence += (a / 2) * Math.log2(a / middle);
    if (b > 0) divergence += (b / 2) * Math.log2(b / middle);
  }
  return Math.max(0, divergence);
}
