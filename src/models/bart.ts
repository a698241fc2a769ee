import type { Value } from "../ir/value.ts";
import { withBias, withOne } from "../nn/affine.ts";
import { paddingBias } from "../nn/attention.ts";
import { Embedding, PlainEmbedding } from "../nn/embedding.ts";
import { glorotUniform, zeros } from "../nn/initialise.ts";
import { type Layer, layer, repeat, type Scope } from "../nn/layer.ts";
import { LayerNorm } from "../nn/norm.ts";
import type { BlockConfig } from "./block-parts.ts";
import { AddedPositions, firstStates } from "./first-states.ts";
import type { Seq2Seq, Tensors } from "./seq2seq.ts";
import { decoderColumn, EncoderLayer, remember } from "./transformer.ts";

export interface BartConfig extends BlockConfig {
  readonly sourceVocabulary: number;
  readonly targetVocabulary: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  /** Tables of their own in encoder and decoder, or sinusoids. */
  readonly positions: "learned" | "sinusoidal";
  /** The 10000 of sinusoids. Default 10000. */
  readonly base?: number;
  /** What a decoder layer reads its own text with: attention to it, or a recurrent unit. Default "attention". */
  readonly decoder?: "attention" | "ssru";
  readonly norm: "post" | "pre";
  /** Whether the sum of embeddings and positions is normalised: in BART and mBART. */
  readonly embeddingNorm: boolean;
  /** Whether embeddings are multiplied by sqrt(dModel). */
  readonly scaleEmbedding: boolean;
  /** Which matrices are one: source, target and output; target and output; none. */
  readonly tie: "all" | "output" | "none";
  /** Longest text, in tokens. */
  readonly maxLength: number;
}

/**
 * BART and its relatives, Marian, Blenderbot and mBART: the Transformer of `Transformer` with positions, and perhaps a
 * norm, for each column's embeddings, and with a bias on the logits. With norm "pre", each column ends in a norm.
 *
 * @see Lewis et al. 2020, section 2 - https://arxiv.org/abs/1910.13461
 */
export function Bart(c: BartConfig): Layer<Seq2Seq> {
  const { dropout = 0 } = c;
  const column = decoderColumn(c);
  const Words = c.scaleEmbedding ? Embedding : PlainEmbedding;
  return layer(
    {
      embed: Words(c.targetVocabulary, c.dModel),
      ...(c.tie === "all" ? {} : { sourceEmbed: Words(c.sourceVocabulary, c.dModel) }),
      encoderInput: Input(c),
      decoderInput: Input(c),
      encoder: repeat(c.encoderLayers, () => EncoderLayer(c)),
      decoder: repeat(c.decoderLayers, () => column.Layer(c)),
      ...(c.norm === "pre"
        ? { encoderNorm: LayerNorm(c.dModel, c), decoderNorm: LayerNorm(c.dModel, c) }
        : {}),
      ...(c.tie === "none"
        ? { project: { shape: [c.targetVocabulary, c.dModel], init: glorotUniform } }
        : {}),
      outputBias: { shape: [c.targetVocabulary], init: zeros },
    },
    (m, scope) => {
      const [left, right] = [scope.child("encoder"), scope.child("decoder")];
      const identity = (x: Value): Value => x;
      const { sourceEmbed = m.embed, encoderNorm = identity, decoderNorm = identity } = m;
      return {
        projection: withBias(m.project ?? m.embed.weight, m.outputBias),
        encode: (source, mask) => {
          const x = m.encoderInput(left.child("input"), sourceEmbed.lookup(source), dropout);
          const bias = paddingBias(mask);
          const states = m.encoder.reduce((h, encoderLayer) => encoderLayer(h, bias), x);
          return { states: left.tap("output", encoderNorm(states)) };
        },
        remember: ({ states }, mask) => remember(m.decoder, states, mask),
        start: column.start,
        decode: (target, memory, before) => {
          const x = m.decoderInput(right.child("input"), m.embed.lookup(target), dropout, before);
          const { hidden, state } = column.through(m.decoder, x, memory, before);
          return { hidden: withOne(right.tap("output", decoderNorm(hidden))), state };
        },
      };
    },
  );
}

/** What a column adds to its embeddings: positions, and a norm of the sum. */
type ColumnInput = (scope: Scope, embedded: Value, dropout: number, state?: Tensors) => Value;

function Input(c: BartConfig): Layer<ColumnInput> {
  return layer(
    { positions: AddedPositions(c), ...(c.embeddingNorm ? { norm: LayerNorm(c.dModel, c) } : {}) },
    ({ positions, norm }) =>
      (scope, embedded, dropout, state) =>
        firstStates(scope, embedded, { positions, dropout, state, norm }),
  );
}
