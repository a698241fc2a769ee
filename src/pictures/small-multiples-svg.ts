import { scaleLinear, scaleLog } from "d3-scale";
import type { Curve } from "./curves-svg.ts";
import { extent } from "./extent.ts";
import { escapeMarkup, short } from "./markup.ts";

export interface SmallMultiples {
  readonly title: string;
  /** One panel each, all on the same scales. */
  readonly curves: readonly Pick<Curve, "name" | "points">[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** A log scale, for values that differ by orders of magnitude; values not above 0 are left out. Default false. */
  readonly log?: boolean;
  /** Maximum width, in pixels. Default 960. */
  readonly width?: number;
}

const PANEL = { least: 136, most: 220, height: 92, gap: 16 } as const;
/** Minimum width, so that title and units fit on one line. */
const NARROWEST = 480;
const TOP = 40;
const LEFT = 44;
const NAME = 16;
const BOTTOM = 36;
/** Most points of a panel. */
const MOST_POINTS = 100;

/**
 * One small panel per curve, with its name above it and the other curves behind it in grey.
 */
export function smallMultiplesSvg(picture: SmallMultiples): string {
  const { title, xLabel, yLabel, log = false, width: widest = 960 } = picture;
  const isDrawn = ([x, y]: readonly [number, number]): boolean =>
    Number.isFinite(x) && Number.isFinite(y) && (!log || y > 0);
  const curves = picture.curves
    .map(({ name, points }) => ({ name, points: everyFew(points.filter(isDrawn)) }))
    .filter(({ points }) => points.length > 0);
  const all = curves.flatMap(({ points }) => points);
  const fitting = Math.floor((widest - LEFT + PANEL.gap) / (PANEL.least + PANEL.gap));
  const columns = Math.max(1, Math.min(fitting, curves.length));
  const panelWidth = Math.min(PANEL.most, (widest - LEFT + PANEL.gap) / columns - PANEL.gap);
  const width = Math.min(widest, Math.max(NARROWEST, LEFT + columns * (panelWidth + PANEL.gap) - PANEL.gap));
  const rows = Math.ceil(curves.length / columns);
  const height = TOP + rows * (NAME + PANEL.height + PANEL.gap) + BOTTOM - PANEL.gap;
  const x = scaleLinear(extent(all.map(([at]) => at)), [0, panelWidth]);
  const domain = extent(all.map(([, value]) => value));
  const y = (log ? scaleLog(domain, [PANEL.height, 0]) : scaleLinear(domain, [PANEL.height, 0])).nice(4);
  const path = ({ points }: (typeof curves)[number]): string =>
    `M${points.map(([at, value]) => `${short(x(at))},${short(y(value))}`).join("L")}`;
  // The grey lines are drawn once and reused in every panel, where the selectors of the style below do not reach them.
  const behind = `behind-${title.replace(/[^a-z0-9]+/gi, "-")}`;
  const [low = 0, high = 1] = y.domain();
  const ticks = log ? [low, high] : y.ticks(2);
  const panels = curves.map((curve, i) => {
    const column = i % columns;
    const left = LEFT + column * (panelWidth + PANEL.gap);
    const top = TOP + NAME + Math.floor(i / columns) * (NAME + PANEL.height + PANEL.gap);
    const last = curve.points.at(-1)?.[1] ?? 0;
    const labels = ticks.map((value) => {
      const rule = `<line class="rule" x1="0" x2="${short(panelWidth)}" y1="${short(y(value))}" y2="${short(y(value))}"/>`;
      return column > 0
        ? rule
        : `${rule}<text class="label" x="-6" y="${short(y(value))}" dy="0.35em" text-anchor="end">${number(value)}</text>`;
    });
    const isLowest = i + columns >= curves.length;
    const [from = 0, to = 1] = x.domain();
    const steps = `<text class="label" x="0" y="${PANEL.height + 14}">${from.toLocaleString("en-US")}</text><text class="label" x="${short(panelWidth)}" y="${PANEL.height + 14}" text-anchor="end">${to.toLocaleString("en-US")}</text>`;
    return [
      `<g transform="translate(${short(left)} ${top})">`,
      `<text x="0" y="-5">${escapeMarkup(curve.name)}</text>`,
      `<text class="label" x="${short(panelWidth)}" y="-5" text-anchor="end">${number(last)}</text>`,
      ...labels,
      isLowest ? steps : "",
      `<use href="#${behind}"/>`,
      `<path class="own" d="${path(curve)}"/>`,
      "</g>",
    ].join("");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="multiples" viewBox="0 0 ${short(width)} ${height}" width="${short(width)}" role="img" aria-label="${escapeMarkup(title)}">`,
    STYLE,
    `<defs><path id="${behind}" style="fill: none; stroke: var(--behind)" d="${curves.map(path).join("")}"/></defs>`,
    `<text class="title" x="0" y="14">${escapeMarkup(title)}</text>`,
    `<text class="label" x="${short(width)}" y="14" text-anchor="end">${escapeMarkup(`${yLabel}${log ? ", log scale" : ""}; ${xLabel} →`)}</text>`,
    ...panels,
    "</svg>",
  ].join("\n");
}

/** Drops points if there are more than can be seen, but never the last. */
function everyFew(points: Curve["points"]): Curve["points"] {
  const size = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, i) => (points.length - 1 - i) % size === 0);
}

const number = (value: number): string =>
  Number(value.toPrecision(3)).toLocaleString("en-US", { maximumSignificantDigits: 3 });

const STYLE = `<style>
.multiples { font: 11px ui-sans-serif, system-ui, sans-serif; max-width: 100%; height: auto; --text: #333; --faint: #707880; --rule: #e6e8eb; --behind: #d3d7db; --own: #2f6db5 }
@media screen and (prefers-color-scheme: dark) { .multiples { --text: #ddd; --faint: #9aa2aa; --rule: #262c32; --behind: #3a424a; --own: #7cb7f5 } }
.multiples text { fill: var(--text); font-variant-numeric: tabular-nums }
.multiples .title { font-size: 13px; font-weight: 600 }
.multiples .label { fill: var(--faint) }
.multiples .rule { stroke: var(--rule) }
.multiples .own { fill: none; stroke: var(--own); stroke-width: 1.75; stroke-linejoin: round }
</style>`;
