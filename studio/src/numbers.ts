/** The numbers behind a picture: as a table, and for a file. */
import { MOST_CELLS, type Shown } from "./folded-table.tsx";
import { shownToken } from "./pictures/tokens.ts";
import { text } from "./text.ts";

/** Numbers by row and column, with the tokens that name them. */
export interface Numbers {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly axes: { readonly columns: string; readonly rows: string };
  readonly at: (row: number, column: number) => number;
  /** The row that is looked at: of a large picture it alone has a table. Default the first. */
  readonly row?: () => number;
}

/** The first row names the columns, the first column the rows. */
export type Rows = readonly (readonly (string | number)[])[];

/** A matrix: all of it, or the row that is looked at. */
export function shownNumbers({ rows, columns, axes, at, row = () => 0 }: Numbers): Shown {
  const isWhole = rows.length * columns.length <= MOST_CELLS;
  const first = isWhole ? 0 : Math.min(Math.max(0, row()), rows.length - 1);
  const kept = isWhole ? rows : rows.slice(first, first + 1);
  return {
    header: [text.table.corner(axes.rows, axes.columns), ...columns.map((name) => shownToken(name).text)],
    rows: kept.map((name, i) => [
      shownToken(name).text,
      ...columns.map((_, j) => at(first + i, j).toFixed(3)),
    ]),
    ...(isWhole ? {} : { note: text.table.rowAlone(rows.length, columns.length) }),
  };
}

/** What is no matrix: its first rows. Counts as they are, other numbers with three decimals. */
export function shownRows([header = [], ...all]: Rows): Shown {
  const rows = all.slice(0, Math.floor(MOST_CELLS / Math.max(1, header.length)));
  return {
    header: header.map(String),
    rows: rows.map((row) => row.map(shownCell)),
    ...(rows.length < all.length ? { note: text.table.firstAlone(rows.length, all.length) } : {}),
  };
}

const shownCell = (cell: string | number): string =>
  typeof cell === "string" ? shownToken(cell).text : Number.isInteger(cell) ? String(cell) : cell.toFixed(3);

/** A matrix for a file: every number in full. */
export const csvRows = ({ rows, columns, axes, at }: Numbers): Rows => [
  [text.table.corner(axes.rows, axes.columns), ...columns],
  ...rows.map((name, i) => [name, ...columns.map((_, j) => at(i, j))]),
];
