/** `heed/runs`: trained models opened from their files. In Node also run directories: trained into, resumed, compared. */
export {
  assembleRun,
  type ClassifierRun,
  type LanguageRun,
  type OpenedRun,
  type OpenedRunOf,
  runOf,
  type TranslatorRun,
} from "./open-run.ts";
