/** Whole matrices as drawings: what the page shows a part of at a time. */
import type { Drawing, Inks } from "./drawing.ts";
import type { Block } from "./found-links.ts";
import { imageOf } from "./heat.ts";
import { bitmapOf, drawMatrix, LABEL_FONT, labelText } from "./matrix-canvas.ts";
import { matrixLayout } from "./matrix-layout.ts";
import { type Colour, signedPixels, type Weights } from "./pixels.ts";
import { largestOf, strength } from "./signed-heat.ts";
import { textWidth } from "./text-width.ts";

export interface MatrixToDraw {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly axes: { readonly columns: string; readonly rows: string };
  /** One pixel a cell, or two of two matrices. */
  readonly bitmap: HTMLCanvasElement;
  /** The size of a cell in px. Default: as large as its labels need, and larger where there is room. */
  readonly cell?: { readonly width: number; readonly height: number };
  readonly sinks?: ReadonlySet<number>;
  readonly links?: readonly Block[];
  /** The row that is looked at; default none. */
  readonly row?: number;
}

/** Room for a matrix that has no cell size of its own, in px. */
const WIDE = 900;

export function matrixDrawing(matrix: MatrixToDraw, inks: Inks): Drawing {
  const { rows, columns, cell, axes, bitmap, sinks = new Set<number>(), links = [], row = -1 } = matrix;
  const widest = (tokens: readonly string[]): number =>
    tokens.reduce((most, token) => Math.max(most, textWidth(labelText(token), LABEL_FONT)), 0);
  const fitted = matrixLayout({
    rows: rows.length,
    columns: columns.length,
    rowLabel: widest(rows),
    columnLabel: widest(columns) + 12,
    width: WIDE,
  });
  const [cellWidth, cellHeight] = cell ? [cell.width, cell.height] : [fitted.cellWidth, fitted.cellHeight];
  const right = fitted.width - fitted.left - columns.length * fitted.cellWidth;
  const layout = {
    ...fitted,
    cellWidth,
    cellHeight,
    width: fitted.left + columns.length * cellWidth + right,
    height: fitted.top + rows.length * cellHeight + 1,
  };
  const seen = { width: layout.width, height: layout.height, x: 0, y: 0 };
  const drawn = { layout, bitmap, rows, columns, axes, sinks, links, row, column: -1 };
  return { ...layout, draw: (pen) => drawMatrix(pen, drawn, seen, inks) };
}

/** Weights of a head, or of two, as cells. */
export const weightCells = (weights: readonly Weights[], colours: readonly Colour[]): HTMLCanvasElement =>
  bitmapOf(weights, colours);

/** Numbers of both signs as cells, as strong as their share of `scale`. Default: of the largest, masks aside. */
export function signedCells(
  { data, rows, columns }: Weights,
  colours: readonly [below: Colour, above: Colour],
  scale?: number,
): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, columns);
  canvas.height = Math.max(1, rows);
  const largest = largestOf(data);
  const shares = Float32Array.from({ length: rows * columns }, (_, i) => {
    const value = data[i] as number;
    return scale === undefined ? Math.sign(value) * strength(value, largest) : value / scale;
  });
  const pixels = signedPixels({ data: shares, rows, columns }, colours);
  canvas.getContext("2d")?.putImageData(imageOf(pixels, rows, columns), 0, 0);
  return canvas;
}
