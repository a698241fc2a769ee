import { useSignal } from "@preact/signals";
import { MOST_CELLS } from "./numbers-table.tsx";
import { shownToken } from "./pictures/tokens.ts";
import type { Rows } from "./save-buttons.tsx";
import { text } from "./text.ts";

interface RowsTableProps {
  /** The first row names the columns, the first column the rows. */
  readonly rows: () => Rows;
  readonly about: string;
}

/** What a picture shows that is no matrix, for those who do not see it; made when it is asked for. */
export function RowsTable({ rows, about }: RowsTableProps) {
  const isOpen = useSignal(false);
  return (
    <details
      class="numbers"
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>{text.table.open}</summary>
      {isOpen.value && <Table rows={rows()} about={about} />}
    </details>
  );
}

function Table({ rows: [header = [], ...all], about }: { readonly rows: Rows; readonly about: string }) {
  const shown = all.slice(0, Math.floor(MOST_CELLS / Math.max(1, header.length)));
  return (
    <>
      {shown.length < all.length && <p class="note">{text.table.firstAlone(shown.length, all.length)}</p>}
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
              {header.map((name, j) => (
                <th scope="col" key={j}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(([name = "", ...cells], i) => (
              <tr key={i}>
                <th scope="row">
                  <bdi>{shownCell(name)}</bdi>
                </th>
                {cells.map((cell, j) => (
                  <td key={j}>
                    <bdi>{shownCell(cell)}</bdi>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

/** Counts as they are, other numbers with three decimals. */
const shownCell = (cell: string | number): string =>
  typeof cell === "string" ? shownToken(cell).text : Number.isInteger(cell) ? String(cell) : cell.toFixed(3);
