import { comparisonReport } from "../pictures/comparison-report.ts";
import type { Comparison } from "./compare-runs.ts";
import { charts, curvesNote, upperFirst } from "./comparison-charts.ts";
import { intervalNote, keptNote, someOf, tasksNote } from "./comparison-notes.ts";
import { groupTable, interval, otherTable, runTable, scoreName } from "./comparison-tables.ts";

/** A comparison of runs as an HTML page. */
export function comparisonPage(comparison: Comparison, root: string): string {
  const { groups, score } = comparison;
  const scores = [...new Set([score ?? "loss", "loss"])];
  return comparisonReport({
    title: `Runs in ${root}`,
    facts: [
      ["Runs", String(groups.reduce((sum, { runs }) => sum + runs.length, 0))],
      ["Groups", String(groups.length)],
      ["They differ in", someOf([...comparison.names.values()]) || "their seed"],
      ["Not compared", String(comparison.others.length)],
    ],
    note: `${tasksNote(comparison)}${keptNote} ${intervalNote} A filled dot is a mean, a bar its interval, a ring one run.`,
    scores: scores.map((key) => ({
      title: `${upperFirst(scoreName(key))} of the kept models`,
      xLabel: scoreName(key),
      rows: groups.flatMap(({ name, valid, runs }) => {
        const estimate = valid[key];
        if (!estimate || estimate.n === 0) return [];
        const { mean, half, n } = estimate;
        const values = runs.flatMap((run) => run.valid[key] ?? []);
        return [{ name, mean, half, values, text: `${interval(key, estimate)}, n = ${n}` }];
      }),
    })),
    groups: groupTable(comparison),
    runs: runTable(comparison, root),
    others: otherTable(comparison, root),
    charts: charts(comparison),
    curvesNote: curvesNote(comparison),
  });
}
