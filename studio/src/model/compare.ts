/** Runs beside each other, as `heed runs` compares them. */
import type { MeanInterval } from "heed/evaluation";
import type { Table } from "heed/pictures";
import {
  compareRuns,
  comparisonSummary,
  curvesNote,
  groupTable,
  intervalNote,
  keptNote,
  meanCurve,
  otherTable,
  type Points,
  type RecordedRun,
  recordedRun,
  runTable,
  scoreDecimals,
  scoreName,
  tasksNote,
  unitOf,
} from "heed/runs";

/** What a run wrote down, by file. */
export interface RunTexts {
  readonly name: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly trainer?: { readonly pid: number; readonly host: string };
}

/** The files that are read of a run. */
export const logs = ["config.yaml", "metrics.jsonl", "timings.jsonl", "result.json", "diverged.json"];

/** Something that is measured in training. */
export interface Measure {
  /** `training`, `loss`, `bleu`, … */
  readonly key: string;
  readonly name: string;
  readonly unit: string;
  readonly decimals: number;
}

/** Finished runs that differ only in their seed, or one run that is not finished. */
export interface ShownGroup {
  readonly name: string;
  readonly runs: readonly string[];
  readonly isFinished: boolean;
  /** By score: the mean of the kept models with its interval, and the scores of each. */
  readonly valid: Readonly<Record<string, MeanInterval & { readonly values: readonly number[] }>>;
  /** By measure: the mean over the runs, and each of them. */
  readonly curves: Readonly<Record<string, { readonly mean: Points; readonly each: readonly Points[] }>>;
  /** Seconds of training after steps, in the mean. */
  readonly elapsed: Points;
}

export interface ComparedRuns {
  readonly summary: string;
  /** What a reader must know. */
  readonly notes: {
    readonly tasks: string;
    readonly kept: string;
    readonly interval: string;
    readonly curves: string;
  };
  /** Best first; then what is not finished. */
  readonly groups: readonly ShownGroup[];
  readonly measures: readonly Measure[];
  /** The score that groups are ordered by. */
  readonly score: string;
  /** As `heed runs` prints them; that of groups only where runs are repeated. */
  readonly tables: { readonly groups: Table | undefined; readonly runs: Table; readonly others: Table };
}

export function comparedRuns(given: readonly RunTexts[]): ComparedRuns {
  const runs = given.map(({ name, texts, trainer }) =>
    recordedRun({ directory: name, text: (file) => texts[file], trainer: () => trainer }),
  );
  const comparison = compareRuns(runs, "");
  const { groups, others, score = "loss" } = comparison;
  const unfinished = others.filter((run) => run.state !== "finished" && run.curves.training.length > 0);
  const keys = new Set(["loss", ...runs.flatMap(({ curves }) => Object.keys(curves.validation))]);
  const nats = `nats per ${unitOf(groups.length > 0 ? groups : runs)}`;
  const measures: Measure[] = [
    { key: "training", name: "training loss", unit: nats, decimals: scoreDecimals("loss") },
    ...[...keys].map((key) => ({
      key,
      name: scoreName(key),
      unit: key === "loss" ? nats : "",
      decimals: scoreDecimals(key),
    })),
  ];
  const shown = (name: string, of: readonly RecordedRun[], valid: ShownGroup["valid"]): ShownGroup => ({
    name,
    runs: of.map(({ directory }) => directory),
    isFinished: Object.keys(valid).length > 0,
    valid,
    curves: Object.fromEntries(
      measures.map(({ key }) => {
        const each = of.map((run) => curveOf(run, key));
        return [key, { mean: meanCurve(each), each }];
      }),
    ),
    elapsed: meanCurve(of.map(({ elapsed = [] }) => elapsed)),
  });
  const isRepeated = groups.some((group) => group.runs.length > 1);
  return {
    summary: comparisonSummary(comparison),
    notes: {
      tasks: tasksNote(comparison).trim(),
      kept: keptNote,
      interval: isRepeated ? intervalNote : "",
      curves: curvesNote(comparison),
    },
    groups: [
      ...groups.map((group) =>
        shown(
          group.name,
          group.runs,
          Object.fromEntries(
            Object.entries(group.valid).map(([key, interval]) => [
              key,
              { ...interval, values: group.runs.flatMap(({ valid }) => valid[key] ?? []) },
            ]),
          ),
        ),
      ),
      ...unfinished.map((run) => shown(run.directory, [run], {})),
    ],
    measures,
    score,
    tables: {
      groups: isRepeated ? groupTable(comparison) : undefined,
      runs: runTable(comparison, ""),
      others: otherTable(comparison, ""),
    },
  };
}

const curveOf = ({ curves }: RecordedRun, key: string): Points =>
  key === "training" ? curves.training : (curves.validation[key] ?? []);
