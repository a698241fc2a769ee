import type { Size } from "../ir/size.ts";
import type { Value } from "../ir/value.ts";
import { paddingBias } from "../nn/attention.ts";
import { Embedding } from "../nn/embedding.ts";
import { glorotUniform } from "../nn/initialise.ts";
import { type Layer, layer, repeat } from "../nn/layer.ts";
import { type CellKind, Recurrent } from "../nn/recurrent.ts";
import { sum } from "../ops/broadcast.ts";
import { div, mul } from "../ops/elementwise.ts";
import { reshape } from "../ops/reshape.ts";
import { type BlockConfig, blockNorm, type WordVectors, wordEmbedding } from "./block-parts.ts";
import { AddedPositions, firstStates, type PositionKind } from "./first-states.ts";
import { EncoderLayer } from "./transformer.ts";

/** Assigns one of a few labels to a text. */
export interface Classifier {
  /** tokens int32 [batch, time], mask [batch, time] with 1 for tokens  ->  a vector per token, [batch, time, dim] */
  readonly encode: (tokens: Value, mask: Value) => Value;
  /** tokens int32 [batch, time], mask [batch, time] with 1 for tokens  ->  one vector per text, [batch, dim] */
  readonly summarise: (tokens: Value, mask: Value) => Value;
  /** [labels, dim]; logits = summary · projectionᵀ */
  readonly projection: Value;
}

export interface TransformerClassifierConfig extends BlockConfig, WordVectors {
  readonly vocabulary: number;
  readonly labels: number;
  readonly layers: number;
  readonly positions: PositionKind;
  /** Longest text, in tokens. */
  readonly maxLength: number;
}

/**
 * A Transformer encoder over the text; the mean of its states is classified.
 *
 * Taps: those of `firstStates` under input; output, the states before averaging; summary [batch, dim].
 */
export function TransformerClassifier(c: TransformerClassifierConfig): Layer<Classifier> {
  const { dropout = 0 } = c;
  return layer(
    {
      embed: wordEmbedding(c.vocabulary, c),
      positions: AddedPositions(c),
      encoder: repeat(c.layers, () => EncoderLayer(c)),
      ...(c.norm === "pre" ? { norm: blockNorm(c) } : {}),
      project: { shape: [c.labels, c.dModel], init: glorotUniform },
    },
    (m, scope) => {
      const encode: Classifier["encode"] = (tokens, mask) => {
        const { positions } = m;
        const x = firstStates(scope.child("input"), m.embed.lookup(tokens), { positions, dropout });
        const bias = paddingBias(mask);
        const states = m.encoder.reduce((h, encoderLayer) => encoderLayer(h, bias), x);
        return scope.tap("output", m.norm ? m.norm(states) : states);
      };
      return {
        encode,
        projection: m.project,
        summarise: (tokens, mask) =>
          scope.tap("summary", scope.dropout(meanOver(encode(tokens, mask), mask), dropout)),
      };
    },
  );
}

export interface RecurrentClassifierConfig {
  readonly cell: CellKind;
  readonly vocabulary: number;
  readonly labels: number;
  readonly layers: number;
  /** Size of a token's vector. */
  readonly embedding: number;
  /** Size of a layer's state, both directions together. */
  readonly hidden: number;
  /** Also reads backwards. Default true. */
  readonly bidirectional?: boolean;
  /** On embeddings, between layers and on the summary. Default 0. */
  readonly dropout?: number;
}

/** A recurrent network over the text; the mean of its outputs is classified. Taps: input.embedding; summary [batch, dim]. */
export function RecurrentClassifier(c: RecurrentClassifierConfig): Layer<Classifier> {
  const { cell, hidden, layers, bidirectional = true, dropout = 0 } = c;
  const size = bidirectional ? hidden / 2 : hidden;
  return layer(
    {
      embed: Embedding(c.vocabulary, c.embedding),
      network: Recurrent({ cell, inner: c.embedding, hidden: size, layers, bidirectional, dropout }),
      project: { shape: [c.labels, hidden], init: glorotUniform },
    },
    (m, scope) => {
      const encode: Classifier["encode"] = (tokens, mask) => {
        const embedded = scope.child("input").tap("embedding", m.embed.lookup(tokens));
        return m.network(scope.dropout(embedded, dropout), { mask }).outputs;
      };
      return {
        encode,
        projection: m.project,
        summarise: (tokens, mask) =>
          scope.tap("summary", scope.dropout(meanOver(encode(tokens, mask), mask), dropout)),
      };
    },
  );
}

/**
 * The mean state of real tokens. With a mean, every token contributes and gets a gradient from the first step, and no
 * special token must first learn to collect. With real tokens only, a text's label does not depend on the lengths of its
 * neighbours in the batch.
 *
 *   states [batch, time, dim], mask [batch, time]  ->  [batch, dim]
 */
export function meanOver(states: Value, mask: Value): Value {
  const [batch, time] = mask.shape as [Size, Size];
  const total = sum(mul(states, reshape(mask, [batch, time, 1])), [1]);
  return div(total, sum(mask, [1], { keep: true }));
}
