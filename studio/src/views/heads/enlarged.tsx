import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Caption } from "../../caption.tsx";
import type { ShownHeads } from "../../model/heads.ts";
import { csvRows, type Numbers } from "../../numbers-table.tsx";
import { rowWords, sinkOf, sinksOf } from "../../pictures/attention.ts";
import { pageColour } from "../../pictures/heat.ts";
import { inksOfPage } from "../../pictures/inks.ts";
import { matrixDrawing, weightCells } from "../../pictures/matrix-drawing.ts";
import type { Weights } from "../../pictures/pixels.ts";
import { shownToken } from "../../pictures/tokens.ts";
import { text } from "../../text.ts";
import type { Head } from "./asked.ts";
import { nameOf, weightsOf } from "./grid.tsx";
import { Matrix } from "./matrix.tsx";

const words = text.heads;

export interface EnlargedProps {
  readonly attentions: readonly ShownHeads[];
  readonly first: Head;
  readonly second: Head | undefined;
}

/** One head large, perhaps with another over it, and the row that is pointed at in words. */
export function Enlarged({ attentions, first, second }: EnlargedProps) {
  const chosen = useSignal(0);
  const attention = attentions.find(({ place }) => place === first.place);
  const other = attentions.find(({ place }) => place === second?.place);
  if (!attention) return null;
  const over = second && other && fitsOver(other, attention) ? weightsOf(other, second.head) : undefined;
  const weights = weightsOf(attention, first.head);
  const { rows, columns, isWritten } = attention;
  const row = Math.min(chosen.value, rows.length - 1);
  const shownWeights: [Weights, Weights?] = over ? [weights, over] : [weights];
  const axes = { columns: words.axes.columns, rows: isWritten ? words.axes.written : words.axes.reads };
  const numbersOf = ({ data }: Weights): Numbers => ({
    rows,
    columns,
    axes,
    at: (i, j) => data[i * columns.length + j] ?? 0,
    row: () => row,
  });
  return (
    <>
      <Matrix
        weights={shownWeights}
        rows={rows}
        columns={columns}
        axes={axes}
        label={words.picture(nameOf(first), rows.length, columns.length)}
        row={row}
        onPoint={(next) => {
          chosen.value = next;
        }}
      />
      <Caption
        about={`${words.oneAbout(nameOf(first), first.place, shownToken(rows[row] ?? "").text)}${second && over ? words.overAbout(nameOf(second), second.place) : ""}`}
        picture={() => {
          const colours = [pageColour("--weight"), pageColour("--gold")];
          const bitmap = weightCells(over ? [weights, over] : [weights], colours);
          return matrixDrawing(
            { rows, columns, axes, bitmap, sinks: sinksOf(shownWeights, columns), row },
            inksOfPage(),
          );
        }}
        name="head"
        {...(second && over
          ? {
              rows: () => [
                ...[first, second].flatMap((head, i) =>
                  csvRows(numbersOf(i === 0 ? weights : over))
                    .slice(i)
                    .map((line, j) => [
                      i + j === 0 ? words.columns.head : `${head.place}/${head.head + 1}`,
                      ...line,
                    ]),
                ),
              ],
            }
          : { numbers: numbersOf(weights) })}
      />
      <div class="in-words" aria-live="polite">
        <p class="row-name">
          {isWritten
            ? words.rowOf.written(shownToken(rows[row] ?? "").text)
            : words.rowOf.read(shownToken(rows[row] ?? "").text)}
        </p>
        <div class="rows">
          <RowInWords weights={weights} row={row} columns={columns} />
          {over && <RowInWords weights={over} row={row} columns={columns} isSecond />}
        </div>
        <SinkLine weights={shownWeights} columns={columns} />
      </div>
    </>
  );
}

/** Whether two attentions have the same rows and columns. */
export const fitsOver = (one: ShownHeads, other: ShownHeads): boolean =>
  one.rows.length === other.rows.length &&
  one.columns.length === other.columns.length &&
  one.rows.every((token, i) => token === other.rows[i]) &&
  one.columns.every((token, j) => token === other.columns[j]);

/** Words that a row reads from, at most. */
const WORDS = 5;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function RowInWords({
  weights,
  row,
  columns,
  isSecond = false,
}: {
  readonly weights: Weights;
  readonly row: number;
  readonly columns: readonly string[];
  readonly isSecond?: boolean;
}) {
  const { words: found, rest } = rowWords(weights, row, WORDS);
  return (
    <ol class={isSecond ? "row-words second" : "row-words"}>
      {found.map(({ column, weight }) => {
        const { text: token, isSpecial } = shownToken(columns[column] ?? "");
        return (
          <li key={column}>
            <span class={isSpecial ? "token-name special" : "token-name"}>{token}</span>
            <span class="bar" style={{ "--share": weight }} />
            <span class="number">{percent(weight)}</span>
          </li>
        );
      })}
      <li class="rest">
        <span class="token-name">{words.rest}</span>
        <span class="bar" style={{ "--share": rest }} />
        <span class="number">{percent(rest)}</span>
      </li>
    </ol>
  );
}

function SinkLine({
  weights,
  columns,
}: {
  readonly weights: readonly (Weights | undefined)[];
  readonly columns: readonly string[];
}) {
  const [first, second] = weights;
  const found = useMemo(
    () => [first, second].flatMap((one) => (one ? (sinkOf(one, columns) ?? []) : [])),
    [first, second, columns],
  );
  return (
    <p class="sink">
      {found
        .map(({ column, share }) => words.sink(shownToken(columns[column] ?? "").text, percent(share)))
        .join(" ")}
    </p>
  );
}
