/** `heed/runs`: opens trained models and compares runs from their files. In Node it also trains and resumes run directories. */
export { type Comparison, compareRuns, meanCurve, type RunGroup } from "./compare-runs.ts";
export { curvesNote } from "./comparison-charts.ts";
export { comparisonSummary, intervalNote, keptNote, tasksNote } from "./comparison-notes.ts";
export { groupTable, otherTable, runTable, scoreDecimals, scoreName, unitOf } from "./comparison-tables.ts";
export { ensembleOf } from "./ensemble.ts";
export { assembleModelFolder } from "./model-folder.ts";
export {
  assembleRun,
  type ClassifierRun,
  type LanguageRun,
  type OpenedRun,
  type OpenedRunOf,
  runOf,
  type TranslatorRun,
} from "./open-run.ts";
export { type TranslatingOptions, translatorOver } from "./ready.ts";
export { type Points, type RecordedRun, type RunRecords, recordedRun } from "./recorded-run.ts";
