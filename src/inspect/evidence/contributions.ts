import type { TapPattern } from "../../nn/match-taps.ts";
import type { HostTensor } from "../../runtime/state.ts";
import type { NamedTensor } from "../looking/look.ts";
import type { Matrix } from "../matrix.ts";

/** What an attention layer makes each vector of, as lengths of vectors. */
export interface Contributions {
  /** ‖x_i‖: the row's own vector, which the residual connection keeps. Absent where there is none. */
  readonly own?: readonly number[];
  /** [rows][keys]: ‖Σ_h a_ij v_j W_O‖, what key j adds to row i in all heads together, or in one. */
  readonly mixed: Matrix;
}

/** The taps that `contributionsOf` reads at an attention place, such as `decoder.1.cross`. */
export function contributionTaps(place: string, paths: readonly string[]): TapPattern[] {
  const known = new Set(paths);
  const wanted = [
    `${place}.weights`,
    `${place}.values`,
    `${place}Residual.sum`,
    `${place}Residual.sublayer`,
    ...(known.has(`${place}.values`) ? [] : [STATES]),
  ];
  return wanted.filter((path) => known.has(path)) as TapPattern[];
}

/** A recurrent decoder attends to these themselves: its values, the same for its one head. */
const STATES = "encoder.outputs";

/**
 * What an attention layer adds to each row's vector, token by token, and the vector itself.
 *
 *   z_i = x_i + b_O + Σ_j Σ_h a_ij v_j W_O
 *
 * The bias b_O is the same for every row and left out. Recurrent decoders have no W_O and no residual: Σ_j a_ij h_j.
 *
 * @param output  W_O, [dim, heads · dValue].
 * @param head  A head, from 0. Default: all together.
 * @returns undefined where the taps are missing.
 * @see Kobayashi et al. 2021 - https://aclanthology.org/2021.emnlp-main.373
 */
export function contributionsOf(
  taps: ReadonlyMap<string, NamedTensor>,
  place: string,
  output: HostTensor | undefined,
  head?: number,
): Contributions | undefined {
  const weights = taps.get(`${place}.weights`);
  const values = taps.get(`${place}.values`);
  const states = taps.get(STATES);
  if (!weights || !(values ? output : states)) return undefined;
  const [, heads, rows, keys] = weights.axes.map(({ size }) => size) as [number, number, number, number];
  const chosen = head === undefined ? Array.from({ length: heads }, (_, h) => h) : [head];
  const added = values
    ? chosen.map((h) => projected(values, output as HostTensor, h))
    : [vectors(states as NamedTensor)];
  const mixed = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: keys }, (_, j) => {
      const sum = new Float64Array(added[0]?.[j]?.length ?? 0);
      for (const [n, h] of chosen.entries()) {
        const weight = weights.data[(h * rows + i) * keys + j] as number;
        for (const [d, value] of (added[n]?.[j] ?? []).entries())
          sum[d] = (sum[d] as number) + weight * value;
      }
      return Math.hypot(...sum);
    }),
  );
  const own = ownLengths(taps, place);
  return { mixed, ...(own ? { own } : {}) };
}

/** [keys][dim]: v_j W_O of one head. */
function projected(
  { axes, data }: NamedTensor,
  { data: output, shape }: HostTensor,
  head: number,
): number[][] {
  const [keys, size] = [axes[2]?.size ?? 0, axes[3]?.size ?? 0];
  const [dim, inner] = shape as [number, number];
  return Array.from({ length: keys }, (_, j) => {
    const from = (head * keys + j) * size;
    return Array.from({ length: dim }, (_, d) => {
      let sum = 0;
      for (let k = 0; k < size; k++)
        sum += (data[from + k] as number) * Number(output[d * inner + head * size + k]);
      return sum;
    });
  });
}

/** [1, length, dim]  ->  [length][dim] */
function vectors({ axes, data }: NamedTensor): number[][] {
  const [length, dim] = [axes[1]?.size ?? 0, axes[2]?.size ?? 0];
  return Array.from({ length }, (_, i) => Array.from(data.subarray(i * dim, (i + 1) * dim)));
}

/** ‖x‖ of each row: x is the residual's sum without its sublayer. */
function ownLengths(taps: ReadonlyMap<string, NamedTensor>, place: string): number[] | undefined {
  const [sum, sublayer] = [taps.get(`${place}Residual.sum`), taps.get(`${place}Residual.sublayer`)];
  if (!sum || !sublayer) return undefined;
  const added = vectors(sublayer);
  return vectors(sum).map((vector, i) =>
    Math.hypot(...vector.map((value, d) => value - (added[i]?.[d] ?? 0))),
  );
}
