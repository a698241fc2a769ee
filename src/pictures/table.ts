import { columnsOf } from "./columns.ts";

/** A table of text cells. Columns of text are aligned left, others right. */
export interface Table {
  readonly columns: readonly { readonly name: string; readonly isText?: boolean }[];
  readonly rows: readonly (readonly string[])[];
}

/** Lays a table out as lines of text. */
export function tableLines({ columns, rows }: Table): string[] {
  const widths = columns.map(({ name }, i) =>
    rows.reduce((widest, row) => Math.max(widest, columnsOf(row[i] ?? "")), columnsOf(name)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => {
        const space = " ".repeat(Math.max(0, (widths[i] ?? 0) - columnsOf(cell)));
        return columns[i]?.isText ? cell + space : space + cell;
      })
      .join("  ")
      .trimEnd();
  return [line(columns.map(({ name }) => name)), ...rows.map(line)];
}
