/** `heed/nn`: layers. A layer is a description; `build` gives it named parameters and makes it callable. */

export { affine, withBias, withOne } from "./affine.ts";
export {
  type Attended,
  type AttentionOptions,
  attention,
  type BoundAttention,
  causalBias,
  KeysAsValuesAttention,
  MultiHeadAttention,
  type MultiHeadAttentionConfig,
  paddingBias,
  type Remembered,
} from "./attention.ts";
export { type BoundEmbedding, Embedding, PlainEmbedding, UnitEmbedding, unitRows } from "./embedding.ts";
export {
  type Activation,
  FeedForward,
  GatedFeedForward,
  type GatedFeedForwardOptions,
} from "./feed-forward.ts";
export {
  constantly,
  glorotUniform,
  type Initialiser,
  initialise,
  normal,
  ones,
  type ParameterSpec,
  uniform,
  zeros,
} from "./initialise.ts";
export {
  type BuildOptions,
  build,
  type Changes,
  type Layer,
  layer,
  type Model,
  repeat,
  replacing,
  type Scope,
} from "./layer.ts";
export { Linear } from "./linear.ts";
export { type MatchOptions, matchTaps, splitTap, type TapPattern } from "./match-taps.ts";
export {
  HeadNorm,
  LayerNorm,
  type NormKind,
  normOf,
  PostNorm,
  PreNorm,
  type Residual,
  RmsNorm,
  ScaleNorm,
} from "./norm.ts";
export {
  LearnedPositions,
  type Positions,
  positionsLike,
  RotaryPositions,
  type Rotation,
  SinusoidalPositions,
} from "./positions.ts";
export {
  type Cell,
  type CellKind,
  type CellState,
  GruCell,
  LstmCell,
  Recurrent,
  type RecurrentConfig,
  type RecurrentOutput,
  type RunOptions,
  run,
} from "./recurrent.ts";
export { RelativePositions, type RelativePositionsConfig } from "./relative-positions.ts";
export { type BoundSsru, Ssru } from "./ssru.ts";
export { type Observer, type TapName, tapAxes } from "./taps.ts";
