/** `heed/inspect`: numbers from inside a model. */

export { type AlignedWords, type Aligner, type AlignerOptions, openAligner } from "./aligner.ts";
export {
  type AlignmentReading,
  type AttentionRow,
  type ChosenReading,
  chooseByAgreement,
  chooseByGold,
  describeReading,
  linksUnder,
  readingsOf,
  weightsOf,
} from "./alignment-reading.ts";
export {
  type AlignedPair,
  type CrossAttention,
  type CrossAttentionOptions,
  openCrossAttention,
  readBothRows,
} from "./cross-attention.ts";
export { crossAttentionHeads } from "./forced-decoding.ts";
export type { LayerStatistics } from "./layer-statistics.ts";
export { linksOf, type Matrix } from "./matrix.ts";
