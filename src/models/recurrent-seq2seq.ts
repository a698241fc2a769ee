import type { Value } from "../ir/value.ts";
import { Embedding } from "../nn/embedding.ts";
import { glorotUniform } from "../nn/initialise.ts";
import { type Layer, layer } from "../nn/layer.ts";
import { type CellKind, Recurrent, swapTime } from "../nn/recurrent.ts";
import { tapAs } from "../nn/taps.ts";
import { concat } from "../ops/reshape.ts";
import { type RecurrentAttention, recurrentAttentions } from "./recurrent-attention.ts";
import { type RecurrentDecoder, type RecurrentDecoderConfig, scoreBias } from "./recurrent-decoder.ts";
import type { Seq2Seq } from "./seq2seq.ts";

export interface RecurrentSeq2SeqConfig {
  readonly cell: CellKind;
  readonly sourceVocabulary: number;
  readonly targetVocabulary: number;
  /** Encoder and decoder layers. */
  readonly layers: number;
  /** Size of a token's vector. */
  readonly embedding: number;
  /** Size of the decoder's state and of the encoder's, both directions together. */
  readonly hidden: number;
  /** The encoder also reads backwards, with half of `hidden` for each direction. Default true. */
  readonly bidirectional?: boolean;
  readonly attention: RecurrentAttention;
  /** For dot, scaled-dot and general attention: a step's output is an input of the next. Default false. */
  readonly inputFeeding?: boolean;
  /** On embeddings, between layers and on the output. Default 0. */
  readonly dropout?: number;
  /** "all": source, target and output share one matrix; "output": target and output do; "none". */
  readonly tie: "all" | "output" | "none";
}

/**
 * The recurrent encoder-decoder: one network reads the source, another writes the target from the first one's final state,
 * with or without attention.
 *
 * @see Sutskever et al. 2014 - https://arxiv.org/abs/1409.3215
 * @see Bahdanau et al. 2015 - https://arxiv.org/abs/1409.0473
 * @see Luong et al. 2015 - https://arxiv.org/abs/1508.04025
 */
export function RecurrentSeq2Seq(c: RecurrentSeq2SeqConfig): Layer<Seq2Seq> {
  const { cell, hidden, layers, embedding, bidirectional = true, dropout = 0 } = c;
  const size = bidirectional ? hidden / 2 : hidden;
  return layer(
    {
      embed: Embedding(c.targetVocabulary, embedding),
      ...(c.tie === "all" ? {} : { sourceEmbed: Embedding(c.sourceVocabulary, embedding) }),
      encoder: Recurrent({ cell, inner: embedding, hidden: size, layers, bidirectional, dropout }),
      decoder: decoderOf(c, { cell, layers, embedding, hidden, states: hidden, dropout }),
      ...(c.tie === "none"
        ? { project: { shape: [c.targetVocabulary, embedding], init: glorotUniform } }
        : {}),
    },
    (m, scope): Seq2Seq => {
      const sourceEmbed = m.sourceEmbed ?? m.embed;
      const [left, right] = [scope.child("encoder"), scope.child("decoder")];
      return {
        projection: m.project ?? m.embed.weight,
        encode: (source, mask) => {
          const embedded = left.child("input").tap("embedding", sourceEmbed.lookup(source));
          const { outputs, states } = m.encoder(scope.dropout(embedded, dropout), { mask });
          const last = states.at(-1) ?? [];
          return { states: outputs, summary: concat(last.map(({ h }) => h)) };
        },
        remember: ({ states, summary }, mask) => ({
          summary: summary as Value,
          bias: scoreBias(mask),
          ...m.decoder.remember(states, summary as Value),
        }),
        start: ({ summary }) => m.decoder.start(summary as Value),
        decode: (target, memory, state) => {
          const lookedUp = m.embed.lookup(swapTime(target));
          const tapped = tapAs(right.child("input"), "embedding", lookedUp, swapTime, swapTime);
          const embedded = scope.dropout(tapped, dropout);
          const before = state ?? m.decoder.start(memory.summary as Value);
          const decoded = m.decoder.run(embedded, memory, before);
          return { ...decoded, hidden: right.tap("states", decoded.hidden) };
        },
      };
    },
  );
}

function decoderOf(
  { attention, inputFeeding = false }: RecurrentSeq2SeqConfig,
  c: RecurrentDecoderConfig,
): Layer<RecurrentDecoder> {
  const { build, feeding } = recurrentAttentions[attention];
  return inputFeeding && feeding ? feeding(c) : build(c);
}
