import { useSignal } from "@preact/signals";
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

/** Cells of a table, at most: a browser takes long to lay out more, and nobody walks through them. */
export const MOST_CELLS = 2500;

/** The numbers of a picture for those who do not see it, or want to read them; made when they are asked for. */
export function NumbersTable({ of, about }: { readonly of: Numbers; readonly about: string }) {
  const isOpen = useSignal(false);
  return (
    <details
      class="numbers"
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>{text.table.open}</summary>
      {isOpen.value && <Table of={of} about={about} />}
    </details>
  );
}

function Table({
  of: { rows, columns, axes, at, row = () => 0 },
  about,
}: Parameters<typeof NumbersTable>[0]) {
  const isWhole = rows.length * columns.length <= MOST_CELLS;
  const first = isWhole ? 0 : Math.min(Math.max(0, row()), rows.length - 1);
  const shown = isWhole ? rows : rows.slice(first, first + 1);
  return (
    <>
      {!isWhole && <p class="note">{text.table.rowAlone(rows.length, columns.length)}</p>}
      <section
        class="scroll"
        aria-label={about}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
        tabIndex={0}
      >
        <table>
          <caption class="unseen">{about}</caption>
          <thead>
            <tr>
              <th scope="col">{text.table.corner(axes.rows, axes.columns)}</th>
              {columns.map((column, j) => (
                <th scope="col" key={j}>
                  <bdi>{shownToken(column).text}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((name, i) => (
              <tr key={i}>
                <th scope="row">
                  <bdi>{shownToken(name).text}</bdi>
                </th>
                {columns.map((_, j) => (
                  <td key={j}>{at(first + i, j).toFixed(3)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

/** The same for a file: every number in full. */
export const csvRows = ({ rows, columns, axes, at }: Numbers): (string | number)[][] => [
  [text.table.corner(axes.rows, axes.columns), ...columns],
  ...rows.map((name, i) => [name, ...columns.map((_, j) => at(i, j))]),
];
