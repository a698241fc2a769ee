/** Matrices of a walk, as they are drawn and pointed at. */
import type { Numbers } from "../../model/steps.ts";
import type { StationName } from "./station-names.ts";

/** What one looks at: the same query, key and component from station to station. All from 0. */
export interface Choice {
  readonly head: number;
  readonly query: number;
  readonly key: number;
  readonly component: number;
}

/** What the rows or the columns of a matrix count: its index in the choice. */
export type Counted = "one" | "query" | "key" | "component";

export interface Sheet {
  /** In formulas, of a whole matrix and of one number: Q, q. */
  readonly symbol: string;
  readonly letter: string;
  /** The path of the tap or the name of the parameter that it is a part of. */
  readonly path: string;
  /** That tensor's shape, batch axis left out. */
  readonly shape: readonly number[];
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly data: Float32Array;
  readonly rowsAre: Counted;
  readonly columnsAre: Counted;
  /** Where its numbers are computed. Absent for parameters. */
  readonly station?: StationName;
}

export const at = ({ data, columns }: Sheet, row: number, column: number): number =>
  data[row * columns + column] as number;

export const rowOf = ({ data, columns }: Sheet, row: number): Float32Array =>
  data.subarray(row * columns, (row + 1) * columns);

/** The index of a choice on an axis, as far as the axis reaches. */
export const indexOn = (counted: Counted, size: number, choice: Choice): number =>
  counted === "one" ? 0 : Math.min(choice[counted], Math.max(0, size - 1));

/** The name of one number, counted from 1: q_{3,5}. */
export function nameOf(sheet: Sheet, row: number, column: number): string {
  const indices = [
    ...(sheet.rowsAre === "one" ? [] : [row + 1]),
    ...(sheet.columnsAre === "one" ? [] : [column + 1]),
  ];
  return `${sheet.letter}_{${indices.join(",")}}`;
}

type About = Pick<Sheet, "symbol" | "letter" | "path" | "rowsAre" | "columnsAre"> & {
  readonly station?: StationName;
};

/** The last two axes of a tensor, those before it taken at `head`. */
export function sheetOf(about: About, { shape, data }: Numbers, head = 0): Sheet {
  const [rows = 1, columns = 1] = shape.slice(-2);
  const size = rows * columns;
  const own = data.length > size ? data.subarray(head * size, (head + 1) * size) : data;
  return { ...about, shape: withoutBatch(shape), rows, columns, data: own };
}

const withoutBatch = (shape: readonly number[]): readonly number[] =>
  shape.length > 2 && shape[0] === 1 ? shape.slice(1) : shape;

/** Columns of a weight of a linear map: W [out, in] as it multiplies from the right, [in, out]. */
export function weightSheet(
  about: Pick<About, "symbol" | "letter" | "path">,
  { shape, data }: Numbers,
  first: number,
  count: number,
): Sheet {
  const inner = shape[1] as number;
  const turned = new Float32Array(inner * count);
  for (let column = 0; column < count; column++)
    for (let row = 0; row < inner; row++)
      turned[row * count + column] = data[(first + column) * inner + row] as number;
  const [rowsAre, columnsAre] = ["one", "component"] as const;
  return {
    ...about,
    shape: [inner, shape[0] as number],
    rows: inner,
    columns: count,
    data: turned,
    rowsAre,
    columnsAre,
  };
}

/** [columns, rows] of the same numbers. */
export function transposed(sheet: Sheet): Sheet {
  const { rows, columns, data } = sheet;
  const turned = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = data[row * columns + column] as number;
  return {
    ...sheet,
    symbol: `${sheet.symbol}^{T}`,
    rows: columns,
    columns: rows,
    data: turned,
    rowsAre: sheet.columnsAre,
    columnsAre: sheet.rowsAre,
  };
}
