import type { Table } from "heed/pictures";
import type { ComponentType } from "preact";
import { csvText } from "../../pictures/csv.ts";
import { save } from "../../pictures/export.ts";
import { text } from "../../text.ts";
import { Scroll } from "./scroll.tsx";

const words = text.runs;

interface RunsTableProps {
  readonly title: string;
  readonly table: Table;
  /** Of the file that it is saved as. */
  readonly name: string;
  /** What stands at the end of a row, by the name of its run. */
  readonly extra?: ComponentType<{ readonly name: string }>;
}

/** A table as `heed runs` prints it, cell by cell. */
export function RunsTable({ title, table: { columns, rows }, name, extra: Extra }: RunsTableProps) {
  const kindOf = (i: number): string => (columns[i]?.isText ? "" : "number");
  return (
    <div class="runs-table">
      <div class="controls">
        <h3>{title}</h3>
        <button
          type="button"
          class="link"
          onClick={() => save(`${name}.csv`, csvText([columns.map((column) => column.name), ...rows]))}
        >
          {words.saveTable}
        </button>
      </div>
      <Scroll label={title}>
        <table>
          <thead>
            <tr>
              {columns.map((column, i) => (
                <th key={column.name} scope="col" class={kindOf(i)}>
                  {column.name}
                </th>
              ))}
              {Extra && <th scope="col">{words.compare}</th>}
            </tr>
          </thead>
          <tbody>
            {rows.map(([first = "", ...cells]) => (
              <tr key={first}>
                <th scope="row" title={first}>
                  {first}
                </th>
                {cells.map((cell, i) => (
                  <td key={columns[i + 1]?.name} class={kindOf(i + 1)}>
                    {cell}
                  </td>
                ))}
                {Extra && (
                  <td>
                    <Extra name={first} />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}
