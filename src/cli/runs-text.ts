import { tableLines } from "../pictures/table.ts";
import { curvesInTerminal } from "../pictures/terminal-curves.ts";
import type { Comparison } from "../runs/compare-runs.ts";
import { charts, curvesNote } from "../runs/comparison-charts.ts";
import { comparisonSummary, intervalNote, keptNote, tasksNote } from "../runs/comparison-notes.ts";
import { groupTable, otherTable, runTable } from "../runs/comparison-tables.ts";

/** The text that `heed runs` prints. */
export function comparisonLines(
  comparison: Comparison,
  root: string,
  { columns, colour }: { columns: number; colour: boolean },
): string[] {
  const { groups, others } = comparison;
  const isRepeated = groups.some(({ runs }) => runs.length > 1);
  const lines = [comparisonSummary(comparison), ""];
  if (groups.length > 0) {
    const tasks = tasksNote(comparison);
    if (tasks) lines.push(tasks.trim(), "");
    if (isRepeated) lines.push(...tableLines(groupTable(comparison)), intervalNote, "");
    lines.push(...tableLines(runTable(comparison, root)), keptNote, "");
    for (const { title, curves } of charts(comparison).slice(1)) {
      const plot = curvesInTerminal({ title, curves, xLabel: "step", columns, colour });
      if (plot.length > 0) lines.push(...plot, "");
    }
    lines.push(curvesNote(comparison), "");
  }
  if (others.length > 0) lines.push("Not compared:", ...tableLines(otherTable(comparison, root)), "");
  return lines.slice(0, -1);
}
