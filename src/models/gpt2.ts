import type { Value } from "../ir/value.ts";
import { PlainEmbedding } from "../nn/embedding.ts";
import { glorotUniform } from "../nn/initialise.ts";
import { type Layer, layer, repeat } from "../nn/layer.ts";
import { LayerNorm } from "../nn/norm.ts";
import { zeros } from "../ops/gather.ts";
import type { BlockConfig } from "./block-parts.ts";
import { AddedPositions, firstStates } from "./first-states.ts";
import { inLayers } from "./named-tensors.ts";
import type { Decoder, Padded } from "./seq2seq.ts";
import { CausalLayer, throughCausal } from "./transformer.ts";

export interface Gpt2Config extends Omit<BlockConfig, "positions" | "norm"> {
  readonly vocabulary: number;
  readonly layers: number;
  /** The embedding is also the output projection. */
  readonly tie: boolean;
  /** Vectors added to the embeddings, or rotated queries and keys. Default "learned". */
  readonly positions?: "learned" | "rotary";
  /** Default "pre". */
  readonly norm?: "post" | "pre";
  /** Longest text, in tokens. */
  readonly maxLength: number;
}

/**
 * GPT-2: pre-norm causal layers over the sum of word and position embeddings, and a norm at the end. Its relatives: OPT,
 * which may be post-norm and then has no norm at the end, and StarCoder 2, whose positions are rotary.
 *
 * @see Radford et al. 2019 - https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf
 */
export function Gpt2(c: Gpt2Config): Layer<Decoder> {
  const { dropout = 0, positions = "learned", norm = "pre" } = c;
  return layer(
    {
      embed: PlainEmbedding(c.vocabulary, c.dModel),
      positions: AddedPositions({ ...c, positions }),
      layers: repeat(c.layers, () => CausalLayer({ ...c, positions, norm })),
      ...(norm === "pre" ? { norm: LayerNorm(c.dModel, c) } : {}),
      ...(c.tie ? {} : { project: { shape: [c.vocabulary, c.dModel], init: glorotUniform } }),
    },
    (m, scope) => ({
      projection: m.project ?? m.embed.weight,
      start: (_, batch) => {
        const empty: Value = zeros(m.embed.weight.dtype, [batch, c.heads, 0, c.dModel / c.heads]);
        return inLayers(m.layers.map(() => ({ keys: empty, values: empty })));
      },
      decode: (tokens, padded: Padded, before) => {
        const { positions } = m;
        const embedded = m.embed.lookup(tokens);
        const x = firstStates(scope.child("input"), embedded, {
          ...{ positions, dropout, state: before },
          indices: padded.positions,
        });
        const { hidden, state } = throughCausal(m.layers, x, before, padded);
        return { hidden: scope.tap("output", m.norm ? m.norm(hidden) : hidden), state };
      },
    }),
  );
}
