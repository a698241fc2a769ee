import { comparisonReport } from "../pictures/comparison-report.ts";
import type { Curve } from "../pictures/curves-svg.ts";
import { curvesInTerminal } from "../pictures/terminal-curves.ts";
import { type Comparison, meanCurve, type RunGroup, seedOf } from "../runs/compare-runs.ts";
import type { Points, RecordedRun } from "../runs/recorded-run.node.ts";
import { recordedTask } from "../tasks/tasks.ts";
import {
  groupTable,
  interval,
  otherTable,
  runTable,
  scoreName,
  stateOf,
  tableLines,
  unitOf,
} from "./runs-table.ts";

/** More curves than this are hard to distinguish. */
const MOST_CURVES = 8;

const NOTE =
  "± is half the 95 % confidence interval of the mean over the n runs of a group, which differ only in their seed " +
  "(Student's t, n - 1 degrees of freedom).";

/** A run's lowest loss and best score may fall on different steps, but it keeps one model. */
const KEPT =
  "All scores of a run are those of the one model it kept: the checkpoint that did best on the validation data, " +
  "or the average of the last checkpoints where that was better.";

/** The text that `heed runs` prints. */
export function comparisonLines(
  comparison: Comparison,
  root: string,
  { columns, colour }: { columns: number; colour: boolean },
): string[] {
  const { groups, others } = comparison;
  const isRepeated = groups.some(({ runs }) => runs.length > 1);
  const lines = [summary(comparison), ""];
  if (groups.length > 0) {
    const tasks = tasksNote(comparison);
    if (tasks) lines.push(tasks.trim(), "");
    if (isRepeated) lines.push(...tableLines(groupTable(comparison)), NOTE, "");
    lines.push(...tableLines(runTable(comparison, root)), KEPT, "");
    for (const { title, curves } of charts(comparison).slice(1)) {
      const plot = curvesInTerminal({ title, curves, xLabel: "step", columns, colour });
      if (plot.length > 0) lines.push(...plot, "");
    }
    lines.push(curvesNote(comparison), "");
  }
  if (others.length > 0) lines.push("Not compared:", ...tableLines(otherTable(comparison, root)), "");
  return lines.slice(0, -1);
}

/** The same comparison as an HTML page. */
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
    note: `${tasksNote(comparison)}${KEPT} ${NOTE} A filled dot is a mean, a bar its interval, a ring one run.`,
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

/** Names beyond this many are only counted. */
const MOST_NAMES = 8;

const someOf = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? names.join(", ")
    : `${names.slice(0, MOST_NAMES).join(", ")} and ${names.length - MOST_NAMES} more`;

/** A warning if the groups belong to different tasks; empty otherwise. */
function tasksNote({ groups }: Comparison): string {
  const tasks = new Set(groups.map(({ config }) => recordedTask(config).name));
  return tasks.size > 1
    ? `These runs belong to several tasks: ${[...tasks].join(", ")}. Only runs of the same task can be compared. `
    : "";
}

const upperFirst = (text: string): string => text.replace(/^./, (c) => c.toUpperCase());

function summary({ groups, others, names }: Comparison): string {
  const count = groups.reduce((sum, { runs }) => sum + runs.length, 0);
  const states = [...new Set(others.map(stateOf))].map(
    (state) => `, ${others.filter((run) => stateOf(run) === state).length} ${state}`,
  );
  const differing = someOf([...names.values()]);
  const difference = differing ? `they differ in ${differing}` : "they differ only in their seed";
  const finished = `${count} finished ${count === 1 ? "run" : "runs"}`;
  const grouped = groups.length > 1 ? ` in ${groups.length} groups` : "";
  return `${finished}${grouped}${states.join("")}${count > 1 ? `; ${difference}` : ""}`;
}

interface Chart {
  readonly title: string;
  readonly yLabel: string;
  readonly curves: readonly Curve[];
}

/** Training loss, validation loss and the score that orders the groups, with one curve per group. */
function charts({ groups, score }: Comparison): Chart[] {
  const drawn = groups.slice(0, MOST_CURVES);
  const chart = (
    title: string,
    yLabel: string,
    dots: boolean,
    pick: (run: RecordedRun) => Points,
  ): Chart => ({
    title,
    yLabel,
    curves: drawn.map(({ name, runs }) => ({ name, dots, points: meanCurve(runs.map(pick)) })),
  });
  const unit = `nats per ${unitOf(drawn)}`;
  const validation = (key: string, title: string, yLabel: string): Chart =>
    chart(title, yLabel, true, ({ curves }) => curves.validation[key] ?? []);
  return [
    chart("Training loss", unit, false, ({ curves }) => curves.training),
    validation("loss", "Validation loss", unit),
    ...(score === undefined || score === "loss"
      ? []
      : [validation(score, `${upperFirst(scoreName(score))} on validation data`, scoreName(score))]),
  ];
}

function curvesNote({ groups }: Comparison): string {
  const isRepeated = groups.some(({ runs }) => runs.length > 1);
  const limited = groups.length > MOST_CURVES ? `Only the best ${MOST_CURVES} groups have curves. ` : "";
  const repeated = isRepeated ? "Each curve is the mean over the runs of a group. " : "";
  return `${limited}${repeated}Curves follow the model in training; the kept model may come from before the last step.`;
}

/** One line of `--json` for a run. */
export function runObject(run: RecordedRun, comparison: Comparison): object {
  const { directory, state, reason, parameters, steps, millisecondsPerStep, tokensPerSecond, valid } = run;
  return {
    kind: "run",
    run: directory,
    state,
    ...(reason === undefined ? {} : { reason }),
    config: settings(run, comparison.differingAnywhere),
    ...(run.config.size > 0 ? { seed: seedOf(run) } : {}),
    parameters,
    steps,
    millisecondsPerStep,
    tokensPerSecond,
    valid,
  };
}

/** One line of `--json` for a group: every score as {mean, half, n, confidence}. */
export function groupObject(group: RunGroup, comparison: Comparison): object {
  const { name, runs, seeds, valid } = group;
  const directories = runs.map(({ directory }) => directory);
  return {
    kind: "group",
    group: name,
    config: settings(group, comparison.differing),
    runs: directories,
    seeds,
    valid,
  };
}

/** The values of the keys that differ. */
function settings({ config }: RecordedRun | RunGroup, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.flatMap((path) => (config.has(path) ? [[path, config.get(path)]] : [])));
}
