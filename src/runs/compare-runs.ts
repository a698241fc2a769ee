import type { FlatConfig } from "../config/flat.ts";
import { shortNames } from "../config/sweep.ts";
import { type MeanInterval, meanInterval } from "../evaluation/mean-interval.ts";
import { recordedTask } from "../tasks/tasks.ts";
import { scoreOf } from "../tasks/validation-text.ts";
import type { Points, RecordedRun } from "./recorded-run.ts";

/** Finished runs that differ only in their seed. */
export interface RunGroup {
  /** The directory they share, or the settings in which they differ from the other groups. */
  readonly name: string;
  readonly runs: readonly RecordedRun[];
  readonly seeds: readonly number[];
  readonly config: FlatConfig;
  /** By score, the mean over the runs with Student's interval. */
  readonly valid: Readonly<Record<string, MeanInterval>>;
}

export interface Comparison {
  /** Paths of the keys, other than the seed, in which the groups differ. */
  readonly differing: readonly string[];
  /** The same over all runs, including those that cannot be compared. */
  readonly differingAnywhere: readonly string[];
  /** Their names in tables: the last part of the path where that is unique. */
  readonly names: ReadonlyMap<string, string>;
  /** By task, best first. */
  readonly groups: readonly RunGroup[];
  /** Runs that are unfinished, damaged or duplicates, with the reason. */
  readonly others: readonly RecordedRun[];
  /** The score that groups are ordered by; undefined when no run has any. */
  readonly score: string | undefined;
}

/** Names of table columns: a configuration key of the same name is shown by its whole path. */
const COLUMNS = ["run", "group", "n", "seed", "parameters", "steps"];
const isLessBetter = (key: string): boolean => key === "loss" || scoreOf(key)?.better === "less";

/**
 * Groups runs that differ only in their seed and lists the keys in which the groups differ.
 *
 * @param root  The directory that was searched: names are relative to it.
 */
export function compareRuns(runs: readonly RecordedRun[], root: string): Comparison {
  const finished = runs.filter(({ state }) => state === "finished");
  const differing = differingKeys(finished);
  const short = shortNames([...differing, ...COLUMNS]);
  const names = new Map(differing.map((path) => [path, short.get(path) ?? path]));
  const sets = new Map<string, RecordedRun[]>();
  const repeated: RecordedRun[] = [];
  for (const run of finished) {
    const key = JSON.stringify([...run.config].filter(([path]) => path !== "seed"));
    const set = sets.get(key) ?? [];
    sets.set(key, set);
    // Equal seeds give equal runs: counted twice they would make an interval look narrower than it is.
    const same = set.find((other) => seedOf(other) === seedOf(run));
    if (!same) set.push(run);
    else
      repeated.push({ ...run, reason: `same configuration and seed as ${relative(same.directory, root)}` });
  }
  const parents = new Map<string, number>();
  for (const set of sets.values())
    for (const parent of new Set(set.map(({ directory }) => parentOf(relative(directory, root)))))
      parents.set(parent, (parents.get(parent) ?? 0) + 1);
  const groups = [...sets.values()].map((set) => {
    const [first] = set as [RecordedRun];
    const sorted = set.toSorted((a, b) => seedOf(a) - seedOf(b));
    const own = new Set(set.map(({ directory }) => parentOf(relative(directory, root))));
    const [parent = ""] = own;
    const isTheirsAlone = own.size === 1 && parent !== "" && parents.get(parent) === 1;
    const settings = differing.map((path) => `${names.get(path)}=${first.config.get(path) ?? "–"}`).join(",");
    const name = isTheirsAlone
      ? parent
      : set.length === 1
        ? relative(first.directory, root)
        : settings || "all";
    return { name, runs: sorted, seeds: sorted.map(seedOf), config: first.config, valid: scoresOf(set) };
  });
  const scores = [...new Set(groups.flatMap(({ valid }) => Object.keys(valid)))];
  const score = scores.find((key) => !isLessBetter(key)) ?? scores.at(-1);
  const sign = score !== undefined && isLessBetter(score) ? 1 : -1;
  const task = ({ config }: RunGroup): string => recordedTask(config).name;
  const order = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
  const lossOf = ({ valid }: RunGroup): number => valid.loss?.mean ?? Infinity;
  const rank = ({ valid }: RunGroup): number => sign * (valid[score ?? ""]?.mean ?? sign * Infinity);
  return {
    differing,
    differingAnywhere: differingKeys(runs),
    names,
    groups: groups.toSorted(
      (a, b) => order(task(a), task(b)) || order(rank(a), rank(b)) || order(lossOf(a), lossOf(b)),
    ),
    others: [...repeated, ...runs.filter(({ state }) => state !== "finished")],
    score,
  };
}

/** The mean curve of several runs, at the steps that all of them have. */
export function meanCurve(curves: readonly Points[]): Points {
  const [first = [], ...rest] = curves;
  const others = rest.map((points) => new Map(points));
  return first.flatMap(([step, value]) => {
    const values = [value, ...others.map((points) => points.get(step))];
    if (values.includes(undefined)) return [];
    return [[step, (values as number[]).reduce((a, b) => a + b, 0) / values.length] as const];
  });
}

/** A path relative to `root`; for `root` itself, its last part. */
export function relative(directory: string, root: string): string {
  const start = root.replace(/\/+$/, "");
  const below = directory.startsWith(`${start}/`) ? directory.slice(start.length + 1) : directory;
  return directory === start ? (directory.split("/").at(-1) ?? directory) : below;
}

const parentOf = (path: string): string => path.split("/").slice(0, -1).join("/");
export const seedOf = ({ config }: RecordedRun): number => Number(config.get("seed"));

function differingKeys(runs: readonly RecordedRun[]): string[] {
  const configs = runs.map(({ config }) => config).filter(({ size }) => size > 0);
  const keys = new Set(configs.flatMap((config) => [...config.keys()]));
  keys.delete("seed");
  return [...keys].filter((key) => new Set(configs.map((config) => config.get(key))).size > 1);
}

function scoresOf(runs: readonly RecordedRun[]): Record<string, MeanInterval> {
  const keys = new Set(runs.flatMap(({ valid }) => Object.keys(valid)));
  return Object.fromEntries(
    [...keys].map((key) => [key, meanInterval(runs.flatMap(({ valid }) => valid[key] ?? []))]),
  );
}
