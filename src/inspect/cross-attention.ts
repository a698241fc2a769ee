import { makeBatch, type PairExample } from "../data/batches.ts";
import { input } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import type { Seq2Seq } from "../models/seq2seq.ts";
import { build, type Layer } from "../nn/layer.ts";
import { compile } from "../runtime/compile.ts";
import type { Engine } from "../runtime/engine.ts";
import type { HostTensor, State } from "../runtime/state.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { type WordSpan, words } from "../text/word-spans.ts";

/** [target][source], rows sum to at most 1. */
export type Matrix = readonly (readonly number[])[];

/** What a decoder attended to while it was given a translation word by word. */
export interface AlignedPair {
  readonly sourceWords: readonly string[];
  readonly targetWords: readonly string[];
  /** Per decoder layer, and last their mean: weights of whole words, averaged over heads. */
  readonly layers: readonly Matrix[];
  /** Per decoder layer and head: weights of whole words. */
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
   * step that reads it and so has seen the word itself. Deep models tend to align better in the latter, shallow ones
   * in the former. Default "output".
   */
  readonly row?: "input" | "output";
}

export interface CrossAttention {
  align(pairs: readonly { readonly source: string; readonly target: string }[]): Promise<AlignedPair[]>;
  close(): void;
}

const BATCH = 64;

/**
 * Reads cross-attention under teacher forcing: the decoder is given a translation, and what each of its words looked
 * at in the source is kept. Weights of subword pieces become weights of words: summed over the source pieces of a
 * word, averaged over the target pieces.
 */
export async function openCrossAttention(options: CrossAttentionOptions): Promise<CrossAttention> {
  const { engine, source, target, row = "output" } = options;
  const built = build(options.model);
  const inputs = {
    source: input("source", "int32", ["batch", "source"]),
    sourceMask: input("sourceMask", "float32", ["batch", "source"]),
    target: input("target", "int32", ["batch", "target"]),
  };
  const encoded = built.call.encode(inputs.source, inputs.sourceMask);
  built.call.decode(inputs.target, built.call.remember(encoded, inputs.sourceMask));
  const taps = [...built.taps].filter(([path]) => path.endsWith(".cross.weights"));
  const program = await compile({
    engine,
    outputs: Object.fromEntries(taps as [string, Value][]),
    ...(options.weights ? { constants: options.weights } : {}),
    ...(options.state ? { state: options.state } : {}),
  });

  const alignBatch = async (pairs: readonly { source: string; target: string }[]): Promise<AlignedPair[]> => {
    const examples = pairs.map((pair): PairExample => {
      const targetIds = target.encode(pair.target);
      // One more step than there are tokens, so that every word is also read.
      const shifted = row === "input" ? [...targetIds, target.special.eos] : targetIds;
      return { source: Int32Array.from(source.encode(pair.source)), target: Int32Array.from(shifted) };
    });
    const batch = makeBatch(examples, [...examples.keys()], target.special);
    const sourceShape = [batch.size, batch.sourceLength];
    const results = await program({
      source: { shape: sourceShape, data: batch.source },
      sourceMask: { shape: sourceShape, data: batch.sourceMask },
      target: { shape: [batch.size, batch.targetLength], data: batch.targetIn },
    });
    const layers: { data: Float32Array; heads: number }[] = [];
    for (const [path] of taps) {
      const tensor = results[path];
      if (!tensor) continue;
      layers.push({
        data: ((await tensor.read()) as Float32Array).slice(),
        heads: tensor.shape[1] as number,
      });
      tensor.dispose();
    }
    return examples.map((example, n) => {
      const from = words(source, example.source);
      const to = words(target, example.target.subarray(0, example.target.length - (row === "input" ? 1 : 0)));
      const heads = layers.map((layer) =>
        Array.from({ length: layer.heads }, (_, head) => {
          const start = (n * layer.heads + head) * batch.targetLength;
          const weight = (i: number, j: number): number =>
            layer.data[(start + i) * batch.sourceLength + j] as number;
          return wordMatrix(weight, from, to, row === "input" ? 1 : 0);
        }),
      );
      const matrices = heads.map(meanMatrix);
      return {
        sourceWords: from.map(({ text }) => text),
        targetWords: to.map(({ text }) => text),
        layers: [...matrices, meanMatrix(matrices)],
        heads,
      };
    });
  };
  return {
    align: async (pairs) => {
      const aligned: AlignedPair[] = [];
      for (let at = 0; at < pairs.length; at += BATCH)
        for (const one of await alignBatch(pairs.slice(at, at + BATCH))) aligned.push(one);
      return aligned;
    },
    close: () => program.close(),
  };
}

function wordMatrix(
  weight: (target: number, source: number) => number,
  from: readonly WordSpan[],
  to: readonly WordSpan[],
  shift: number,
): Matrix {
  return to.map((targetWord) =>
    from.map((sourceWord) => {
      let sum = 0;
      for (let i = targetWord.from; i < targetWord.to; i++) {
        for (let j = sourceWord.from; j < sourceWord.to; j++) sum += weight(i + shift, j);
      }
      return sum / (targetWord.to - targetWord.from);
    }),
  );
}

function meanMatrix(matrices: readonly Matrix[]): Matrix {
  const [first = []] = matrices;
  return first.map((rowWeights, i) =>
    rowWeights.map((_, j) => matrices.reduce((sum, m) => sum + (m[i]?.[j] ?? 0), 0) / matrices.length),
  );
}

/**
 * Word links from weights: each target word with the source words it looked at most, namely those with at least
 * `share` of its largest weight. With a share of 1 that is the largest alone.
 */
export function linksOf(weights: Matrix, share = 1): { source: number; target: number }[] {
  return weights.flatMap((row, target) => {
    const most = row.reduce((a, b) => Math.max(a, b), 0);
    return row.flatMap((weight, source) => (weight >= share * most ? [{ source, target }] : []));
  });
}
