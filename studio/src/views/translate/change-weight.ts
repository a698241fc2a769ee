/** Weights that are set by hand, as interventions. */
import type { Intervention } from "heed/inspect";
import type { TapPattern } from "heed/nn";

/**
 * A row of weights with one of them set, and the others shrunk or grown alike, so that the row still sums to 1.
 *
 * @param row  Weights that sum to 1.
 * @param to   0 to 1.
 */
export function withWeight(row: readonly number[], column: number, to: number): number[] {
  const rest = 1 - (row[column] ?? 0);
  const even = row.length > 1 ? (1 - to) / (row.length - 1) : 0;
  return row.map((weight, i) => {
    if (i === column) return to;
    return rounded(rest < 1e-6 ? even : (weight * (1 - to)) / rest);
  });
}

/** Addresses hold these numbers. */
const rounded = (weight: number): number => Math.round(weight * 1e4) / 1e4;

/** The place of a row of weights. */
export interface RowPlace {
  readonly at: TapPattern;
  /** Default: of all heads. */
  readonly head: number | undefined;
  readonly row: number;
}

/** Interventions with a row of weights set, in the place of what was set there before. */
export function withRow(
  interventions: readonly Intervention[],
  { at, head, row }: RowPlace,
  to: readonly number[],
): Intervention[] {
  const one: Intervention = { at, ...(head === undefined ? {} : { head }), row, to, renormalise: true };
  return [...interventions.filter((other) => !isSamePlace(other, one)), one];
}

const isSamePlace = (a: Intervention, b: Intervention): boolean =>
  a.at === b.at && a.head === b.head && a.row === b.row && a.column === undefined;
