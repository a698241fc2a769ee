/** `heed/training` in Node: with run directories, trained into and read back. */
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
export { type RunEvents, type RunOptions, type RunSummary, trainRun } from "./run.node.ts";
