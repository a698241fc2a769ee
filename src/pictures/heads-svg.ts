import { short } from "./markup.ts";
import { colour, svg, text } from "./svg.ts";
import { tokenLabel, widest } from "./token-label.ts";

export interface HeadsPicture {
  /** Tokens down. */
  readonly rows: readonly string[];
  /** Tokens across. */
  readonly columns: readonly string[];
  /** [head][row][column], 0 to 1. */
  readonly heads: readonly (readonly (readonly number[])[])[];
  readonly mean: readonly (readonly number[])[];
  readonly title: string;
}

/** Largest sides in pixels: of the mean, and of a head. */
const [LARGE, SMALL] = [176, 84];
const MOST_PER_LINE = 4;
const GAP = 10;
const CAPTION = 16;
/** Shades of a thumbnail: one path each. */
const SHADES = 20;

/** All heads of a layer as thumbnails with their numbers, and their mean, larger, with its tokens. */
export function headsSvg({ rows, columns, heads, mean, title }: HeadsPicture): string {
  const size = (side: number): number => Math.min(14, side / Math.max(1, rows.length, columns.length));
  const [large, small] = [size(LARGE), size(SMALL)];
  const labelled = large >= 9;
  const font = Math.min(10, large + 1);
  const [down, across] = [rows.map(tokenLabel), columns.map(tokenLabel)];
  const left = labelled ? widest(down, font) + 6 : 0;
  const top = CAPTION + (labelled ? widest(across, font) * Math.SQRT1_2 + 8 : 0);
  const meanWidth = Math.max(left + columns.length * large, 60);
  const [width, height] = [Math.max(columns.length * small, 30), rows.length * small + CAPTION];
  const perLine = Math.min(MOST_PER_LINE, Math.ceil(heads.length / 2));
  const lines = Math.ceil(heads.length / perLine);
  const labels = labelled
    ? [
        ...across.map((token, i) =>
          text(token, { x: left + (i + 0.7) * large, y: top - 3, turn: -45, size: font }),
        ),
        ...down.map((token, j) =>
          text(token, { x: left - 4, y: top + (j + 0.5) * large, anchor: "end", size: font }),
        ),
      ]
    : [];
  const thumbnails = heads.map((weights, head) => {
    const x = meanWidth + 2 * GAP + (head % perLine) * (width + GAP);
    const y = Math.floor(head / perLine) * (height + GAP);
    return `<g>${text(`head ${head + 1}`, { x, y: y + 8, size: 10, fill: colour("faint") })}${shaded(weights, { x, y: y + CAPTION, cell: small, columns: columns.length })}</g>`;
  });
  const overhang = labelled ? widest(across, font) * Math.SQRT1_2 : 0;
  return svg({
    kind: "heads",
    title,
    description: `Thumbnails of ${heads.length} heads beside their mean; rows and columns are the tokens of the mean.`,
    width: Math.max(
      meanWidth + 2 * GAP + perLine * (width + GAP) - GAP,
      left + columns.length * large + overhang,
    ),
    height: Math.max(top + rows.length * large, lines * (height + GAP) - GAP) + 2,
    body: [
      text(`mean of ${heads.length} heads`, { x: 0, y: 8, size: 11, weight: 600 }),
      ...labels,
      shaded(mean, { x: left, y: top, cell: large, columns: columns.length }),
      ...thumbnails,
    ],
  });
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly cell: number;
  readonly columns: number;
}

/** A matrix in few bytes: one path for all squares of a shade. */
function shaded(weights: HeadsPicture["mean"], { x, y, cell, columns }: Place): string {
  const paths = new Map<number, string>();
  for (const [j, row] of weights.entries()) {
    for (const [i, weight] of row.entries()) {
      const shade = Math.round(Math.min(1, Math.max(0, weight)) * SHADES);
      if (shade === 0) continue;
      const square = `M${short(x + i * cell)} ${short(y + j * cell)}h${short(cell)}v${short(cell)}h-${short(cell)}z`;
      paths.set(shade, (paths.get(shade) ?? "") + square);
    }
  }
  const squares = [...paths].map(([shade, d]) => `<path d="${d}" fill-opacity="${short(shade / SHADES)}"/>`);
  const paper = `<rect class="paper" x="${short(x)}" y="${short(y)}" width="${short(columns * cell)}" height="${short(weights.length * cell)}" fill="${colour("paper")}"/>`;
  return `${paper}<g class="shades" fill="${colour("ink")}">${squares.join("")}</g>`;
}
