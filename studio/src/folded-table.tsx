import { useSignal } from "@preact/signals";
import { text } from "./text.ts";

/** A table as it is shown. */
export interface Shown {
  /** The names of the columns. */
  readonly header: readonly string[];
  /** The first cell names the row. */
  readonly rows: readonly (readonly string[])[];
  /** What is not in it. */
  readonly note?: string;
}

/** Cells of a table, at most: a browser takes long to lay out more, and nobody walks through them. */
export const MOST_CELLS = 2500;

interface FoldedTableProps {
  readonly shown: () => Shown;
  readonly about: string;
}

/** What is behind a picture, for those who do not see it, or want to read it; made when it is asked for. */
export function FoldedTable({ shown, about }: FoldedTableProps) {
  const isOpen = useSignal(false);
  return (
    <details
      class="numbers"
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>{text.table.open}</summary>
      {isOpen.value && <Table shown={shown()} about={about} />}
    </details>
  );
}

function Table({ shown: { header, rows, note }, about }: { readonly shown: Shown; readonly about: string }) {
  return (
    <>
      {note !== undefined && <p class="note">{note}</p>}
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
                  <bdi>{name}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, ...cells], i) => (
              <tr key={i}>
                <th scope="row">
                  <bdi>{name}</bdi>
                </th>
                {cells.map((cell, j) => (
                  <td key={j}>
                    <bdi>{cell}</bdi>
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
