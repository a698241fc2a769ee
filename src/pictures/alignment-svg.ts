import { escapeMarkup, short } from "./markup.ts";
import { colour, svg, text } from "./svg.ts";
import { tokenLabel, widest } from "./token-label.ts";

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
  /** Names of the axes: what is across, and what is down. Default: none. */
  readonly axes?: { readonly across: string; readonly down: string };
  /** A scale of the colours from 0 to 1, with this name. Default: none. */
  readonly legend?: string;
}

/** Sides of a square in pixels: largest and smallest, and of the whole where there are many. */
const [LARGEST, SMALLEST, WHOLE] = [28, 16, 480];
const GAP = 6;
/** Height of the name of an axis. */
const LINE = 20;
const LEGEND = { width: 160, gold: 90, height: 44 };
const SCALE = { width: 120, steps: 6 };

/**
 * An attention matrix: one square per pair of words, its colour the stronger the more attention, and a frame around gold
 * links. Hovering over a square shows its weight. Follows the light or dark colour scheme.
 */
export function alignmentSvg(picture: AlignmentPicture): string {
  const { source, target, weights, gold = [], axes, legend, title } = picture;
  const [across, down] = [source.map(tokenLabel), target.map(tokenLabel)];
  const longest = widest(across) * Math.SQRT1_2;
  const cell = Math.max(
    SMALLEST,
    Math.min(LARGEST, Math.floor(WHOLE / Math.max(1, source.length, target.length))),
  );
  const left = (axes ? LINE : 0) + 2 * GAP + widest(down);
  const top = (axes ? LINE : 0) + GAP + longest + 9;
  const [right, bottom] = [left + source.length * cell, top + target.length * cell];
  const legendBelow = legend === undefined ? 0 : LEGEND.height;
  const legendWidth = Math.max(
    LEGEND.width + (gold.length > 0 ? LEGEND.gold : 0),
    widest([legend ?? ""], 11) + GAP,
  );
  const width = Math.max(right + longest + GAP, legend === undefined ? 0 : legendWidth);
  const labels = [
    ...across.map((word, i) => text(word, { x: left + (i + 0.6) * cell, y: top - GAP, turn: -45 })),
    ...down.map((word, j) => text(word, { x: left - GAP, y: top + (j + 0.5) * cell, anchor: "end" })),
  ];
  const cells = target.flatMap((written, j) =>
    source.map((read, i) => {
      const weight = Math.min(1, Math.max(0, weights[j]?.[i] ?? 0));
      const tip = `${escapeMarkup(written)} ← ${escapeMarkup(read)}: ${weight.toFixed(3)}`;
      return `<rect x="${short(left + i * cell)}" y="${short(top + j * cell)}" width="${cell}" height="${cell}" fill-opacity="${weight.toFixed(3)}"><title>${tip}</title></rect>`;
    }),
  );
  const name = title ?? `attention of ${target.length} words to ${source.length} words`;
  return svg({
    kind: "alignment",
    title: name,
    description: `${target.length} rows and ${source.length} columns of squares.${gold.length > 0 ? " Frames mark known links." : ""}`,
    width,
    height: bottom + GAP + legendBelow,
    body: [
      ...(axes ? axisNames(axes, { left, top, right, bottom }) : []),
      `<g class="labels">${labels.join("")}</g>`,
      `<rect class="paper" x="${short(left)}" y="${short(top)}" width="${source.length * cell}" height="${target.length * cell}" fill="${colour("paper")}"/>`,
      `<g class="cells" fill="${colour("ink")}">${cells.join("")}</g>`,
      gridLines(cell, { left, top, right, bottom }),
      goldFrames(gold, cell, left, top),
      ...(legend === undefined
        ? []
        : [
            scaleBar(
              legend,
              Math.max(0, Math.min(left, width - legendWidth)),
              bottom + 2 * GAP,
              gold.length > 0,
            ),
          ]),
    ],
  });
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function axisNames({ across, down }: { across: string; down: string }, { left, top, bottom }: Box): string[] {
  const [fill, size] = [colour("faint"), 11];
  return [
    text(`${across} →`, { x: left, y: 8, fill, size }),
    text(`← ${down}`, { x: 12, y: (top + bottom) / 2, turn: -90, fill, size, anchor: "middle" }),
  ];
}

/** Between squares, so that a place in a wide matrix can be followed to its words. */
function gridLines(cell: number, { left, top, right, bottom }: Box): string {
  let path = "";
  for (let x = left + cell; x < right - 1; x += cell) path += `M${short(x)} ${short(top)}V${short(bottom)}`;
  for (let y = top + cell; y < bottom - 1; y += cell) path += `M${short(left)} ${short(y)}H${short(right)}`;
  return `<path d="${path}" stroke="${colour("page")}" stroke-width="1" fill="none"/>`;
}

function goldFrames(
  gold: readonly (readonly [number, number])[],
  cell: number,
  left: number,
  top: number,
): string {
  const frames = gold.map(
    ([i, j]) =>
      `<rect x="${short(left + i * cell + 2)}" y="${short(top + j * cell + 2)}" width="${cell - 4}" height="${cell - 4}" rx="3"/>`,
  );
  return `<g class="gold" fill="none" stroke="${colour("frame")}" stroke-width="2">${frames.join("")}</g>`;
}

/** 0 [steps of the colour] 1, its name, and a frame beside it where frames are shown. */
function scaleBar(name: string, x: number, y: number, hasGold: boolean): string {
  const step = SCALE.width / SCALE.steps;
  const from = x + 12;
  const steps = Array.from(
    { length: SCALE.steps },
    (_, i) =>
      `<rect x="${short(from + i * step)}" y="${short(y)}" width="${short(step)}" height="10" fill-opacity="${short(i / (SCALE.steps - 1))}"/>`,
  );
  const [fill, size] = [colour("faint"), 11];
  const after = from + SCALE.width + 6;
  return [
    `<g class="legend">`,
    text("0", { x, y: y + 5, fill, size }),
    `<rect x="${short(from)}" y="${short(y)}" width="${SCALE.width}" height="10" fill="${colour("paper")}" stroke="${colour("rule")}"/>`,
    `<g fill="${colour("ink")}">${steps.join("")}</g>`,
    text("1", { x: after, y: y + 5, fill, size }),
    text(name, { x, y: y + 20, fill, size }),
    hasGold
      ? `<rect x="${short(after + 20)}" y="${short(y - 1)}" width="12" height="12" rx="2" fill="none" stroke="${colour("frame")}" stroke-width="2"/>${text("known link", { x: after + 38, y: y + 5, fill, size })}`
      : "",
    "</g>",
  ].join("");
}
