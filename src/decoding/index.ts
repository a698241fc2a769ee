/** `heed/decoding`: search for any model, and a translator over frozen weights. */
export { type BeamOptions, beamSearch } from "./beam.ts";
export type { Bias, BiasedTokens } from "./bias.ts";
export {
  beginWith,
  type Constraint,
  constrained,
  minLength,
  noRepeatNgram,
  repetitionPenalty,
  sequenceBias,
  tokenBias,
  type Written,
} from "./constraints.ts";
export { coverage } from "./coverage.ts";
export { checkDecodingOptions, type DecodingOptions, decodingRanges } from "./decoding-options.ts";
export { ensembleWeights } from "./ensemble.ts";
export type { ForcedText } from "./forced-text.ts";
export {
  type ContinueOptions,
  type GenerateOptions,
  type Generator,
  type GeneratorOptions,
  openGenerator,
} from "./generator.ts";
export type { GlossaryTerm } from "./glossary-term.ts";
export { type Greedy, type GreedyOptions, openGreedy } from "./greedy.ts";
export { type Hypothesis, type LengthPenalty, lengthPenalty, type ScoreOptions } from "./hypothesis.ts";
export { type LexiconOptions, learnShortlist, type TokenPair } from "./lexicon.ts";
export type { Listed, Shortlist } from "./listed.ts";
export { type SampleOptions, sampleSearch } from "./sample-search.ts";
export { draw, nextTokens, type SamplingOptions } from "./sampling.ts";
export { type Forced, openScorer, type Scorer, type ScorerOptions } from "./scorer.ts";
export { type LexicalShortlist, shortlistOf } from "./shortlist.ts";
export { type Candidates, type Decoding, openStepper, type Stepper, type StepperOptions } from "./stepper.ts";
export { openTextStepper, type TextStepperOptions } from "./text-stepper.ts";
export { type TextWriter, textWriter } from "./text-writer.ts";
export type { TranslatedText, Translation } from "./translated-text.ts";
export { openTranslator, type Translator } from "./translator.ts";
export type { TranslatorOptions } from "./translator-options.ts";
