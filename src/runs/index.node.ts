/** `heed/runs` in Node: trains, resumes, opens and compares run directories. */

export { comparisonPage } from "./comparison-page.ts";
export { type ImportedRun, type ImportOptions, importRun } from "./import-run.node.ts";
export * from "./index.ts";
export { openRun, openRunOf } from "./open-run.node.ts";
export type { ClassifierRun, LanguageRun, OpenedRun, TranslatorRun } from "./open-run.ts";
export { loadModel, saveModel, type Weights } from "./own-model.node.ts";
export { findRuns, readRecordedRun } from "./recorded-run.node.ts";
export type { RunResult } from "./records.ts";
export { readResult } from "./result.node.ts";
export type { RunEvents } from "./run-options.ts";
export type { RunSummary } from "./summary.ts";
export { type RunOptions, trainRun } from "./train-run.node.ts";
export { type CellOutcome, type SweepOptions, trainSweep } from "./train-sweep.node.ts";
