/** What the blocks of a Transformer are made of, as its configuration chooses. */
import type { Value } from "../ir/value.ts";
import type { MultiHeadAttentionConfig } from "../nn/attention.ts";
import { type BoundEmbedding, Embedding, UnitEmbedding, unitRows } from "../nn/embedding.ts";
import { type Activation, FeedForward, GatedFeedForward } from "../nn/feed-forward.ts";
import type { Layer } from "../nn/layer.ts";
import { type NormKind, normOf, PostNorm, PreNorm, type Residual } from "../nn/norm.ts";
import type { PositionKind } from "./first-states.ts";

/** Configuration of one layer of a Transformer. */
export interface BlockConfig {
  readonly dModel: number;
  readonly heads: number;
  /** Heads of keys and values; each serves heads / keyValueHeads heads of queries. Default `heads`. */
  readonly keyValueHeads?: number | undefined;
  /** Size of queries and keys per head. Default dModel / heads. */
  readonly dKey?: number | undefined;
  /** Size of values per head. Default dKey. */
  readonly dValue?: number | undefined;
  /** Queries and keys are normalised in each head. Default false. */
  readonly qkNorm?: boolean | undefined;
  readonly feedForward: number;
  /** On embeddings, sublayers and inside the feed-forward layer. Default 0. */
  readonly dropout?: number;
  /** On attention weights. Default: `dropout`. */
  readonly attentionDropout?: number | undefined;
  /** "swiglu" gates the hidden units, without biases. Default "relu". */
  readonly activation?: Activation | "swiglu";
  /** Only "rotary" matters to a layer; other positions are added to the embeddings. */
  readonly positions?: PositionKind;
  /** A norm after each residual sum, or before each sublayer. Default "post". */
  readonly norm?: "post" | "pre";
  /** Default "layer". */
  readonly normKind?: NormKind | undefined;
  /** Of every norm, in the unit of its variance. Default that of the kind. */
  readonly epsilon?: number;
}

/** A norm of the configured kind. */
export const blockNorm = (c: BlockConfig): Layer<(x: Value) => Value> =>
  normOf[c.normKind ?? "layer"](c.dModel, c);

/** The residual of a block, with its norm. */
export const residual = (c: BlockConfig): Layer<Residual> =>
  (c.norm === "pre" ? PreNorm : PostNorm)(c.dModel, c.dropout ?? 0, blockNorm(c));

/** The configuration of a block's self-attention or cross-attention. */
export function attentionConfig(c: BlockConfig, isSelf: boolean): MultiHeadAttentionConfig {
  return { ...c, dropout: c.attentionDropout ?? c.dropout ?? 0, rotary: isSelf && c.positions === "rotary" };
}

/** The feed-forward layer of a block. */
export function feedForward({
  dModel,
  feedForward: hidden,
  activation,
  dropout = 0,
}: BlockConfig): Layer<(x: Value) => Value> {
  if (activation === "swiglu") return GatedFeedForward(dModel, hidden, { dropout });
  return FeedForward(dModel, hidden, activation ? { activation, dropout } : { dropout });
}

/** Whether all vectors of words have length 1. */
export interface WordVectors {
  /** FixNorm: embeddings and the rows of the output projection have length 1. Default false. */
  readonly fixNorm?: boolean | undefined;
}

/** The embedding of a vocabulary. */
export const wordEmbedding = (
  vocabulary: number,
  { dModel, fixNorm = false }: WordVectors & Pick<BlockConfig, "dModel">,
): Layer<BoundEmbedding> => (fixNorm ? UnitEmbedding : Embedding)(vocabulary, dModel);

/** The rows of an output projection that is not an embedding. */
export const outputRows = (project: Value, { fixNorm = false }: WordVectors): Value =>
  fixNorm ? unitRows(project) : project;
