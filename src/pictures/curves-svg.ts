import { scaleLinear } from "d3-scale";
import { columnsOf } from "./columns.ts";
import { extent } from "./extent.ts";
import { escapeMarkup, short } from "./markup.ts";

export interface Curve {
  readonly name: string;
  /** [x, y] in order of x; points that are not finite are left out. */
  readonly points: readonly (readonly [number, number])[];
  /** Mark every point, e.g. the few values of validation. Default false. */
  readonly dots?: boolean;
}

export interface CurvesPicture {
  readonly title: string;
  readonly curves: readonly Curve[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** In pixels. Default 640 × 260. */
  readonly width?: number;
  readonly height?: number;
}

const MARGIN = { top: 48, bottom: 40, left: 52 } as const;
/** Room for the names at the ends of curves, and the width of a letter, in pixels. */
const NAMES = { least: 84, most: 240, letter: 6.2 } as const;
/** Most points of a line: more than there are pixels would only make the file larger. */
const MOST_POINTS = 600;

/** A line chart, with each curve named at its end. Follows the light or dark colour scheme. */
export function curvesSvg({
  title,
  curves,
  xLabel,
  yLabel,
  width = 640,
  height = 260,
}: CurvesPicture): string {
  const drawn = curves.map((curve) => ({
    ...curve,
    points: thin(curve.points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))),
  }));
  const all = drawn.flatMap(({ points }) => points);
  const longest = Math.max(0, ...curves.map(({ name }) => columnsOf(name)));
  const right = width - Math.round(Math.min(NAMES.most, Math.max(NAMES.least, 12 + NAMES.letter * longest)));
  const x = scaleLinear(extent(all.map(([at]) => at)), [MARGIN.left, right]);
  const y = scaleLinear(extent(all.map(([, value]) => value)), [height - MARGIN.bottom, MARGIN.top]).nice(5);
  const bottom = height - MARGIN.bottom;
  const yTicks = y.ticks(5).map((value) => {
    const at = short(y(value));
    return `<line class="rule" x1="${MARGIN.left}" x2="${right}" y1="${at}" y2="${at}"/><text x="${MARGIN.left - 8}" y="${at}" dy="0.35em" text-anchor="end">${y.tickFormat(5)(value)}</text>`;
  });
  const xTicks = x.ticks(Math.max(2, Math.floor(width / 110))).map((value) => {
    const at = short(x(value));
    return `<line class="tick" x1="${at}" x2="${at}" y1="${bottom}" y2="${bottom + 5}"/><text x="${at}" y="${bottom + 18}" text-anchor="middle">${value.toLocaleString("en-US")}</text>`;
  });
  const ends = spreadOut(
    drawn.map(({ points }) => (points.length > 0 ? y(points.at(-1)?.[1] ?? 0) : bottom)),
    14,
    bottom,
  );
  const lines = drawn.map(({ name, points, dots }, i) => {
    const path = points.map(([at, value]) => `${short(x(at))},${short(y(value))}`);
    const marks = dots || points.length === 1 ? points : [];
    return [
      `<g class="curve c${i % 8}">`,
      `<polyline points="${path.join(" ")}"${dots ? "" : ' class="fine"'}/>`,
      ...marks.map(([at, value]) => `<circle cx="${short(x(at))}" cy="${short(y(value))}" r="2.5"/>`),
      points.length > 0
        ? `<text x="${right + 8}" y="${short(ends[i] ?? 0)}" dy="0.35em">${escapeMarkup(name)}</text>`
        : "",
      "</g>",
    ].join("");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="curves" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeMarkup(title)}">`,
    STYLE,
    `<text class="title" x="0" y="14">${escapeMarkup(title)}</text>`,
    `<text class="label" x="${right}" y="${height - 6}" text-anchor="end">${escapeMarkup(xLabel)} →</text>`,
    `<text class="label" x="0" y="${MARGIN.top - 16}">↑ ${escapeMarkup(yLabel)}</text>`,
    ...yTicks,
    ...xTicks,
    ...lines,
    "</svg>",
  ].join("\n");
}

/** Averages neighbouring points if there are more than can be seen. */
function thin(points: Curve["points"]): Curve["points"] {
  const size = Math.ceil(points.length / MOST_POINTS);
  if (size <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i): [number, number] => {
    const group = points.slice(i * size, (i + 1) * size);
    const mean = (axis: 0 | 1): number => group.reduce((sum, point) => sum + point[axis], 0) / group.length;
    return [mean(0), mean(1)];
  });
}

/** Moves overlapping labels apart. */
function spreadOut(places: readonly number[], distance: number, lowest: number): number[] {
  const order = places.map((_, i) => i).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  const moved = [...places];
  let above = -Infinity;
  for (const at of order) {
    above = Math.max(moved[at] ?? 0, above + distance);
    moved[at] = above;
  }
  let below = lowest + distance;
  for (const at of order.reverse()) {
    below = Math.min(moved[at] ?? 0, below - distance);
    moved[at] = below;
  }
  return moved;
}

const STYLE = `<style>
.curves { font: 11px ui-sans-serif, system-ui, sans-serif; max-width: 100%; height: auto; --text: #333; --faint: #888; --rule: #e6e8eb; --c0: #2f6db5; --c1: #d1602d; --c2: #2d8a63; --c3: #8a4fb0; --c4: #a97b00; --c5: #0e8c9e; --c6: #c2447b; --c7: #6b7280 }
@media screen and (prefers-color-scheme: dark) { .curves { --text: #ddd; --faint: #999; --rule: #30363d; --c0: #7cb7f5; --c1: #f5995f; --c2: #6cc9a1; --c3: #c79be6; --c4: #e3bd4f; --c5: #5fd0df; --c6: #f08db8; --c7: #a7b0bb } }
.curves text { fill: var(--text); font-variant-numeric: tabular-nums }
.curves .title { font-size: 13px; font-weight: 600 }
.curves .label { fill: var(--faint) }
.curves .rule { stroke: var(--rule) }
.curves .tick { stroke: var(--faint) }
.curves polyline { fill: none; stroke-width: 2; stroke-linejoin: round }
.curves polyline.fine { stroke-width: 1 }
${Array.from({ length: 8 }, (_, i) => `.c${i} polyline { stroke: var(--c${i}) } .c${i} circle, .curves .c${i} text { fill: var(--c${i}) }`).join("\n")}
</style>`;
