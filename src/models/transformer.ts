import { plus, type Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { causalBias, MultiHeadAttention, paddingBias, type Remembered } from "../nn/attention.ts";
import { glorotUniform } from "../nn/initialise.ts";
import { type Layer, layer, repeat } from "../nn/layer.ts";
import { Ssru } from "../nn/ssru.ts";
import { add } from "../ops/elementwise.ts";
import { zeros } from "../ops/gather.ts";
import {
  attentionConfig,
  type BlockConfig,
  blockNorm,
  feedForward,
  outputRows,
  residual,
  type WordVectors,
  wordEmbedding,
} from "./block-parts.ts";
import {
  type BoundCausalLayer,
  type BoundDecoderLayer,
  type CachedStep,
  causalBlock,
  decoderBlock,
  encoderBlock,
} from "./blocks.ts";
import { AddedPositions, firstStates, lengthOf, type PositionKind } from "./first-states.ts";
import { inLayers, under } from "./named-tensors.ts";
import type { Decoded, Padded, Seq2Seq, Tensors } from "./seq2seq.ts";
import { type BoundSsruLayer, ssruBlock, startCells, throughCells } from "./ssru.ts";

export interface TransformerConfig extends BlockConfig, WordVectors {
  readonly sourceVocabulary: number;
  readonly targetVocabulary: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly positions: PositionKind;
  /** What a decoder layer reads its own text with: attention to it, or a recurrent unit. Default "attention". */
  readonly decoder?: "attention" | "ssru" | undefined;
  /** "all": source, target and output share one matrix; "output": target and output do; "none". */
  readonly tie: "all" | "output" | "none";
  /** Longest sentence, in tokens. */
  readonly maxLength: number;
}

/** Figure 1 of Vaswani et al. 2017 - https://arxiv.org/abs/1706.03762 - left column, then right. */
export function Transformer(c: TransformerConfig): Layer<Seq2Seq> {
  const { dropout = 0 } = c;
  const column = decoderColumn(c);
  return layer(
    {
      embed: wordEmbedding(c.targetVocabulary, c),
      ...(c.tie === "all" ? {} : { sourceEmbed: wordEmbedding(c.sourceVocabulary, c) }),
      positions: AddedPositions(c),
      encoder: repeat(c.encoderLayers, () => EncoderLayer(c)),
      decoder: repeat(c.decoderLayers, () => column.Layer(c)),
      ...(c.norm === "pre" ? { encoderNorm: blockNorm(c), decoderNorm: blockNorm(c) } : {}),
      ...(c.tie === "none"
        ? { project: { shape: [c.targetVocabulary, c.dModel], init: glorotUniform } }
        : {}),
    },
    (m, scope) => {
      const sourceEmbed = m.sourceEmbed ?? m.embed;
      const identity = (x: Value): Value => x;
      const [left, right] = [scope.child("encoder"), scope.child("decoder")];
      const { positions } = m;
      const { encoderNorm = identity, decoderNorm = identity } = m;
      return {
        projection: m.project ? outputRows(m.project, c) : m.embed.weight,
        encode: (source, mask) => {
          const x = firstStates(left.child("input"), sourceEmbed.lookup(source), { positions, dropout });
          const bias = paddingBias(mask);
          const states = m.encoder.reduce((h, encoderLayer) => encoderLayer(h, bias), x);
          return { states: left.tap("output", encoderNorm(states)) };
        },
        remember: ({ states }, mask) => remember(m.decoder, states, mask),
        start: column.start,
        decode: (target, memory, before) => {
          const embedded = m.embed.lookup(target);
          const x = firstStates(right.child("input"), embedded, { positions, dropout, state: before });
          const { hidden, state } = column.through(m.decoder, x, memory, before);
          return { hidden: right.tap("output", decoderNorm(hidden)), state };
        },
      };
    },
  );
}

/** The layers of the right column, the state before their first token, and how they are run. */
export function decoderColumn(
  c: Pick<TransformerConfig, "decoder" | "decoderLayers" | "dModel">,
): typeof attentionColumn {
  if (c.decoder !== "ssru") return attentionColumn;
  const cells = { layers: c.decoderLayers, dim: c.dModel };
  const ssruColumn = {
    Layer: SsruDecoderLayer,
    start: (memory: Tensors, batch: Size) => startCells(memory.bias as Value, batch, cells),
    through: throughCells,
  };
  // A model gives the layers of a column to the functions of that column only.
  return ssruColumn as unknown as typeof attentionColumn;
}

const attentionColumn = {
  Layer: DecoderLayer,
  start: startCache as (memory: Tensors, batch: Size) => Tensors,
  through: decodeThrough,
};

/** The source memory of all decoder layers: "0.keys", "0.values", … and the bias that hides padding. */
export function remember(
  decoder: readonly Pick<BoundDecoderLayer, "cross">[],
  states: Value,
  mask: Value,
): Tensors {
  return {
    ...inLayers(decoder.map(({ cross }) => keysAndValues(cross.remember(states)))),
    bias: paddingBias(mask),
  };
}

/** The state of the decoder layers before the first token: no keys, no values. */
export function startCache(memory: Tensors): Tensors {
  const entries = Object.entries(memory).flatMap(([name, { dtype, shape }]) => {
    if (name === "bias") return [];
    const [batch, heads, , size] = shape as [Size, Size, Size, Size];
    return [[name, zeros(dtype, [batch, heads, 0, size])] as const];
  });
  return Object.fromEntries(entries);
}

/**
 * Runs all decoder layers; each position sees the target up to itself.
 *
 *   x [batch, length, dim]  ->  hidden [batch, length, dim]
 *
 * @param state  Returned by an earlier call; x continues after its tokens.
 */
export function decodeThrough(
  decoder: readonly BoundDecoderLayer[],
  x: Value,
  memory: Tensors,
  state?: Tensors,
): Decoded {
  return throughCached(decoder, x, state, (decoderLayer, h, causal, past, i) =>
    decoderLayer.decode(h, layerOf(memory, i), memory.bias as Value, causal, past),
  );
}

type StepThrough<L> = (
  layer: L,
  x: Value,
  causal: Value | undefined,
  past: Remembered | undefined,
  i: number,
) => CachedStep;

/** Runs the layers of a language model in order. */
export const throughCausal = (
  layers: readonly BoundCausalLayer[],
  x: Value,
  state: Tensors | undefined,
  { mask, positions }: Padded,
): Decoded =>
  throughCached(
    layers,
    x,
    state,
    (causalLayer, h, causal, past) => causalLayer(h, causal, past, positions),
    mask,
  );

/**
 * Runs causal layers in order, each with the bias that hides the future and its keys and values of the past.
 *
 * @param mask  Hides padding too: [batch, past + length]. Default: there is none.
 */
export function throughCached<L>(
  layers: readonly L[],
  x: Value,
  state: Tensors | undefined,
  step: StepThrough<L>,
  mask?: Value,
): Decoded {
  const length = x.shape[1] as Size;
  const before = lengthOf(state);
  // One new token sees everything before it: no bias needed.
  const causal =
    length === 1 ? undefined : causalBias(x, length, state ? plus(before, length) : length, before);
  const padding = mask && paddingBias(mask);
  const bias = causal && padding ? add(causal, padding) : (causal ?? padding);
  let hidden = x;
  const present = layers.map((causalLayer, i) => {
    const stepped = step(causalLayer, hidden, bias, state && layerOf(state, i), i);
    hidden = stepped.x;
    return stepped.present;
  });
  return { hidden, state: inLayers(present.map(keysAndValues)) };
}

const layerOf = (tensors: Tensors, i: number): Remembered => under(i, tensors) as unknown as Remembered;

const keysAndValues = ({ keys, values }: Remembered): Tensors => ({ keys, values });

/** Left column: self-attention, then the feed-forward layer. Tap: states, the layer's output. */
export function EncoderLayer(c: BlockConfig): Layer<(x: Value, bias: Value) => Value> {
  return encoderBlock({
    attention: MultiHeadAttention(attentionConfig(c, true)),
    attentionResidual: residual(c),
    feedForward: feedForward(c),
    feedForwardResidual: residual(c),
  });
}

/** Right column: causal self-attention, attention to the source, then the feed-forward layer. Tap: states. */
export function DecoderLayer(c: BlockConfig): Layer<BoundDecoderLayer> {
  return decoderBlock({
    attention: MultiHeadAttention(attentionConfig(c, true)),
    attentionResidual: residual(c),
    cross: MultiHeadAttention(attentionConfig(c, false)),
    crossResidual: residual(c),
    feedForward: feedForward(c),
    feedForwardResidual: residual(c),
  });
}

/** Right column with a recurrent unit in the place of self-attention. Tap: states. */
function SsruDecoderLayer(c: BlockConfig): Layer<BoundSsruLayer> {
  return ssruBlock({
    recurrence: Ssru(c.dModel),
    recurrenceResidual: residual(c),
    cross: MultiHeadAttention(attentionConfig(c, false)),
    crossResidual: residual(c),
    feedForward: feedForward(c),
    feedForwardResidual: residual(c),
  });
}

/** Causal self-attention, then the feed-forward layer: the block of a language model. Tap: states. */
export function CausalLayer(c: BlockConfig): Layer<BoundCausalLayer> {
  return causalBlock({
    attention: MultiHeadAttention(attentionConfig(c, true)),
    attentionResidual: residual(c),
    feedForward: feedForward(c),
    feedForwardResidual: residual(c),
  });
}
