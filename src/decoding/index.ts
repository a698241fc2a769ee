/** `heed/decoding`: search, written once for every model behind a stepper; a translator over frozen weights. */
export { type BeamOptions, beamSearch, type Hypothesis, lengthPenalty } from "./beam.ts";
export { type GenerateOptions, type Generator, type GeneratorOptions, openGenerator } from "./generator.ts";
export { draw, nextTokens, type SamplingOptions } from "./sampling.ts";
export { type Candidates, type Decoding, openStepper, type Stepper, type StepperOptions } from "./stepper.ts";
export {
  openTranslator,
  type TranslatedText,
  type Translation,
  type Translator,
  type TranslatorOptions,
} from "./translator.ts";
