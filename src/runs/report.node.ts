import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Config } from "../config/schema.ts";
import { trainingReport } from "../pictures/training-report.ts";
import { taskOf } from "../tasks/tasks.ts";
import { validationFacts } from "../tasks/validation-text.ts";
import type { Validation } from "../training/trainer.ts";
import { writeAtomically } from "./durable.node.ts";
import { METRICS } from "./records.ts";

export interface ReportedRun {
  readonly directory: string;
  readonly config: Config;
  readonly parameters: number;
  /** The steps of the checkpoints whose average is reported; undefined for the model of one step. */
  readonly averaged?: readonly number[];
}

/**
 * Writes the run so far as a page. Its figures are those of the model that is kept, `best`; so are its examples if this
 * process has seen them, else they are those of `last`.
 */
export function writeReport(
  { directory, config, parameters, averaged }: ReportedRun,
  last: Validation & { readonly step: number },
  best: Validation & { readonly step: number },
): void {
  const task = taskOf(config);
  const lines = readFileSync(join(directory, METRICS), "utf8").split("\n");
  const kept = averaged
    ? averageOf(averaged)
    : `the model of step ${steps(best.step)}, the best on validation data`;
  const sections = best.sections ?? last.sections;
  const source = sections === best.sections ? kept : `the model of step ${steps(last.step)}`;
  const report = trainingReport(lines, {
    title: titleOf(directory),
    subtitle: `${Object.values(config.data.train).join(", ")}, seed ${config.seed}`,
    facts: [
      ["Updates", steps(last.step)],
      ...(averaged ? [["Model kept", `average of ${averaged.length} checkpoints`] as const] : []),
      ...validationFacts({ loss: best.loss, ...best.scores }, task),
      ...(best.step < last.step ? [["Best after", steps(best.step)] as const] : []),
      ["Parameters", `${(parameters / 1e6).toFixed(2)} million`],
    ],
    unit: task.unit,
    scores: task.scores,
    curvesNote: `The curves show the model during training; the figures above are those of ${kept}.`,
    sections: (sections?.() ?? []).map((section) => ({
      ...section,
      note: [section.note, `By ${source}.`].filter((part) => part !== undefined).join(" "),
    })),
  });
  writeAtomically(join(directory, "report.html"), report);
}

const steps = (count: number): string => count.toLocaleString("en-US");

const averageOf = (averaged: readonly number[]): string =>
  `the average of the checkpoints of steps ${averaged.map(steps).join(" · ")}`;

/** The name of the run; for a cell of a sweep, its name and seed. */
function titleOf(directory: string): string {
  const path = resolve(directory);
  const name = basename(path);
  return /^seed=/.test(name) ? `${basename(dirname(path))}, ${name}` : name;
}
