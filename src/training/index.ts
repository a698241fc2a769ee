/** `heed/training`: objective, optimisers, schedules, the step and the trainer. In Node also whole runs. */
export {
  type ClassificationTaskOptions,
  classifierModel,
  encodeLabelled,
  type Judge,
  likeliest,
  openClassificationTask,
  openJudge,
} from "./classification.ts";
export {
  type ClassifyConfig,
  type Config,
  configSchemas,
  type GenerateConfig,
  type TranslateConfig,
} from "./config.ts";
export {
  encodeText,
  type LanguageTaskOptions,
  languageModel,
  openLanguageTask,
} from "./language.ts";
export type { LayerStatistics } from "./layer-statistics.ts";
export {
  classificationObjective,
  languageModelObjective,
  type Objective,
  pairInputs,
  textInputs,
  translationObjective,
  windowInputs,
} from "./objective.ts";
export {
  adamw,
  clipByGlobalNorm,
  type Optimiser,
  type OptimiserConfig,
  optimiser,
  type Trained,
} from "./optimiser.ts";
export { parseConfig, printConfig } from "./parse-config.ts";
export { learningRate, type ScheduleConfig } from "./schedule.ts";
export {
  type BatchFeeds,
  countParameters,
  openTrainingStep,
  type StepResult,
  type TrainingStep,
  type TrainingStepOptions,
} from "./step.ts";
export { type ConfiguredCell, configureCells, parseSweep, type SweepCell } from "./sweep.ts";
export type { Task } from "./task.ts";
export {
  type Position,
  type StepRecord,
  type StopReason,
  type TrainerEvents,
  type TrainerOptions,
  type TrainingBatch,
  train,
  type Validation,
  type ValidationRecord,
} from "./trainer.ts";
export {
  encodePair,
  openTranslationTask,
  pairFeeds,
  type SentencePair,
  type Tokenizers,
  type TranslationTaskOptions,
  translationModel,
} from "./translation.ts";
