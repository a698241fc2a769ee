/** What a matrix of attention weights says, in numbers. */
import type { Weights } from "./pixels.ts";
import { shownToken } from "./tokens.ts";

/** Weights of one row, the largest first. */
export interface RowWord {
  readonly column: number;
  readonly weight: number;
}

/** What a row reads from: the largest weights, and how much all others have together. */
export function rowWords(
  { data, columns }: Weights,
  row: number,
  most: number,
): { readonly words: readonly RowWord[]; readonly rest: number } {
  const all = Array.from({ length: columns }, (_, column): RowWord => {
    return { column, weight: data[row * columns + column] as number };
  });
  const words = all.toSorted((a, b) => b.weight - a.weight).slice(0, most);
  const shown = words.reduce((sum, { weight }) => sum + weight, 0);
  const total = all.reduce((sum, { weight }) => sum + weight, 0);
  return { words, rest: Math.max(0, total - shown) };
}

/**
 * The mean entropy of the rows as a share of ln n, that of n keys alike: 0 for one key, 1 for all of them. Rows that see a
 * single key have no choice and are not counted; NaN where no row counts.
 */
export function relativeEntropy({ data, rows, columns }: Weights, isCausal: boolean): number {
  let [total, count] = [0, 0];
  for (let i = 0; i < rows; i++) {
    const visible = isCausal ? Math.min(columns, i + 1) : columns;
    if (visible < 2) continue;
    let entropy = 0;
    for (let j = 0; j < visible; j++) {
      const weight = data[i * columns + j] as number;
      if (weight > 0) entropy -= weight * Math.log(weight);
    }
    total += entropy / Math.log(visible);
    count += 1;
  }
  return total / count;
}

/** A head is said to have a sink from this share on, as in `rolesOf`. */
const SINK = 0.5;

/** A special token or punctuation that gets most of the attention of all rows: what is read when there is nothing to read. */
export function sinkOf(
  { data, rows, columns }: Weights,
  tokens: readonly string[],
): { readonly column: number; readonly share: number } | undefined {
  const shares = tokens.map((token, column) => {
    if (!isSeparator(token)) return { column, share: 0 };
    let share = 0;
    for (let i = 0; i < rows; i++) share += (data[i * columns + column] as number) / rows;
    return { column, share };
  });
  const [largest] = shares.toSorted((a, b) => b.share - a.share);
  return largest && largest.share >= SINK ? largest : undefined;
}

/** The columns that are sinks of any of some matrices. */
export const sinksOf = (
  matrices: readonly (Weights | undefined)[],
  tokens: readonly string[],
): ReadonlySet<number> =>
  new Set(matrices.flatMap((weights) => (weights ? (sinkOf(weights, tokens)?.column ?? []) : [])));

/** A special token, or punctuation alone. */
export const isSeparator = (token: string): boolean =>
  shownToken(token).isSpecial || /^[\p{P}\p{S}]+$/u.test(token.replaceAll("▁", ""));
