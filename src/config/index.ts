/** `heed/config`: what a run is asked to be, and the model that describes. */
export { classifierModel } from "./classifier-model.ts";
export { languageModel } from "./language-model.ts";
export { parseConfig, printConfig } from "./parse.ts";
export {
  type ClassifyConfig,
  type Config,
  configSchemas,
  type GenerateConfig,
  type TaskName,
  type TranslateConfig,
} from "./schema.ts";
export { type ConfiguredCell, configureCells, parseSweep, type SweepCell } from "./sweep.ts";
export { translationModel } from "./translation-model.ts";
