import type { Size } from "../ir/size.ts";
import { plus } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { attention, causalBias, MultiHeadAttention, paddingBias } from "../nn/attention.ts";
import { PlainEmbedding } from "../nn/embedding.ts";
import { type Activation, FeedForward, GatedFeedForward } from "../nn/feed-forward.ts";
import { glorotUniform } from "../nn/initialise.ts";
import { type Layer, layer, repeat } from "../nn/layer.ts";
import { PreNorm, type Residual, RmsNorm } from "../nn/norm.ts";
import { RelativePositions } from "../nn/relative-positions.ts";
import { add, mul } from "../ops/elementwise.ts";
import { type BoundDecoderLayer, decoderBlock, encoderBlock } from "./blocks.ts";
import { firstStates, lengthOf } from "./first-states.ts";
import { inLayers, under } from "./named-tensors.ts";
import type { Seq2Seq } from "./seq2seq.ts";
import { remember, startCache } from "./transformer.ts";

export interface T5Config {
  readonly vocabulary: number;
  /** Of the source, where that is another vocabulary. Default: the same, with the same embedding. */
  readonly sourceVocabulary?: number | undefined;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly dModel: number;
  readonly heads: number;
  /** Size of queries, keys and values per head. */
  readonly dKey: number;
  readonly feedForward: number;
  readonly activation: Activation;
  /** Whether the hidden units of the feed-forward layers are gated: T5 1.1. */
  readonly gated: boolean;
  /** Buckets of distances, and the distance from which on all share one. */
  readonly buckets: number;
  readonly maxDistance: number;
  /** Of every norm, in the unit of its mean square. */
  readonly epsilon: number;
  /** Whether the decoder's output is divided by sqrt(dModel): the first T5. */
  readonly scaleOutput: boolean;
  /** The embedding is also the output projection. */
  readonly tie: boolean;
  /** On sublayers, attention weights and inside the feed-forward layers. Default 0. */
  readonly dropout?: number;
}

/**
 * T5: a pre-norm encoder-decoder with RMS norm, without biases and without scaled scores; a learned bias per head stands
 * for the distance between tokens, one table for all layers of a column.
 *
 * @see Raffel et al. 2020 - https://arxiv.org/abs/1910.10683
 */
export function T5(c: T5Config): Layer<Seq2Seq> {
  const { dropout = 0 } = c;
  return layer(
    {
      embed: PlainEmbedding(c.vocabulary, c.dModel),
      ...(c.sourceVocabulary ? { sourceEmbed: PlainEmbedding(c.sourceVocabulary, c.dModel) } : {}),
      encoderDistances: RelativePositions({ ...c, bidirectional: true }),
      decoderDistances: RelativePositions({ ...c, bidirectional: false }),
      encoder: repeat(c.encoderLayers, () => T5EncoderLayer(c)),
      decoder: repeat(c.decoderLayers, () => T5DecoderLayer(c)),
      encoderNorm: RmsNorm(c.dModel, c),
      decoderNorm: RmsNorm(c.dModel, c),
      ...(c.tie ? {} : { project: { shape: [c.vocabulary, c.dModel], init: glorotUniform } }),
    },
    (m, scope) => {
      const [left, right] = [scope.child("encoder"), scope.child("decoder")];
      const { sourceEmbed = m.embed } = m;
      const scaled = (x: Value): Value => (c.scaleOutput ? mul(x, c.dModel ** -0.5) : x);
      return {
        projection: m.project ?? m.embed.weight,
        encode: (source, mask) => {
          const length = source.shape[1] as Size;
          const x = firstStates(left.child("input"), sourceEmbed.lookup(source), {
            positions: undefined,
            dropout,
          });
          const bias = add(paddingBias(mask), m.encoderDistances(length, length));
          const states = m.encoder.reduce((h, encoderLayer) => encoderLayer(h, bias), x);
          return { states: left.tap("output", m.encoderNorm(states)) };
        },
        remember: ({ states }, mask) => remember(m.decoder, states, mask),
        start: startCache,
        decode: (target, memory, before) => {
          const [length, past] = [target.shape[1] as Size, lengthOf(before)];
          const keys = before ? plus(past, length) : length;
          let x = firstStates(right.child("input"), m.embed.lookup(target), {
            positions: undefined,
            dropout,
          });
          const distances = m.decoderDistances(length, keys, past);
          const bias = length === 1 ? distances : add(distances, causalBias(x, length, keys, past));
          const present = m.decoder.map((decoderLayer, i) => {
            const remembered = under(i, memory) as never;
            const stepped = decoderLayer.decode(
              x,
              remembered,
              memory.bias as Value,
              bias,
              before && (under(i, before) as never),
            );
            x = stepped.x;
            return { keys: stepped.present.keys, values: stepped.present.values };
          });
          return { hidden: scaled(right.tap("output", m.decoderNorm(x))), state: inLayers(present) };
        },
      };
    },
  );
}

/** q · k, unscaled, as in T5. */
const unscaled: typeof attention = (query, key, value, options) =>
  attention(query, key, value, { ...options, scale: 1 });

const heads = (c: T5Config): Parameters<typeof MultiHeadAttention>[0] => ({
  ...c,
  dropout: c.dropout ?? 0,
  biases: "none",
  attend: unscaled,
});

const residual = (c: T5Config): Layer<Residual> => PreNorm(c.dModel, c.dropout ?? 0, RmsNorm(c.dModel, c));

const feedForward = (c: T5Config): Layer<(x: Value) => Value> =>
  c.gated
    ? GatedFeedForward(c.dModel, c.feedForward, c)
    : FeedForward(c.dModel, c.feedForward, { ...c, bias: false });

/** Self-attention, then the feed-forward layer. Tap: states. */
function T5EncoderLayer(c: T5Config): Layer<(x: Value, bias: Value) => Value> {
  return encoderBlock({
    attention: MultiHeadAttention(heads(c)),
    attentionResidual: residual(c),
    feedForward: feedForward(c),
    feedForwardResidual: residual(c),
  });
}

/** Causal self-attention, attention to the source, then the feed-forward layer. Tap: states. */
function T5DecoderLayer(c: T5Config): Layer<BoundDecoderLayer> {
  return decoderBlock({
    attention: MultiHeadAttention(heads(c)),
    attentionResidual: residual(c),
    cross: MultiHeadAttention(heads(c)),
    crossResidual: residual(c),
    feedForward: feedForward(c),
    feedForwardResidual: residual(c),
  });
}
