import type { MeanInterval } from "../evaluation/mean-interval.ts";
import { median } from "../evaluation/median.ts";
import type { Table } from "../pictures/table.ts";
import type { Score } from "../tasks/task.ts";
import { recordedTask } from "../tasks/tasks.ts";
import { scoreOf } from "../tasks/validation-text.ts";
import { escapeControls } from "../text/escape.ts";
import { type Comparison, type RunGroup, relative, seedOf } from "./compare-runs.ts";
import type { RecordedRun } from "./recorded-run.ts";

const NONE = "–";
/** The loss, which every task has, as a score. */
const LOSS: Pick<Score, "name" | "decimals"> = { name: "validation loss", decimals: 3 };
const describe = (key: string): Pick<Score, "name" | "decimals"> =>
  key === "loss" ? LOSS : (scoreOf(key) ?? { name: key, decimals: 3 });

/** The name of a score in headings. */
export const scoreName = (key: string): string => describe(key).name;

/** The decimals with which a score is written. */
export const scoreDecimals = (key: string): number => describe(key).decimals;

/** "34.1 ± 1.2" */
export function interval(key: string, { mean, half }: MeanInterval): string {
  const digits = describe(key).decimals;
  return half === undefined ? mean.toFixed(digits) : `${mean.toFixed(digits)} ± ${half.toFixed(digits)}`;
}

const count = (value: number | undefined): string =>
  value === undefined ? NONE : Math.round(value).toLocaleString("en-US");
const milliseconds = (value: number | undefined): string => (value === undefined ? NONE : value.toFixed(1));
const setting = (run: RunGroup | RecordedRun, path: string): string =>
  escapeControls(listed(String(run.config.get(path) ?? NONE)));

/** Writes `["positions","norm"]` as "positions, norm". */
const listed = (value: string): string =>
  /^\[.*\]$/.test(value) ? value.slice(1, -1).replaceAll('"', "").replaceAll(",", ", ") || "none" : value;

/** The unit of losses and speeds: "token", or "token or text" for runs of several tasks. */
export function unitOf(runs: readonly (RunGroup | RecordedRun)[]): string {
  const units = new Set(runs.map(({ config }) => recordedTask(config).unit));
  return [...units].sort().reverse().join(" or ");
}

/** The differing keys that the groups' names do not already show. */
function shownKeys({ differing, names, groups }: Comparison): readonly string[] {
  return differing.filter((path) => !groups.every(({ name }) => name.includes(`${names.get(path)}=`)));
}

/** The scores that any group has, the loss first. */
const scoresOf = ({ groups }: Comparison): string[] => [
  ...new Set(groups.flatMap(({ valid }) => Object.keys(valid))),
];

/** A row for each group: settings, size, speed, and scores as mean ± half an interval. */
export function groupTable(comparison: Comparison): Table {
  const keys = shownKeys(comparison);
  const scores = scoresOf(comparison);
  const medianOf = (
    group: RunGroup,
    key: "parameters" | "steps" | "millisecondsPerStep" | "tokensPerSecond",
  ) => median(group.runs.flatMap((run) => run[key] ?? []));
  const speed = `${unitOf(comparison.groups)}s/s`;
  const figures = ["n", "parameters", "steps", "ms/step", speed, ...scores.map(scoreName)];
  return {
    columns: [
      { name: "group", isText: true },
      ...keys.map((path) => ({ name: comparison.names.get(path) ?? path })),
      ...figures.map((name) => ({ name })),
    ],
    rows: comparison.groups.map((group) => [
      escapeControls(group.name),
      ...keys.map((path) => setting(group, path)),
      String(group.runs.length),
      count(medianOf(group, "parameters")),
      count(medianOf(group, "steps")),
      milliseconds(medianOf(group, "millisecondsPerStep")),
      count(medianOf(group, "tokensPerSecond")),
      ...scores.map((key) => {
        const estimate = group.valid[key];
        return estimate && estimate.n > 0 ? interval(key, estimate) : NONE;
      }),
    ]),
  };
}

/** A row for each finished run. */
export function runTable(comparison: Comparison, root: string): Table {
  const keys = shownKeys(comparison);
  const scores = scoresOf(comparison);
  const speed = `${unitOf(comparison.groups)}s/s`;
  const figures = ["seed", "parameters", "steps", "ms/step", speed, "kept", ...scores.map(scoreName)];
  return {
    columns: [
      { name: "run", isText: true },
      ...keys.map((path) => ({ name: comparison.names.get(path) ?? path })),
      ...figures.map((name) => ({ name })),
    ],
    rows: comparison.groups.flatMap(({ runs }) =>
      runs.map((run) => [
        escapeControls(relative(run.directory, root)),
        ...keys.map((path) => setting(run, path)),
        String(seedOf(run)),
        count(run.parameters),
        count(run.steps),
        milliseconds(run.millisecondsPerStep),
        count(run.tokensPerSecond),
        run.kept ?? NONE,
        ...scores.map((key) => run.valid[key]?.toFixed(describe(key).decimals) ?? NONE),
      ]),
    ),
  };
}

/** The state shown for a run that is not compared. */
export const stateOf = ({ state }: RecordedRun): string => (state === "finished" ? "repeated" : state);

/** A row for each run that is not compared, with the reason. */
export function otherTable({ others }: Comparison, root: string): Table {
  return {
    columns: [
      { name: "run", isText: true },
      { name: "state", isText: true },
      { name: "reason", isText: true },
    ],
    rows: others.map((run) => [
      escapeControls(relative(run.directory, root)),
      stateOf(run),
      escapeControls(run.reason ?? ""),
    ]),
  };
}
