import { columnsOf } from "./columns.ts";
import { escapeMarkup, short } from "./markup.ts";

export interface AlignmentPicture {
  /** Source words, across. */
  readonly source: readonly string[];
  /** Target words, down. */
  readonly target: readonly string[];
  /** [target][source], from 0 (blank) to 1 (full colour). */
  readonly weights: readonly (readonly number[])[];
  /** Outlined links, [source word, target word]. */
  readonly gold?: readonly (readonly [number, number])[] | undefined;
  readonly title?: string;
}

const CELL = 24;
/** Width of a letter and of a gap, in pixels at 12 px. */
const LETTER = 7;
const GAP = 6;

/**
 * An attention matrix: one square per pair of words, its colour the stronger the more attention, and a frame around gold
 * links. Hovering over a square shows its weight. Follows the light or dark colour scheme.
 */
export function alignmentSvg({ source, target, weights, gold = [], title }: AlignmentPicture): string {
  const left = 2 * GAP + LETTER * widest(target);
  const longest = LETTER * widest(source);
  const top = GAP + longest * Math.SQRT1_2 + LETTER;
  const width = left + source.length * CELL + longest * Math.SQRT1_2 + GAP;
  const height = top + target.length * CELL + GAP;
  const labels = [
    ...source.map((word, i) => {
      const [x, y] = [left + (i + 0.5) * CELL, top - GAP];
      return `<text transform="translate(${short(x)} ${short(y)}) rotate(-45)">${escapeMarkup(word)}</text>`;
    }),
    ...target.map((word, j) => {
      const y = top + (j + 0.5) * CELL;
      return `<text x="${short(left - GAP)}" y="${short(y)}" dy="0.35em" text-anchor="end">${escapeMarkup(word)}</text>`;
    }),
  ];
  const cells = target.flatMap((down, j) =>
    source.map((across, i) => {
      const weight = Math.min(1, Math.max(0, weights[j]?.[i] ?? 0));
      const tip = `${escapeMarkup(down)} ← ${escapeMarkup(across)}: ${weight.toFixed(3)}`;
      return `<rect x="${short(left + i * CELL)}" y="${short(top + j * CELL)}" width="${CELL}" height="${CELL}" fill-opacity="${weight.toFixed(3)}"><title>${tip}</title></rect>`;
    }),
  );
  const frames = gold.map(
    ([i, j]) =>
      `<rect x="${short(left + i * CELL + 2)}" y="${short(top + j * CELL + 2)}" width="${CELL - 4}" height="${CELL - 4}" rx="3"/>`,
  );
  const name = escapeMarkup(title ?? `attention of ${target.length} words to ${source.length} words`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="alignment" viewBox="0 0 ${short(width)} ${short(height)}" width="${short(width)}" height="${short(height)}" role="img" aria-label="${name}">`,
    STYLE,
    `<g class="labels">${labels.join("")}</g>`,
    `<rect class="paper" x="${short(left)}" y="${short(top)}" width="${source.length * CELL}" height="${target.length * CELL}"/>`,
    `<g class="cells">${cells.join("")}</g>`,
    `<g class="gold">${frames.join("")}</g>`,
    "</svg>",
  ].join("\n");
}

const STYLE = `<style>
.alignment { font: 12px ui-sans-serif, system-ui, sans-serif; --ink: #1f5fa8; --text: #222; --frame: #c2410c; --paper: #f4f6f8 }
@media (prefers-color-scheme: dark) { .alignment { --ink: #7cc0ff; --text: #ddd; --frame: #ff9d5c; --paper: #1d2227 } }
.alignment text { fill: var(--text) }
.alignment .paper { fill: var(--paper) }
.alignment .cells rect { fill: var(--ink) }
.alignment .gold rect { fill: none; stroke: var(--frame); stroke-width: 1.5 }
</style>`;

const widest = (words: readonly string[]): number =>
  words.reduce((most, word) => Math.max(most, columnsOf(word)), 2);
