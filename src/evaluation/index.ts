/**
 * `heed/evaluation`: BLEU, chrF and TER with their signatures, exact match; confidence intervals and significance tests;
 * accuracy and F1 of labels; calibrated confidence; alignment error rate.
 */
export {
  type AlignmentCounts,
  type AlignmentScore,
  type AlignmentTally,
  alignmentErrorRate,
  alignmentScore,
  alignmentTally,
  formatAlignment,
  type GoldAlignment,
  type Link,
  parseAlignment,
} from "./alignment.ts";
export { type BleuOptions, type BleuScore, bleu, corpusBleu, type Smoothing, sentenceBleu } from "./bleu.ts";
export { type Calibration, calibrate, calibrationError, confidenceOf, type Judged } from "./calibration.ts";
export { type ChrfOptions, type ChrfScore, chrf, corpusChrf, sentenceChrf } from "./chrf.ts";
export {
  type ClassificationScores,
  type Confusion,
  classificationScores,
  confusion,
  type LabelScores,
} from "./classification.ts";
export type { References } from "./counts.ts";
export { exact, exactMatch } from "./exact-match.ts";
export { holm } from "./holm.ts";
export { type MeanInterval, meanInterval, studentQuantile } from "./mean-interval.ts";
export {
  corpusScore,
  type Metric,
  type SentenceTable,
  sentenceScores,
  signatureOf,
  tabulate,
} from "./metric.ts";
export { labelPermutationTest, type PermutationOptions, signFlipTest } from "./permutation-test.ts";
export type { DrawnSamples } from "./signature.ts";
export {
  type BootstrapInterval,
  type BootstrapOptions,
  bootstrapInterval,
  type PairedResult,
  pairedBootstrap,
  pairedRandomisation,
  type RandomisationOptions,
} from "./significance.ts";
export { type Symmetrisation, symmetrisations, symmetrise } from "./symmetrise.ts";
export {
  type ChangedSentence,
  type ComparisonChoices,
  compareSystems,
  type MetricComparison,
  type SentenceCounts,
  type System,
  type SystemComparison,
} from "./system-comparison.ts";
export { corpusTer, sentenceTer, type TerScore, ter } from "./ter.ts";
export type { TerOptions } from "./tercom-tokens.ts";
export type { BleuTokenizer } from "./tokenize.ts";
export { type Piece, wordDifference } from "./word-difference.ts";
