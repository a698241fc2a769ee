import type { Value } from "../ir/value.ts";
import { PlainEmbedding } from "../nn/embedding.ts";
import { glorotUniform } from "../nn/initialise.ts";
import { type Layer, layer, repeat } from "../nn/layer.ts";
import { LayerNorm } from "../nn/norm.ts";
import { LearnedPositions } from "../nn/positions.ts";
import { zeros } from "../ops/gather.ts";
import { firstStates } from "./first-states.ts";
import { inLayers } from "./named-tensors.ts";
import type { Decoder } from "./seq2seq.ts";
import { type BlockConfig, CausalLayer, throughCached } from "./transformer.ts";

export interface Gpt2Config extends BlockConfig {
  readonly vocabulary: number;
  readonly layers: number;
  /** The embedding is also the output projection. */
  readonly tie: boolean;
  /** Longest text, in tokens. */
  readonly maxLength: number;
}

/**
 * GPT-2: pre-norm causal layers over the sum of word and position embeddings, and a norm at the end.
 *
 * @see Radford et al. 2019 - https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf
 */
export function Gpt2(c: Gpt2Config): Layer<Decoder> {
  const { dropout = 0 } = c;
  return layer(
    {
      embed: PlainEmbedding(c.vocabulary, c.dModel),
      positions: LearnedPositions(c.maxLength, c.dModel),
      layers: repeat(c.layers, () => CausalLayer({ ...c, norm: "pre" })),
      norm: LayerNorm(c.dModel, c),
      ...(c.tie ? {} : { project: { shape: [c.vocabulary, c.dModel], init: glorotUniform } }),
    },
    (m, scope) => ({
      projection: m.project ?? m.embed.weight,
      start: (_, batch) => {
        const empty: Value = zeros(m.embed.weight.dtype, [batch, c.heads, 0, c.dModel / c.heads]);
        return inLayers(m.layers.map(() => ({ keys: empty, values: empty })));
      },
      decode: (tokens, _, before) => {
        const { positions, norm } = m;
        const embedded = m.embed.lookup(tokens);
        const x = firstStates(scope.child("input"), embedded, { positions, dropout, state: before });
        const { hidden, state } = throughCached(m.layers, x, before, (causalLayer, h, causal, past) =>
          causalLayer(h, causal, past),
        );
        return { hidden: scope.tap("output", norm(hidden)), state };
      },
    }),
  );
}
