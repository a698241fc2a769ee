import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { sinksOf } from "../../pictures/attention.ts";
import { pageColour } from "../../pictures/heat.ts";
import { inksOfPage } from "../../pictures/inks.ts";
import { bitmapOf, drawMatrix, LABEL_FONT, labelText } from "../../pictures/matrix-canvas.ts";
import { cellAt, matrixLayout } from "../../pictures/matrix-layout.ts";
import type { Weights } from "../../pictures/pixels.ts";
import { textWidth } from "../../pictures/text-width.ts";
import { onTheme } from "./visible.ts";
import "./matrix.css";

export interface MatrixProps {
  /** One matrix, or two of the same size that share every cell. */
  readonly weights: readonly [Weights, Weights?];
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly axes: { readonly columns: string; readonly rows: string };
  readonly label: string;
  /** The row that is looked at, -1 for none. */
  readonly row: number;
  readonly onPoint: (row: number, column: number) => void;
}

/** The colours of one matrix and of the one over it. */
const HEAT = ["--weight", "--gold"] as const;

/** A matrix with its tokens. However large it is, only what can be seen is drawn. */
export function Matrix({ weights, rows, columns, axes, label, row, onPoint }: MatrixProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useSignal(0);
  const theme = useSignal(0);
  const column = useRef(-1);
  const [first, second] = weights;

  const layout = useMemo(() => {
    const widest = (tokens: readonly string[]): number =>
      tokens.reduce((most, token) => Math.max(most, textWidth(labelText(token), LABEL_FONT)), 0);
    const [rowLabel, columnLabel] = [widest(rows), widest(columns) + 12];
    return matrixLayout({
      rows: rows.length,
      columns: columns.length,
      rowLabel,
      columnLabel,
      width: width.value,
    });
  }, [rows, columns, width.value]);
  const bitmap = useMemo(
    () => bitmapOf(second ? [first, second] : [first], HEAT.map(pageColour)),
    [first, second, theme.value],
  );
  const sinks = useMemo(() => sinksOf([first, second], columns), [first, second, columns]);
  const colours = useMemo(inksOfPage, [theme.value]);

  const draw = (): void => {
    const [box, element] = [scroller.current, canvas.current];
    const context = element?.getContext("2d");
    if (!box || !element || !context) return;
    const [seenWidth, seenHeight] = [Math.min(box.clientWidth, layout.width), box.clientHeight];
    const sharp = devicePixelRatio || 1;
    if (element.width !== seenWidth * sharp || element.height !== seenHeight * sharp) {
      element.width = seenWidth * sharp;
      element.height = seenHeight * sharp;
      element.style.width = `${seenWidth}px`;
      element.style.height = `${seenHeight}px`;
    }
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    const window = { width: seenWidth, height: seenHeight, x: box.scrollLeft, y: box.scrollTop };
    const pointed = { row, column: column.current };
    context.clearRect(0, 0, seenWidth, seenHeight);
    drawMatrix(context, { layout, bitmap, rows, columns, axes, sinks, ...pointed }, window, colours);
  };
  const latest = useRef(draw);
  latest.current = draw;
  useLayoutEffect(draw);
  useEffect(() => {
    const box = scroller.current;
    if (!box) return undefined;
    const sized = new ResizeObserver(() => {
      width.value = box.clientWidth;
      latest.current();
    });
    sized.observe(box);
    const unthemed = onTheme(() => {
      theme.value += 1;
    });
    return () => {
      sized.disconnect();
      unthemed();
    };
  }, []);

  const point = (event: PointerEvent): void => {
    const box = scroller.current;
    if (!box) return;
    const { left, top } = box.getBoundingClientRect();
    const at = { x: event.clientX - left, y: event.clientY - top };
    const scrolled = { x: box.scrollLeft, y: box.scrollTop };
    const found = cellAt(layout, at, scrolled, { rows: rows.length, columns: columns.length });
    if (found.row === row && found.column === column.current) return;
    column.current = found.column;
    // The last row stays when the pointer leaves: it can then be read in peace.
    if (found.row >= 0 && found.row !== row) onPoint(found.row, found.column);
    else draw();
  };
  const press = (event: KeyboardEvent): void => {
    const change = { ArrowDown: 1, ArrowUp: -1, Home: -rows.length, End: rows.length }[event.key];
    if (change === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(rows.length - 1, row + change));
    onPoint(next, -1);
    const box = scroller.current;
    if (!box) return;
    const y = next * layout.cellHeight;
    const room = box.clientHeight - layout.top - layout.cellHeight;
    box.scrollTop = Math.min(y, Math.max(box.scrollTop, y - room));
  };

  return (
    <div
      class="matrix"
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its rows are walked through with the arrow keys
      tabIndex={0}
      role="group"
      aria-label={label}
      onScroll={draw}
      onPointerMove={point}
      onPointerDown={point}
      onKeyDown={press}
    >
      <div class="whole" style={{ width: `${layout.width}px`, height: `${layout.height}px` }}>
        <canvas ref={canvas} role="img" aria-label={label} />
      </div>
    </div>
  );
}
