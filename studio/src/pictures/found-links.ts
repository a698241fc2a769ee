/** A link between words, as the tokens of a written and a read one. */
export interface Block {
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/**
 * The share of known links that a head finds: of the rows with a link, those whose largest weight lies on one.
 *
 * @param weights  [rows][columns]
 * @returns undefined where no link is known
 */
export function foundLinks(
  weights: ArrayLike<number>,
  columns: number,
  gold: readonly Block[],
): number | undefined {
  const rows = new Set(gold.flatMap(({ row, rows }) => Array.from({ length: rows }, (_, i) => row + i)));
  if (rows.size === 0) return undefined;
  const isFound = (row: number): boolean => {
    let best = 0;
    for (let column = 1; column < columns; column++)
      if ((weights[row * columns + column] ?? 0) > (weights[row * columns + best] ?? 0)) best = column;
    return gold.some(
      (link) =>
        row >= link.row &&
        row < link.row + link.rows &&
        best >= link.column &&
        best < link.column + link.columns,
    );
  };
  return [...rows].filter(isFound).length / rows.size;
}
