import { type Comparison, type RunGroup, seedOf } from "./compare-runs.ts";
import type { RecordedRun } from "./recorded-run.ts";

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
