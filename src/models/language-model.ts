import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { Embedding } from "../nn/embedding.ts";
import { glorotUniform } from "../nn/initialise.ts";
import { type Layer, layer, repeat } from "../nn/layer.ts";
import { Linear } from "../nn/linear.ts";
import { type CellKind, type CellState, cellAnatomy, Recurrent } from "../nn/recurrent.ts";
import { zeros } from "../ops/gather.ts";
import { type BlockConfig, blockNorm, outputRows, type WordVectors, wordEmbedding } from "./block-parts.ts";
import { AddedPositions, firstStates, type PositionKind } from "./first-states.ts";
import { inLayers, under } from "./named-tensors.ts";
import type { Decoder, Padded, Tensors } from "./seq2seq.ts";
import { CausalLayer, throughCausal } from "./transformer.ts";

export interface TransformerLanguageModelConfig extends BlockConfig, WordVectors {
  readonly vocabulary: number;
  readonly layers: number;
  readonly positions: PositionKind;
  /** The embedding is also the output projection. */
  readonly tie: boolean;
  /** Longest text, in tokens. */
  readonly maxLength: number;
}

/**
 * A language model of causal self-attention layers: each token is predicted from those before it. Its memory is empty.
 *
 * @see Radford et al. 2018 - https://cdn.openai.com/research-covers/language-unsupervised/language_understanding_paper.pdf
 */
export function TransformerLanguageModel(c: TransformerLanguageModelConfig): Layer<Decoder> {
  const { dropout = 0 } = c;
  const { dKey = c.dModel / c.heads, keyValueHeads = c.heads } = c;
  return layer(
    {
      embed: wordEmbedding(c.vocabulary, c),
      positions: AddedPositions(c),
      layers: repeat(c.layers, () => CausalLayer(c)),
      ...(c.norm === "pre" ? { norm: blockNorm(c) } : {}),
      ...(c.tie ? {} : { project: { shape: [c.vocabulary, c.dModel], init: glorotUniform } }),
    },
    (m, scope) => ({
      projection: m.project ? outputRows(m.project, c) : m.embed.weight,
      start: (_, batch) => {
        const empty = (size: number): Value => zeros(m.embed.weight.dtype, [batch, keyValueHeads, 0, size]);
        return inLayers(m.layers.map(() => ({ keys: empty(dKey), values: empty(c.dValue ?? dKey) })));
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

export interface RecurrentLanguageModelConfig {
  readonly cell: CellKind;
  readonly vocabulary: number;
  readonly layers: number;
  /** Size of a token's vector. */
  readonly embedding: number;
  readonly hidden: number;
  /** On embeddings, between layers and on the output. Default 0. */
  readonly dropout?: number;
  /** The embedding is also the output projection. */
  readonly tie: boolean;
}

/**
 * A language model whose context is the state of a recurrent network. Its memory is empty.
 *
 * @see Mikolov et al. 2010 - https://doi.org/10.21437/Interspeech.2010-343
 */
export function RecurrentLanguageModel(c: RecurrentLanguageModelConfig): Layer<Decoder> {
  const { cell, layers, dropout = 0 } = c;
  const { carried: names } = cellAnatomy[cell];
  return layer(
    {
      embed: Embedding(c.vocabulary, c.embedding),
      network: Recurrent({ cell, inner: c.embedding, hidden: c.hidden, layers, dropout }),
      output: Linear(c.hidden, c.embedding),
      ...(c.tie ? {} : { project: { shape: [c.vocabulary, c.embedding], init: glorotUniform } }),
    },
    (m, scope) => {
      const start = (batch: Size): Tensors => {
        const zero = zeros(m.embed.weight.dtype, [batch, c.hidden]);
        const layerState = Object.fromEntries(names.map((name) => [name, zero]));
        return inLayers(Array.from({ length: layers }, () => layerState));
      };
      return {
        projection: m.project ?? m.embed.weight,
        start: (_, batch) => start(batch),
        decode: (tokens, _, before = start(tokens.shape[0] as Size)) => {
          const states = Array.from({ length: layers }, (__, i) => [under(i, before) as CellState]);
          const embedded = scope.child("input").tap("embedding", m.embed.lookup(tokens));
          const x = scope.dropout(embedded, dropout);
          const { outputs, states: after } = m.network(x, { states });
          const carried = after.map(([cellState]) =>
            Object.fromEntries(names.map((name) => [name, cellState?.[name] as Value])),
          );
          const hidden = scope.tap("output", scope.dropout(m.output(outputs), dropout));
          return { hidden, state: inLayers(carried) };
        },
      };
    },
  );
}
