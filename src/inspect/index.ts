/** `heed/inspect`: what a model looked at. */
export {
  type AlignedPair,
  type CrossAttention,
  type CrossAttentionOptions,
  linksOf,
  type Matrix,
  openCrossAttention,
} from "./cross-attention.ts";
