/** Where the parts of a large matrix are, and which of them can be seen. */

export interface MatrixSizes {
  readonly rows: number;
  readonly columns: number;
  /** The widest label of rows and of columns, in px. */
  readonly rowLabel: number;
  readonly columnLabel: number;
  /** The width that there is, in px. */
  readonly width: number;
}

export interface MatrixLayout {
  /** The side of a cell in px: columns are as wide as rows are high, but never higher than a line of text needs. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Room for the labels. */
  readonly left: number;
  readonly top: number;
  /** Of the whole picture. */
  readonly width: number;
  readonly height: number;
}

/** Labels of rows need this height, those of columns this width. */
const [SMALLEST, WIDEST, HIGHEST] = [18, 64, 30] as const;
/** Room for the names of the axes. */
const CORNER = { width: 92, height: 46 } as const;
const GAP = 8;
/** Labels of columns stand at this angle to the horizontal. */
export const LABEL_ANGLE = -Math.PI / 3;

/** Cells as large as there is room for, and no smaller than their labels can be read. */
export function matrixLayout({ rows, columns, rowLabel, columnLabel, width }: MatrixSizes): MatrixLayout {
  const left = Math.ceil(Math.max(CORNER.width, rowLabel + 2 * GAP));
  const top = Math.ceil(Math.max(CORNER.height, columnLabel * Math.sin(-LABEL_ANGLE) + 3 * GAP));
  const right = Math.ceil(columnLabel * Math.cos(LABEL_ANGLE));
  const room = Math.floor((width - left - right) / Math.max(1, columns));
  const cellWidth = Math.min(WIDEST, Math.max(SMALLEST, room));
  const cellHeight = Math.min(HIGHEST, cellWidth);
  return {
    cellWidth,
    cellHeight,
    left,
    top,
    width: left + columns * cellWidth + right,
    height: top + rows * cellHeight + 1,
  };
}

/** Of `count` things of a size, those that a window shows: from the first to before the last. */
export function visibleRange(
  scrolled: number,
  window: number,
  size: number,
  count: number,
): { readonly from: number; readonly to: number } {
  const from = Math.max(0, Math.floor(scrolled / size));
  return { from, to: Math.min(count, Math.ceil((scrolled + Math.max(0, window)) / size)) };
}

/** The cell under a point of the window; -1 beside the cells. */
export function cellAt(
  { left, top, cellWidth, cellHeight }: MatrixLayout,
  point: { readonly x: number; readonly y: number },
  scrolled: { readonly x: number; readonly y: number },
  size: { readonly rows: number; readonly columns: number },
): { readonly row: number; readonly column: number } {
  const isIn = (at: number, count: number): number => (at >= 0 && at < count ? at : -1);
  const column = Math.floor((point.x - left + scrolled.x) / cellWidth);
  const row = Math.floor((point.y - top + scrolled.y) / cellHeight);
  return {
    row: point.y < top ? -1 : isIn(row, size.rows),
    column: point.x < left ? -1 : isIn(column, size.columns),
  };
}
