/** `heed/inspect`: numbers from inside a model. */
export {
  type AlignedPair,
  type CrossAttention,
  type CrossAttentionOptions,
  linksOf,
  type Matrix,
  openCrossAttention,
} from "./cross-attention.ts";
export type { LayerStatistics } from "./layer-statistics.ts";
