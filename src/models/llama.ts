import type { Value } from "../ir/value.ts";
import { MultiHeadAttention, type MultiHeadAttentionConfig } from "../nn/attention.ts";
import { PlainEmbedding } from "../nn/embedding.ts";
import { GatedFeedForward } from "../nn/feed-forward.ts";
import { glorotUniform } from "../nn/initialise.ts";
import { type Layer, layer, repeat } from "../nn/layer.ts";
import { PreNorm, RmsNorm } from "../nn/norm.ts";
import { zeros } from "../ops/gather.ts";
import { type BoundCausalLayer, causalBlock } from "./blocks.ts";
import { firstStates } from "./first-states.ts";
import { inLayers } from "./named-tensors.ts";
import type { Decoder, Padded } from "./seq2seq.ts";
import { throughCausal } from "./transformer.ts";

export interface LlamaConfig
  extends Required<
    Pick<MultiHeadAttentionConfig, "dModel" | "heads" | "keyValueHeads" | "rotaryBase" | "biases">
  > {
  readonly vocabulary: number;
  readonly layers: number;
  readonly keyValueHeads: number;
  /** Size of queries, keys and values per head. */
  readonly dKey: number;
  readonly feedForward: number;
  /** Of every norm, in the unit of its mean square. */
  readonly epsilon: number;
  /** The embedding is also the output projection. */
  readonly tie: boolean;
  /** On sublayers. Default 0. */
  readonly dropout?: number;
  /** On attention weights. Default: `dropout`. */
  readonly attentionDropout?: number | undefined;
}

/**
 * LLaMA and its relatives: pre-norm causal layers with RMS norm, rotary positions, grouped queries and SwiGLU.
 *
 * @see Touvron et al. 2023, section 2.2 - https://arxiv.org/abs/2302.13971
 */
export function Llama(c: LlamaConfig): Layer<Decoder> {
  const { dropout = 0 } = c;
  return layer(
    {
      embed: PlainEmbedding(c.vocabulary, c.dModel),
      layers: repeat(c.layers, () => LlamaLayer(c)),
      norm: RmsNorm(c.dModel, c),
      ...(c.tie ? {} : { project: { shape: [c.vocabulary, c.dModel], init: glorotUniform } }),
    },
    (m, scope) => ({
      projection: m.project ?? m.embed.weight,
      start: (_, batch) => {
        const empty: Value = zeros(m.embed.weight.dtype, [batch, c.keyValueHeads, 0, c.dKey]);
        return inLayers(m.layers.map(() => ({ keys: empty, values: empty })));
      },
      decode: (tokens, padded: Padded, before) => {
        const embedded = m.embed.lookup(tokens);
        const x = firstStates(scope.child("input"), embedded, {
          positions: undefined,
          dropout,
          state: before,
        });
        const { hidden, state } = throughCausal(m.layers, x, before, padded);
        return { hidden: scope.tap("output", m.norm(hidden)), state };
      },
    }),
  );
}

/** Causal self-attention with rotary positions, then the gated feed-forward layer. Tap: states. */
function LlamaLayer(c: LlamaConfig): Layer<BoundCausalLayer> {
  const { dropout = 0, attentionDropout = dropout } = c;
  return causalBlock({
    attention: MultiHeadAttention({ ...c, dropout: attentionDropout, rotary: true }),
    attentionResidual: PreNorm(c.dModel, dropout, RmsNorm(c.dModel, c)),
    feedForward: GatedFeedForward(c.dModel, c.feedForward, { dropout }),
    feedForwardResidual: PreNorm(c.dModel, dropout, RmsNorm(c.dModel, c)),
  });
}
