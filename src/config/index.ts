/** `heed/config`: configurations of runs, and the models they describe. */
export { classifierModel } from "./classifier-model.ts";
export type { TaskName } from "./families/family.ts";
export { languageModel } from "./language-model.ts";
export { type GivenConfig, parseConfig, readConfig } from "./parse.ts";
export { printConfig } from "./print.ts";
export type { ClassifyConfig, Config, GenerateConfig, TranslateConfig } from "./schema.ts";
export { type ConfiguredCell, configureCells, parseSweep, type SweepCell } from "./sweep.ts";
export { transformerConfig, translationModel } from "./translation-model.ts";
