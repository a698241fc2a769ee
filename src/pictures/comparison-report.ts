import { type Curve, curvesSvg } from "./curves-svg.ts";
import { type IntervalsPicture, intervalsSvg } from "./intervals-svg.ts";
import { escapeMarkup } from "./markup.ts";
import { type Facts, page } from "./page.ts";
import type { Table } from "./table.ts";

export interface ComparisonReport {
  readonly title: string;
  readonly facts: Facts;
  /** What `±` means. */
  readonly note: string;
  readonly scores: readonly IntervalsPicture[];
  readonly groups: Table;
  readonly runs: Table;
  /** Runs that could not be compared, and why. */
  readonly others: Table;
  readonly charts: readonly {
    readonly title: string;
    readonly yLabel: string;
    readonly curves: readonly Curve[];
  }[];
  /** Which curves are drawn. */
  readonly curvesNote: string;
}

/** A self-contained page that compares runs: scores with intervals, curves, tables. */
export function comparisonReport(report: ComparisonReport): string {
  const { title, facts, note, scores, groups, runs, others, charts, curvesNote } = report;
  const drawn = charts
    .filter(({ curves }) => curves.some(({ points }) => points.length > 0))
    .map((chart) => `<figure>${curvesSvg({ ...chart, xLabel: "step", width: 960, height: 270 })}</figure>`);
  const pictures = scores
    .filter(({ rows }) => rows.length > 0)
    .map((picture) => `<figure>${intervalsSvg(picture)}</figure>`);
  const noteText = (text: string): string => `<p class="note">${escapeMarkup(text)}</p>`;
  return page({
    title,
    facts,
    sections: [
      {
        title: "Scores",
        content:
          pictures.length > 0
            ? `<div class="layers">${pictures.join("\n")}</div>\n${tableOf(groups)}\n${noteText(note)}`
            : "",
      },
      {
        title: "Training curves",
        content:
          drawn.length > 0 ? `<div class="layers">${drawn.join("\n")}</div>\n${noteText(curvesNote)}` : "",
      },
      { title: "All runs", content: tableOf(runs) },
      { title: "Not compared", content: tableOf(others) },
    ],
  });
}

function tableOf({ columns, rows }: Table): string {
  if (rows.length === 0) return "";
  const kind = (i: number): string => (columns[i]?.isText ? ' class="text"' : "");
  // On a phone a row becomes lines of "column value", so that nothing overflows the page.
  const named = (i: number): string => ` data-column="${escapeMarkup(columns[i]?.name ?? "")}"`;
  const head = columns.map(({ name }, i) => `<th${kind(i)}>${escapeMarkup(name)}</th>`).join("");
  const body = rows.map(
    (row) =>
      `<tr>${row.map((cell, i) => `<td${kind(i)}${named(i)}>${escapeMarkup(cell)}</td>`).join("")}</tr>`,
  );
  return `<div class="wide"><table class="numbers rows"><thead><tr>${head}</tr></thead><tbody>${body.join("\n")}</tbody></table></div>`;
}
