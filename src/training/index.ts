/** `heed/training`: optimisers, schedules, the step and the trainer. */
export type { BatchFeeds } from "../runtime/compile.ts";
export { checkGradient, type GradientCheckOptions, type GradientDisagreement } from "./check-gradient.ts";
export { adamw, clipByGlobalNorm, optimiser } from "./optimiser.ts";
export { learningRate, type ScheduleConfig } from "./schedule.ts";
export {
  countParameters,
  openTrainingStep,
  type StepResult,
  type TrainingStep,
  type TrainingStepOptions,
} from "./step.ts";
export {
  type Position,
  START,
  type StepRecord,
  type StopReason,
  type TrainerEvents,
  type TrainerOptions,
  type TrainingBatch,
  train,
  type Validation,
  type ValidationRecord,
} from "./trainer.ts";
export type { Optimiser, OptimiserConfig, Trained } from "./update.ts";
