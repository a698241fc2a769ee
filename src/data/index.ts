/** `heed/data`: filters sentence pairs and makes batches of them. In Node it also reads files. */

export { makeBatch, type PairBatch, type PairExample } from "./batches.ts";
export type { CorpusReader, LabelledText, Pair, PairSpec } from "./corpus-reader.ts";
export { type PaddingShares, type PlanOptions, paddingShares, planEpoch } from "./epoch-plan.ts";
export {
  type FilterOptions,
  type FilterReport,
  filterPairs,
  type PairFilter,
  pairFilter,
  type TextPair,
} from "./filters.ts";
export { decodeLines, type LineOptions } from "./lines.ts";
export { prefetch } from "./prefetch.ts";
export { shuffle } from "./shuffle.ts";
