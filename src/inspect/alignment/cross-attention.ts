import type { Seq2Seq } from "../../models/seq2seq.ts";
import type { Layer } from "../../nn/layer.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { HostTensor, State } from "../../runtime/state.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { asMatrix, type Matrix, meanMatrix } from "../matrix.ts";
import { openForcedDecoding } from "./forced-decoding.ts";

/** The cross-attention of a decoder that is given a translation. */
export interface AlignedPair {
  readonly sourceWords: readonly string[];
  readonly targetWords: readonly string[];
  /** Per decoder layer, and last their mean: weights between words, averaged over heads. */
  readonly layers: readonly Matrix[];
  /** Per decoder layer and head: weights between words. */
  readonly heads: readonly (readonly Matrix[])[];
}

export interface CrossAttentionOptions {
  readonly engine: Engine;
  readonly model: Layer<Seq2Seq>;
  /** Weights frozen into the graph… */
  readonly weights?: ReadonlyMap<string, HostTensor>;
  /** …or those of a model in training. */
  readonly state?: State;
  readonly source: Tokenizer;
  readonly target: Tokenizer;
  /**
   * Which row of the attention matrix belongs to a target word: "output", the step that produces it, or "input", the
   * step that reads it and has thus seen the word itself. Deep models tend to align better with the latter, shallow
   * ones with the former. Default "output".
   */
  readonly row?: "input" | "output";
}

export interface CrossAttention {
  align(pairs: readonly { readonly source: string; readonly target: string }[]): Promise<AlignedPair[]>;
  close(): void;
}

/**
 * Reads cross-attention under teacher forcing. Weights of subword pieces become weights of words: summed over the pieces
 * of a source word, averaged over those of a target word.
 */
export async function openCrossAttention(options: CrossAttentionOptions): Promise<CrossAttention> {
  const { source, target, row = "output" } = options;
  const forced = await openForcedDecoding({
    ...options,
    tokenizers: { source, target },
    row,
    outputs: (layers) => Object.fromEntries(layers.map((weights, layer) => [`layer ${layer}`, weights])),
  });
  return {
    align: async (pairs) =>
      (await forced.run(pairs)).map(({ sourceWords, targetWords, outputs, heads: count, weights }) => {
        const heads = outputs.map((name) =>
          Array.from({ length: count(name) }, (_, head) => asMatrix(weights(name, head))),
        );
        const matrices = heads.map(meanMatrix);
        return {
          sourceWords: sourceWords(),
          targetWords: targetWords(),
          layers: [...matrices, meanMatrix(matrices)],
          heads,
        };
      }),
    close: forced.close,
  };
}

/** The same pairs read at both rows, for a choice between them. */
export async function readBothRows(
  options: Omit<CrossAttentionOptions, "row">,
  pairs: readonly { readonly source: string; readonly target: string }[],
): Promise<{ readonly output: readonly AlignedPair[]; readonly input: readonly AlignedPair[] }> {
  const read = async (row: "output" | "input"): Promise<AlignedPair[]> => {
    const attention = await openCrossAttention({ ...options, row });
    try {
      return await attention.align(pairs);
    } finally {
      attention.close();
    }
  };
  return { output: await read("output"), input: await read("input") };
}
