import { useEffect, useRef } from "preact/hooks";
import { Caption } from "../../caption.tsx";
import { type Drawing, inRows } from "../../pictures/drawing.ts";
import { pageColour } from "../../pictures/heat.ts";
import { inksOfPage } from "../../pictures/inks.ts";
import { matrixDrawing, signedCells } from "../../pictures/matrix-drawing.ts";
import { signedHeat } from "../../pictures/signed-heat.ts";
import { show } from "../../state/store.ts";
import { text } from "../../text.ts";
import { Maths, plainly } from "./maths.tsx";
import { shown } from "./numbers.ts";
import { at, type Counted, nameOf, type Sheet } from "./sheet.ts";
import type { Block, Station } from "./station.ts";
import { choice, current, jump, station, walked } from "./walking.ts";

const words = text.steps;

/** All rows of the station's matrices, with the chosen row marked. */
export function Matrices({ picture, output, row }: Pick<Station, "picture" | "output" | "row">) {
  return (
    <>
      <Planes picture={picture} output={output} />
      <Caption
        about={words.about(
          plainly(output.symbol),
          output.path,
          output.shape.join(", "),
          choice.value.head + 1,
        )}
        picture={() => matricesDrawing(picture)}
        name={current.value}
        numbers={{
          rows: namesOn(output.rowsAre, output.rows),
          columns: namesOn(output.columnsAre, output.columns),
          axes: { rows: words.axes[output.rowsAre], columns: words.axes[output.columnsAre] },
          at: (i, j) => at(output, i, j),
          row: () => row,
        }}
      />
    </>
  );
}

/** What the rows or columns of a matrix are called: by their tokens, or counted from 1. */
function namesOn(counted: Counted, count: number): string[] {
  const { rows, columns = [] } = walked.value ?? {};
  const tokens = counted === "query" ? (rows?.reads ?? []) : counted === "key" ? columns : [];
  return Array.from({ length: count }, (_, i) => tokens[i] ?? String(i + 1));
}

/** The same matrices as one drawing. */
function matricesDrawing(picture: Station["picture"]): Drawing {
  const inks = inksOfPage();
  const colours = [pageColour("--gold"), pageColour("--weight-rgb")] as const;
  const parts = picture.flatMap((part) => {
    if (typeof part === "string") return [];
    const { sheet, row } = part;
    const [width, height] = [sizeOf(sheet.columnsAre, sheet.columns), sizeOf(sheet.rowsAre, sheet.rows)];
    const drawing = matrixDrawing(
      {
        rows: namesOn(sheet.rowsAre, sheet.rows),
        columns: namesOn(sheet.columnsAre, sheet.columns),
        axes: { rows: words.axes[sheet.rowsAre], columns: words.axes[sheet.columnsAre] },
        bitmap: signedCells(sheet, colours),
        cell: { width: width / sheet.columns, height: height / sheet.rows },
        ...(row === undefined ? {} : { row }),
      },
      inks,
    );
    return [{ name: `${plainly(sheet.symbol)}, ${sheet.rows} × ${sheet.columns}`, drawing }];
  });
  return inRows(parts, 1400, inks.ink);
}

/** The matrices, and the signs between them. */
function Planes({ picture, output }: Pick<Station, "picture" | "output">) {
  return (
    <div class="matrices">
      {picture.map((part, i) =>
        typeof part === "string" ? (
          <span class="operator" key={i}>
            <Maths of={part} />
          </span>
        ) : (
          <Matrix key={i} {...part} isOutput={part.sheet === output} />
        ),
      )}
    </div>
  );
}

/** The size of an axis on the screen, in px. Tokens are few and important, components many. */
function sizeOf(counted: Counted, count: number): number {
  if (counted === "query" || counted === "key") return Math.max(22, Math.min(18 * count, 220));
  return count === 1 ? 22 : Math.round(19.4 * Math.sqrt(count));
}

function Matrix({ sheet, row, column, isOutput }: Block & { readonly isOutput: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { rows, columns, data, symbol, path, rowsAre, columnsAre } = sheet;
  useEffect(() => {
    const image = signedHeat(data, rows, columns, pageColour("--weight-rgb"), pageColour("--gold"));
    canvas.current?.getContext("2d")?.putImageData(image, 0, 0);
  }, [data, rows, columns]);
  const choose = (toRow: number, toColumn: number): void => {
    const inside = (index: number, size: number): number => Math.max(0, Math.min(size - 1, index));
    const where = {
      ...(rowsAre === "one" ? {} : { [rowsAre]: inside(toRow, rows) }),
      ...(columnsAre === "one" ? {} : { [columnsAre]: inside(toColumn, columns) }),
    };
    if (isOutput || !sheet.station || sheet.station === station.value?.name) show(where);
    else jump({ station: sheet.station, ...where });
  };
  const move = (event: KeyboardEvent): void => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!by || !isOutput) return;
    event.stopPropagation();
    event.preventDefault();
    choose((row ?? 0) + (by[0] as number), (column ?? 0) + (by[1] as number));
  };
  const style = { width: `${sizeOf(columnsAre, columns)}px`, height: `${sizeOf(rowsAre, rows)}px` };
  const label = `${plainly(symbol)}, ${rows} × ${columns}`;
  const number =
    row !== undefined && column !== undefined
      ? `${plainly(nameOf(sheet, row, column))} = ${shown(at(sheet, row, column))}`
      : "";
  return (
    <figure class={isOutput ? "matrix output" : "matrix"}>
      <button
        type="button"
        class="plane"
        style={style}
        tabIndex={isOutput ? 0 : -1}
        aria-label={`${label}. ${number}`}
        onKeyDown={move}
        onClick={(event) => {
          if (event.detail === 0) return;
          const box = event.currentTarget.getBoundingClientRect();
          choose(
            Math.floor(((event.clientY - box.top) / box.height) * rows),
            Math.floor(((event.clientX - box.left) / box.width) * columns),
          );
        }}
      >
        <canvas ref={canvas} width={columns} height={rows} />
        {row !== undefined && <Mark from={row / rows} size={1 / rows} isRow />}
        {column !== undefined && row === undefined && (
          <Mark from={column / columns} size={1 / columns} isRow={false} />
        )}
        {row !== undefined && column !== undefined && <Spot sheet={sheet} row={row} column={column} />}
      </button>
      <figcaption>
        <strong>
          <Maths of={symbol} />
        </strong>{" "}
        {`${rows} × ${columns}`}
        <code title={path}>{path}</code>
      </figcaption>
    </figure>
  );
}

const percent = (share: number): string => `${100 * share}%`;

/** The chosen row, or column. */
function Mark({
  from,
  size,
  isRow,
}: {
  readonly from: number;
  readonly size: number;
  readonly isRow: boolean;
}) {
  const style = isRow
    ? { top: percent(from), height: percent(size), left: 0, right: 0 }
    : { left: percent(from), width: percent(size), top: 0, bottom: 0 };
  return <span class="mark" style={style} />;
}

/** The chosen number. */
function Spot({
  sheet: { rows, columns },
  row,
  column,
}: {
  readonly sheet: Sheet;
  readonly row: number;
  readonly column: number;
}) {
  return (
    <span
      class="spot"
      style={{ left: percent((column + 0.5) / columns), top: percent((row + 0.5) / rows) }}
    />
  );
}
