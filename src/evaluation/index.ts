/** `heed/evaluation`: BLEU and chrF with their signatures, exact match, alignment error rate, intervals. */
export {
  type AlignmentScore,
  alignmentErrorRate,
  formatAlignment,
  type GoldAlignment,
  type Link,
  parseAlignment,
} from "./alignment.ts";
export { type BleuOptions, type BleuScore, corpusBleu, type Smoothing, sentenceBleu } from "./bleu.ts";
export { type ChrfOptions, type ChrfScore, corpusChrf } from "./chrf.ts";
export type { References } from "./counts.ts";
export { exactMatch } from "./exact-match.ts";
export { type MeanInterval, meanInterval, studentQuantile } from "./mean-interval.ts";
export type { BleuTokenizer } from "./tokenize.ts";
