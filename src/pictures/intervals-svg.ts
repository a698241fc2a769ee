import { scaleLinear } from "d3-scale";
import { columnsOf } from "./columns.ts";
import { extent } from "./extent.ts";
import { escapeMarkup, short } from "./markup.ts";

export interface IntervalsPicture {
  readonly title: string;
  readonly rows: readonly {
    readonly name: string;
    readonly mean: number;
    /** The interval is mean ± half; no bar if omitted. */
    readonly half?: number | undefined;
    /** The values averaged. */
    readonly values: readonly number[];
    /** Written at the end of the row. */
    readonly text: string;
  }[];
  readonly xLabel: string;
  /** In pixels. Default 960. */
  readonly width?: number;
}

const ROW = 24;
const TOP = 34;
const BOTTOM = 38;
const LETTER = 7.2;
const LONGEST_NAME = 40;

/** One row per group: the mean as a dot, its interval as a bar, the single values as faint dots. */
export function intervalsSvg({ title, rows, xLabel, width = 960 }: IntervalsPicture): string {
  const letters = (texts: readonly string[]): number => Math.max(4, ...texts.map(columnsOf));
  const left = 12 + LETTER * Math.min(LONGEST_NAME, letters(rows.map(({ name }) => name)));
  const right = width - 16 - LETTER * letters(rows.map(({ text }) => text));
  const bottom = TOP + ROW * rows.length;
  const ends = rows.flatMap(({ mean, half = 0, values }) => [mean - half, mean + half, ...values]);
  const x = scaleLinear(extent(ends), [left, right]).nice(6);
  const ticks = x.ticks(6).map((value) => {
    const at = short(x(value));
    return `<line class="rule" x1="${at}" x2="${at}" y1="${TOP - 6}" y2="${bottom}"/><text x="${at}" y="${bottom + 14}" text-anchor="middle">${x.tickFormat(6)(value)}</text>`;
  });
  const drawn = rows.map(({ name, mean, half, values, text }, i) => {
    const y = TOP + ROW * (i + 0.5);
    const cut = columnsOf(name) > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
    const bar =
      half === undefined
        ? ""
        : `<line class="bar" x1="${short(x(mean - half))}" x2="${short(x(mean + half))}" y1="${y}" y2="${y}"/>`;
    const singles = values.length > 1 ? values : [];
    return [
      `<g><title>${escapeMarkup(`${name}: ${text}`)}</title>`,
      `<text x="${short(left - 12)}" y="${y}" dy="0.35em" text-anchor="end">${escapeMarkup(cut)}</text>`,
      bar,
      ...singles.map((value) => `<circle class="each" cx="${short(x(value))}" cy="${y}" r="2.5"/>`),
      `<circle class="mean" cx="${short(x(mean))}" cy="${y}" r="4.5"/>`,
      `<text x="${width}" y="${y}" dy="0.35em" text-anchor="end">${escapeMarkup(text)}</text></g>`,
    ].join("");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="intervals" viewBox="0 0 ${width} ${bottom + BOTTOM}" role="img" aria-label="${escapeMarkup(title)}">`,
    STYLE,
    `<text class="title" x="0" y="14">${escapeMarkup(title)}</text>`,
    ...ticks,
    `<text class="label" x="${short(right)}" y="${bottom + 32}" text-anchor="end">${escapeMarkup(xLabel)} →</text>`,
    ...drawn,
    "</svg>",
  ].join("\n");
}

const STYLE = `<style>
.intervals { font: 12px ui-sans-serif, system-ui, sans-serif; max-width: 100%; height: auto; --text: #333; --faint: #707880; --rule: #e6e8eb; --mean: #2f6db5; --bar: #9dc1ea; --each: #d1602d }
@media screen and (prefers-color-scheme: dark) { .intervals { --text: #ddd; --faint: #9aa2aa; --rule: #262c32; --mean: #7cb7f5; --bar: #2f5a87; --each: #f5995f } }
.intervals text { fill: var(--text); font-variant-numeric: tabular-nums }
.intervals .title { font-size: 13px; font-weight: 600 }
.intervals .label { fill: var(--faint) }
.intervals .rule { stroke: var(--rule) }
.intervals .bar { stroke: var(--bar); stroke-width: 5; stroke-linecap: round }
.intervals .mean { fill: var(--mean) }
.intervals .each { fill: none; stroke: var(--each); stroke-width: 1.25 }
</style>`;
