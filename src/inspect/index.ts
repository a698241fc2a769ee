/** `heed/inspect`: numbers from inside a model. */
export {
  type AlignedPair,
  type CrossAttention,
  type CrossAttentionOptions,
  openCrossAttention,
} from "./cross-attention.ts";
export type { LayerStatistics } from "./layer-statistics.ts";
export { linksOf, type Matrix } from "./matrix.ts";
