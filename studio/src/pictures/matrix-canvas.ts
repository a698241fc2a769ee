/** A large matrix with labels: only what can be seen is drawn. */
import type { Pen } from "./drawing.ts";
import type { Block } from "./found-links.ts";
import { imageOf } from "./heat.ts";
import { LABEL_ANGLE, type MatrixLayout, visibleRange } from "./matrix-layout.ts";
import { type Colour, heatPixels, pairPixels, type Weights } from "./pixels.ts";
import { shownToken } from "./tokens.ts";

export const LABEL_FONT = '13px system-ui, "Segoe UI", "Noto Sans", sans-serif';

/** The matrix as an image of one pixel a weight; two matrices share a cell. */
export function bitmapOf(weights: readonly Weights[], colours: readonly Colour[]): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const [first, second] = weights;
  if (!first) return canvas;
  const [one = [0, 0, 0], other = [0, 0, 0]] = colours as readonly [Colour?, Colour?];
  canvas.width = Math.max(1, first.columns * (second ? 2 : 1));
  canvas.height = Math.max(1, first.rows);
  const pixels = second ? pairPixels(first, second, [one, other]) : heatPixels(first, one);
  canvas.getContext("2d")?.putImageData(imageOf(pixels, first.rows, canvas.width), 0, 0);
  return canvas;
}

const LONGEST = 16;
/** Rows and columns that are narrower have no labels. In px. */
const READABLE = 12;

/** A token as a label: long ones are cut. */
export function labelText(token: string): string {
  const { text } = shownToken(token);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

export interface DrawnMatrix {
  readonly layout: MatrixLayout;
  readonly bitmap: HTMLCanvasElement;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** The names of the axes. */
  readonly axes: { readonly columns: string; readonly rows: string };
  /** Columns that are sinks. */
  readonly sinks: ReadonlySet<number>;
  /** Blocks of cells that are framed: known links between words. */
  readonly links?: readonly Block[];
  /** What is pointed at; -1 is nothing. */
  readonly row: number;
  readonly column: number;
}

/** The size of the part that is seen, and how far it is scrolled; in px. */
export interface Window {
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
}

export interface MatrixColours {
  readonly paper: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly gold: string;
}

export function drawMatrix(context: Pen, drawn: DrawnMatrix, window: Window, colours: MatrixColours): void {
  const { layout, bitmap, rows, columns } = drawn;
  const { left, top, cellWidth, cellHeight } = layout;
  const across = visibleRange(window.x, window.width - left, cellWidth, columns.length);
  const down = visibleRange(window.y, window.height - top, cellHeight, rows.length);
  const xOf = (column: number): number => left + column * cellWidth - window.x;
  const yOf = (row: number): number => top + row * cellHeight - window.y;
  const size = { width: (across.to - across.from) * cellWidth, height: (down.to - down.from) * cellHeight };
  const part = columns.length === 0 ? 1 : bitmap.width / columns.length;

  context.save();
  context.beginPath();
  context.rect(left, top, window.width - left, window.height - top);
  context.clip();
  context.fillStyle = colours.paper;
  context.fillRect(xOf(across.from), yOf(down.from), size.width, size.height);
  context.imageSmoothingEnabled = false;
  const [fromX, fromWidth, fromHeight] = [
    across.from * part,
    (across.to - across.from) * part,
    down.to - down.from,
  ];
  const [toX, toY] = [xOf(across.from), yOf(down.from)];
  if (size.width > 0 && size.height > 0)
    context.drawImage(bitmap, fromX, down.from, fromWidth, fromHeight, toX, toY, size.width, size.height);
  context.strokeStyle = colours.line;
  // Lines between cells that are hardly wider than a line would be all that is seen.
  context.lineWidth = Math.min(1, cellWidth / 8, cellHeight / 8);
  context.beginPath();
  for (let j = across.from; j <= across.to; j++) {
    context.moveTo(xOf(j) + 0.5, yOf(down.from));
    context.lineTo(xOf(j) + 0.5, yOf(down.to));
  }
  for (let i = down.from; i <= down.to; i++) {
    context.moveTo(xOf(across.from), yOf(i) + 0.5);
    context.lineTo(xOf(across.to), yOf(i) + 0.5);
  }
  context.stroke();
  for (const link of drawn.links ?? []) {
    const [x, y] = [xOf(link.column) + 2, yOf(link.row) + 2];
    context.strokeStyle = colours.gold;
    context.lineWidth = 2;
    context.strokeRect(x, y, link.columns * cellWidth - 4, link.rows * cellHeight - 4);
  }
  if (drawn.row >= 0) {
    context.strokeStyle = colours.ink;
    context.lineWidth = 2;
    context.strokeRect(xOf(0) + 0.5, yOf(drawn.row) + 0.5, columns.length * cellWidth, cellHeight);
  }
  context.restore();

  context.font = LABEL_FONT;
  context.textBaseline = "middle";
  for (let i = down.from; i < down.to && cellHeight >= READABLE; i++) {
    const y = yOf(i) + cellHeight / 2;
    if (y < top) continue;
    label(context, rows[i] as string, { x: left - 8, y, align: "right", isLit: i === drawn.row }, colours);
  }
  for (let j = across.from; j < across.to && cellWidth >= READABLE; j++) {
    const x = xOf(j) + cellWidth / 2;
    if (x < left) continue;
    context.save();
    context.translate(x, top - 8);
    context.rotate(LABEL_ANGLE);
    const isLit = j === drawn.column;
    const isSink = drawn.sinks.has(j);
    label(context, columns[j] as string, { x: 0, y: 0, align: "left", isLit, isSink }, colours);
    context.restore();
  }
  context.fillStyle = colours.soft;
  context.font = LABEL_FONT.replace("13px", "12px");
  context.textAlign = "right";
  context.fillText(`${drawn.axes.columns} →`, left - 8, top - 28);
  context.fillText(`${drawn.axes.rows} ↓`, left - 8, top - 10);
}

interface Label {
  readonly x: number;
  readonly y: number;
  readonly align: CanvasTextAlign;
  readonly isLit: boolean;
  readonly isSink?: boolean;
}

/** Special tokens are in italics; sinks are marked in gold. */
function label(
  context: Pen,
  token: string,
  { x, y, align, isLit, isSink = false }: Label,
  colours: MatrixColours,
): void {
  const { isSpecial } = shownToken(token);
  const text = labelText(token);
  context.font = `${isSpecial ? "italic " : ""}${isLit || isSink ? "600 " : ""}${LABEL_FONT}`;
  context.fillStyle = isSink ? colours.gold : isSpecial && !isLit ? colours.soft : colours.ink;
  context.textAlign = align;
  context.fillText(isSink ? `◆ ${text}` : text, x, y);
}
