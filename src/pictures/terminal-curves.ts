import { columnsOf } from "./columns.ts";
import type { Curve } from "./curves-svg.ts";
import { extent } from "./extent.ts";

/** A line chart for the terminal. */
export interface TerminalCurves {
  readonly title: string;
  readonly curves: readonly Pick<Curve, "name" | "points">[];
  readonly xLabel: string;
  /** Width of the terminal. Default 80. */
  readonly columns?: number;
  /** Lines of the plot. Default 10. */
  readonly rows?: number;
  /** Whether the terminal shows 256 colours. Default false. */
  readonly colour?: boolean;
}

/** From the 256 colours, readable on black and on white. */
const COLOURS = [32, 166, 35, 134, 37, 136, 168, 64] as const;
/** Bits of a braille character, by row and column of the dot. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const LEFT = 8;
const LONGEST_NAME = 40;

/** Lines of text: curves in braille dots, each named at its end. */
export function curvesInTerminal(picture: TerminalCurves): string[] {
  const { title, xLabel, columns = 80, rows = 10, colour = false } = picture;
  const curves = picture.curves
    .map(({ name, points }) => ({ name, points: points.filter((point) => point.every(Number.isFinite)) }))
    .filter(({ points }) => points.length > 0);
  const all = curves.flatMap(({ points }) => points);
  if (all.length === 0) return [];
  const right = Math.min(LONGEST_NAME, Math.max(...curves.map(({ name }) => columnsOf(name)))) + 1;
  const width = Math.max(20, Math.min(72, columns - LEFT - 2 - right));
  const [fromX, toX] = extent(all.map(([x]) => x));
  const [low, high] = extent(all.map(([, y]) => y));
  const across = (x: number): number => Math.round(((x - fromX) / (toX - fromX)) * (2 * width - 1));
  const down = (y: number): number => Math.round(((high - y) / (high - low)) * (4 * rows - 1));

  /** Dots of each cell, and the last curve drawn there. */
  const cells = Array.from({ length: rows }, () =>
    Array.from({ length: width }, () => ({ dots: 0, curve: 0 })),
  );
  const draw = (x: number, y: number, curve: number): void => {
    const cell = cells[y >> 2]?.[x >> 1];
    if (!cell) return;
    cell.dots |= DOTS[y & 3]?.[x & 1] ?? 0;
    cell.curve = curve;
  };
  for (const [i, { points }] of curves.entries()) {
    for (const [n, [x, y]] of points.entries()) {
      const [beforeX, beforeY] = points[Math.max(0, n - 1)] as readonly [number, number];
      drawLine([across(beforeX), down(beforeY)], [across(x), down(y)], (atX, atY) => draw(atX, atY, i));
    }
  }
  const paint = (text: string, curve: number): string =>
    colour ? `\u001b[38;5;${COLOURS[curve % COLOURS.length]}m${text}\u001b[0m` : text;
  const ends = places(
    curves.map(({ points }) => down(points.at(-1)?.[1] ?? low) >> 2),
    rows,
  );
  const body = cells.map((row, at) => {
    const label = at === 0 ? number(high) : at === rows - 1 ? number(low) : "";
    const dots = row.map(({ dots, curve }) =>
      dots ? paint(String.fromCodePoint(0x2800 + dots), curve) : " ",
    );
    const named = ends.indexOf(at);
    const name = curves[named]?.name ?? "";
    const shown = columnsOf(name) > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
    return `${label.padStart(LEFT)} ┤${dots.join("")} ${paint(shown, named)}`.trimEnd();
  });
  const [first, last] = [fromX, toX].map((x) => x.toLocaleString("en-US")) as [string, string];
  const axis = `${first}${`${xLabel} ${last}`.padStart(width - first.length)}`;
  return [title, ...body, `${" ".repeat(LEFT + 2)}${axis}`];
}

/** Draws every dot between two dots, inclusive. */
function drawLine(
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  draw: (x: number, y: number) => void,
): void {
  const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
  for (let i = 0; i <= steps; i++) {
    draw(Math.round(x0 + ((x1 - x0) * i) / steps), Math.round(y0 + ((y1 - y0) * i) / steps));
  }
}

/** A separate row for each name, as near as possible to the end of its curve; -1 if no row is left. */
function places(wanted: readonly number[], rows: number): number[] {
  const assigned = wanted.map(() => -1);
  const free = new Set(Array.from({ length: rows }, (_, row) => row));
  const order = wanted.map((_, i) => i).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  for (const i of order) {
    const near = [...free].sort((a, b) => Math.abs(a - (wanted[i] ?? 0)) - Math.abs(b - (wanted[i] ?? 0)))[0];
    if (near === undefined) continue;
    assigned[i] = near;
    free.delete(near);
  }
  return assigned;
}

const number = (value: number): string => String(Number(value.toPrecision(4)));
