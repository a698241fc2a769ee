/** What a reader of a comparison must know to read its numbers. */
import { recordedTask } from "../tasks/tasks.ts";
import type { Comparison } from "./compare-runs.ts";
import { stateOf } from "./comparison-tables.ts";

/** How many runs there are, and in what they differ. */
export function comparisonSummary({ groups, others, names }: Comparison): string {
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

export const intervalNote =
  "± is half the 95 % confidence interval of the mean over the n runs of a group, which differ only in their seed " +
  "(Student's t, n - 1 degrees of freedom).";

/** A run's lowest loss and best score may fall on different steps, but it keeps one model. */
export const keptNote =
  "All scores of a run are those of the one model it kept: the checkpoint that did best on the validation data, " +
  "or the average of the last checkpoints where that was better.";

/** A warning if the groups belong to different tasks; empty otherwise. */
export function tasksNote({ groups }: Comparison): string {
  const tasks = new Set(groups.map(({ config }) => recordedTask(config).name));
  return tasks.size > 1
    ? `These runs belong to several tasks: ${[...tasks].join(", ")}. Only runs of the same task can be compared. `
    : "";
}

/** Names beyond this many are only counted. */
const MOST_NAMES = 8;

/** A list of names, cut short. */
export const someOf = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? names.join(", ")
    : `${names.slice(0, MOST_NAMES).join(", ")} and ${names.length - MOST_NAMES} more`;
