import { constant } from "../ir/leaf.ts";
import type { Size } from "../ir/size.ts";
import { withBias, withOne } from "../nn/affine.ts";
import { paddingBias } from "../nn/attention.ts";
import { PlainEmbedding } from "../nn/embedding.ts";
import { glorotUniform, normal, zeros } from "../nn/initialise.ts";
import { type Layer, layer, repeat } from "../nn/layer.ts";
import { Linear } from "../nn/linear.ts";
import { LayerNorm } from "../nn/norm.ts";
import { LearnedPositions } from "../nn/positions.ts";
import { add, relu, tanh } from "../ops/elementwise.ts";
import { gather } from "../ops/gather.ts";
import { reshape, slice } from "../ops/reshape.ts";
import type { BlockConfig } from "./block-parts.ts";
import { type Classifier, meanOver } from "./classifier.ts";
import { firstStates } from "./first-states.ts";
import { EncoderLayer } from "./transformer.ts";

export interface BertConfig extends BlockConfig {
  readonly vocabulary: number;
  /** 0 for an encoder without a head, whose summary is the mean of its states. */
  readonly labels: number;
  readonly layers: number;
  /** Rows of the table of segments, of which a single text has the first; 0 for none. */
  readonly tokenTypes: number;
  /** What follows the head's dense layer. */
  readonly headActivation: "tanh" | "relu";
  /** Longest text, in tokens. */
  readonly maxLength: number;
}

/**
 * BERT and its relatives, DistilBERT and RoBERTa: a post-norm encoder over normalised sums of word, position and segment
 * embeddings. The state of the first token, through a dense layer, is classified.
 *
 * Taps: those of `firstStates` under input; output, the states; summary [batch, dim].
 *
 * @see Devlin et al. 2019 - https://aclanthology.org/N19-1423
 */
export function Bert(c: BertConfig): Layer<Classifier> {
  const { dropout = 0 } = c;
  const head = {
    dense: Linear(c.dModel, c.dModel),
    project: { shape: [c.labels, c.dModel], init: glorotUniform },
    projectBias: { shape: [c.labels], init: zeros },
  };
  const act = c.headActivation === "tanh" ? tanh : relu;
  return layer(
    {
      embed: PlainEmbedding(c.vocabulary, c.dModel),
      positions: LearnedPositions(c.maxLength, c.dModel),
      ...(c.tokenTypes > 0 ? { tokenTypes: { shape: [c.tokenTypes, c.dModel], init: normal(0.02) } } : {}),
      embeddingNorm: LayerNorm(c.dModel, c),
      encoder: repeat(c.layers, () => EncoderLayer({ ...c, norm: "post" })),
      ...(c.labels > 0 ? head : {}),
    },
    (m, scope) => {
      const encode: Classifier["encode"] = (tokens, mask) => {
        const words = m.embed.lookup(tokens);
        const first = constant("int32", [1], Int32Array.of(0));
        const embedded = m.tokenTypes ? add(words, gather(m.tokenTypes, first)) : words;
        const { positions, embeddingNorm: norm } = m;
        const x = firstStates(scope.child("input"), embedded, { positions, dropout, norm });
        const bias = paddingBias(mask);
        return scope.tap(
          "output",
          m.encoder.reduce((h, encoderLayer) => encoderLayer(h, bias), x),
        );
      };
      const { dense, project, projectBias } = m;
      if (!dense || !project || !projectBias) {
        // Without labels nothing reads the projection.
        const summarise: Classifier["summarise"] = (tokens, mask) =>
          scope.tap("summary", meanOver(encode(tokens, mask), mask));
        return { encode, summarise, projection: m.embed.weight };
      }
      return {
        encode,
        projection: withBias(project, projectBias),
        summarise: (tokens, mask) => {
          const states = encode(tokens, mask);
          const first = reshape(slice(states, 1, 0, 1), [tokens.shape[0] as Size, c.dModel]);
          return withOne(scope.tap("summary", scope.dropout(act(dense(first)), dropout)));
        },
      };
    },
  );
}
