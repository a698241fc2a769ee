import type { ComponentChildren } from "preact";
import { csvRows, type Numbers, NumbersTable } from "./numbers-table.tsx";
import { RowsTable } from "./rows-table.tsx";
import { type Picture, type Rows, SaveButtons } from "./save-buttons.tsx";
import type { Whole } from "./sight.ts";

interface CaptionProps {
  /** What the picture shows, which row is read, and its evidence: one sentence. */
  readonly about: string;
  readonly picture: Picture;
  /** Where only what can be seen is drawn: draws the rest for the file. */
  readonly whole?: Whole;
  /** The name of the files, without an ending. */
  readonly name: string;
  /** The numbers behind it, for a table and a file… */
  readonly numbers?: Numbers;
  /** …or row by row, where it is no matrix: the first names the columns. */
  readonly rows?: () => Rows;
  /** What the table has of them, where all are too many to be read. Default: all. */
  readonly table?: () => Rows;
  /** More to know of it. */
  readonly children?: ComponentChildren;
}

/** What stands below every picture: what it shows, its files, and its numbers as a table. */
export function Caption({
  about,
  picture,
  whole,
  name,
  numbers,
  rows,
  table = rows,
  children,
}: CaptionProps) {
  return (
    <div class="caption-below">
      <p class="note about">
        {about}
        {children}
      </p>
      <SaveButtons
        picture={picture}
        whole={whole}
        about={about}
        name={name}
        rows={rows ?? (() => (numbers ? csvRows(numbers) : []))}
      />
      {numbers ? (
        <NumbersTable of={numbers} about={about} />
      ) : (
        table && <RowsTable rows={table} about={about} />
      )}
    </div>
  );
}
