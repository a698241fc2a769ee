import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Config } from "../config/schema.ts";
import { trainingReport } from "../pictures/training-report.ts";
import { taskOf } from "../tasks/tasks.ts";
import { validationFacts } from "../tasks/validation-text.ts";
import type { Validation } from "../training/trainer.ts";
import { writeAtomically } from "./durable.node.ts";
import { METRICS } from "./metrics-log.node.ts";

export interface ReportedRun {
  readonly directory: string;
  readonly config: Config;
  readonly parameters: number;
}

/**
 * The run as a page to look at, so far: what it reached is said of the model that is kept, `best`; what that one does is
 * shown if this process has seen it, else what the last one does.
 */
export function writeReport(
  { directory, config, parameters }: ReportedRun,
  last: Validation & { readonly step: number },
  best: Validation & { readonly step: number },
): void {
  const task = taskOf(config);
  const lines = readFileSync(join(directory, METRICS), "utf8").split("\n");
  const report = trainingReport(lines, {
    title: basename(directory),
    subtitle: `${Object.values(config.data.train).join(", ")}, seed ${config.seed}`,
    facts: [
      ["Updates", last.step.toLocaleString("en-US")],
      ...validationFacts({ loss: best.loss, ...best.scores }, task),
      ...(best.step < last.step ? [["Best after", best.step.toLocaleString("en-US")] as const] : []),
      ["Parameters", `${(parameters / 1e6).toFixed(2)} million`],
    ],
    unit: task.unit,
    scores: task.scores,
    sections: (best.sections ?? last.sections)?.() ?? [],
  });
  writeAtomically(join(directory, "report.html"), report);
}
