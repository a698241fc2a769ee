import { makeBatch } from "../../data/batches.ts";
import { chunks } from "../../data/chunks.ts";
import { heedError } from "../../errors.ts";
import type { Value } from "../../ir/value.ts";
import { type Classifier, meanOver } from "../../models/classifier.ts";
import { textInputs } from "../../models/inputs.ts";
import { build, type Layer } from "../../nn/layer.ts";
import { sum } from "../../ops/broadcast.ts";
import { div, maximum, mul, sqrt } from "../../ops/elementwise.ts";
import { compile, feedsFor } from "../../runtime/compile.ts";
import type { Engine, SessionOptions } from "../../runtime/engine.ts";
import type { HostTensor } from "../../runtime/state.ts";
import { isBlank } from "../../text/blank.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { encodeLabelled, textFeeds } from "./texts.ts";

/** Texts per batch. */
const EMBEDDED = 32;

/** Gives each text a vector: texts of like meaning have a large dot product, in a model that was trained for it. */
export interface Embedder {
  /** Per text, a vector of length 1. @param onCut  Called for each text that is longer than the model reads. */
  readonly embed: (texts: readonly string[], onCut?: () => void) => Promise<Float32Array[]>;
  readonly close: () => void;
}

export interface EmbedderOptions {
  readonly engine: Engine;
  /** A classifier, with or without labels; an opened run has one. */
  readonly model: Layer<Classifier>;
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly tokenizer: Tokenizer;
  /** Longest text, in tokens: `data.maxTokens` of the run. */
  readonly maxTokens: number;
  readonly session?: SessionOptions;
}

/**
 * The mean of the states of a text's tokens, scaled to length 1.
 *
 *   tokens [batch, time], mask [batch, time]  ->  [batch, dim]        v = m / |m|,   m = mean of the states where mask = 1
 *
 * @see Reimers & Gurevych 2019, section 3 - https://arxiv.org/abs/1908.10084
 */
export function sentenceVectors({ encode }: Pick<Classifier, "encode">, tokens: Value, mask: Value): Value {
  const mean = meanOver(encode(tokens, mask), mask);
  const length = sqrt(sum(mul(mean, mean), [1], { keep: true }));
  return div(mean, maximum(length, 1e-12));
}

/** Opens a session that embeds texts. */
export async function openEmbedder(options: EmbedderOptions): Promise<Embedder> {
  const { engine, model, weights, tokenizer, maxTokens, session } = options;
  const { text, mask } = textInputs();
  const outputs = { vectors: sentenceVectors(build(model).call, text, mask) };
  const program = await compile({ engine, outputs, constants: weights, ...(session ? { session } : {}) });
  const special = { pad: tokenizer.special.pad, bos: tokenizer.special.pad };
  return {
    embed: async (texts, onCut) => {
      if (texts.some(isBlank))
        throw heedError("ERR_USAGE", { where: "embed", cause: "a text is blank, so it has no vector" });
      const examples = texts.map((each) => encodeLabelled(each, 0, tokenizer, maxTokens, onCut));
      const lengths = examples.map(({ source }) => source.length);
      const byLength = [...examples.keys()].sort((a, b) => (lengths[a] as number) - (lengths[b] as number));
      const results = new Array<Float32Array>(texts.length);
      for (const chunk of chunks(byLength, EMBEDDED)) {
        const { vectors } = await program(feedsFor(program, textFeeds(makeBatch(examples, chunk, special))));
        const all = (await vectors.read()) as Float32Array;
        const dim = all.length / chunk.length;
        chunk.forEach((i, row) => {
          results[i] = all.slice(row * dim, (row + 1) * dim);
        });
        vectors.dispose();
      }
      return results;
    },
    close: () => program.close(),
  };
}
