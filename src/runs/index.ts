/** `heed/runs`: opens trained models from their files. In Node it also trains, resumes and compares run directories. */
export { ensembleOf } from "./ensemble.ts";
export {
  assembleRun,
  type ClassifierRun,
  type LanguageRun,
  type OpenedRun,
  type OpenedRunOf,
  runOf,
  type TranslatorRun,
} from "./open-run.ts";
