/** `heed/data`: pairs of sentences, filtered and made into batches. In Node also the readers of files. */
export {
  makeBatch,
  type PaddingShares,
  type PairBatch,
  type PairExample,
  type PlanOptions,
  paddingShares,
  planEpoch,
} from "./batches.ts";
export {
  type FilterOptions,
  type FilterReport,
  filterPairs,
  type PairFilter,
  pairFilter,
  type TextPair,
} from "./filters.ts";
export { decodeLines, type LineOptions } from "./lines.ts";
export {
  type Phrasebook,
  type PhrasebookOptions,
  type PhrasebookPair,
  phrasebook,
  rules,
} from "./phrasebook/phrasebook.ts";
export { prefetch } from "./prefetch.ts";
export { shuffle } from "./shuffle.ts";
