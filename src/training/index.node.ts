/** `heed/training` in Node: with run directories, trained into and read back. */

export { type Comparison, compareRuns, type RunGroup } from "./compare-runs.ts";
export { type Corpus, encodeCorpus, loadCorpus } from "./corpus.node.ts";
export * from "./index.ts";
export {
  type ClassifierRun,
  type LanguageRun,
  type OpenedRun,
  openRun,
  openRunOf,
  type TranslatorRun,
} from "./open-run.node.ts";
export { findRuns, type RecordedRun, readRecordedRun } from "./recorded-run.node.ts";
export { type RunEvents, type RunOptions, type RunSummary, trainRun } from "./run.node.ts";
export { type RunResult, readResult } from "./run-result.node.ts";
export { type CellOutcome, type SweepOptions, trainSweep } from "./run-sweep.node.ts";
