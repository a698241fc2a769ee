import { makeBatch, type PairExample } from "../data/batches.ts";
import { batchesByTokens } from "../decoding/packing.ts";
import { input } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import type { Seq2Seq } from "../models/seq2seq.ts";
import { build, type Layer } from "../nn/layer.ts";
import { matchTaps } from "../nn/match-taps.ts";
import { compile } from "../runtime/compile.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { HostTensor, State } from "../runtime/state.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import { type WordSpan, words } from "../text/word-spans.ts";
import type { Matrix } from "./matrix.ts";

/** Most sentence pairs and tokens, padding included, in one run. */
const MOST = { sentences: 128, tokens: 4096 };

export interface ForcedDecodingOptions {
  readonly engine: Engine;
  readonly model: Layer<Seq2Seq>;
  /** Weights frozen into the graph… */
  readonly weights?: ReadonlyMap<string, HostTensor>;
  /** …or those of a model in training. */
  readonly state?: State;
  readonly tokenizers: { readonly source: Tokenizer; readonly target: Tokenizer };
  /** See `CrossAttentionOptions.row`. */
  readonly row: "input" | "output";
  /** Sentences are cut to so many tokens. Default: never. */
  readonly maxLength?: number;
  /** What is computed, from the cross-attention weights [batch, heads, target, source] of each decoder layer. */
  readonly outputs: (layers: readonly Value[]) => Readonly<Record<string, Value>>;
  readonly session?: SessionOptions;
}

/** What was computed for one sentence pair. */
export interface ForcedPair {
  readonly sourceWords: readonly string[];
  readonly targetWords: readonly string[];
  /** Names of what was computed. */
  readonly outputs: readonly string[];
  /** Heads of an output. */
  readonly heads: (output: string) => number;
  /** One head of an output, by words: summed over the pieces of a source word, averaged over those of a target word. */
  readonly matrix: (output: string, head: number) => Matrix;
}

export interface ForcedDecoding {
  /** In the order of the pairs. */
  run(pairs: readonly { readonly source: string; readonly target: string }[]): Promise<ForcedPair[]>;
  close(): void;
}

/** Gives a decoder translations word by word and reads what it attended to: teacher forcing. */
export async function openForcedDecoding(options: ForcedDecodingOptions): Promise<ForcedDecoding> {
  const { engine, tokenizers, row, maxLength = Infinity, weights, state, session } = options;
  const { source, target } = tokenizers;
  const program = await compile({
    engine,
    outputs: graphOf(options),
    ...(weights ? { constants: weights } : {}),
    ...(state ? { state } : {}),
    ...(session ? { session } : {}),
  });
  // The row at which a word is read is one further than the row that writes it.
  const shift = row === "input" ? 1 : 0;
  const encode = (pair: { readonly source: string; readonly target: string }): PairExample => {
    const targetIds = cut(target.encode(pair.target), maxLength - shift, target.special.eos);
    // One more step than there are tokens, so that every word is also read.
    const read = shift === 1 ? [...targetIds, target.special.eos] : targetIds;
    const sourceIds = cut(source.encode(pair.source), maxLength, source.special.eos);
    return { source: Int32Array.from(sourceIds), target: Int32Array.from(read) };
  };

  const runBatch = async (
    examples: readonly PairExample[],
    found: ForcedPair[],
    indices: readonly number[],
  ) => {
    const batch = makeBatch(examples, indices, target.special);
    const sourceShape = [batch.size, batch.sourceLength];
    const results = await program({
      source: { shape: sourceShape, data: batch.source },
      sourceMask: { shape: sourceShape, data: batch.sourceMask },
      target: { shape: [batch.size, batch.targetLength], data: batch.targetIn },
    });
    const read = new Map<string, { data: Float32Array; heads: number }>();
    for (const [name, tensor] of Object.entries(results)) {
      read.set(name, {
        data: ((await tensor.read()) as Float32Array).slice(),
        heads: tensor.shape[1] as number,
      });
      tensor.dispose();
    }
    for (const [n, index] of indices.entries()) {
      const example = examples[index] as PairExample;
      const from = words(source, example.source);
      const to = words(target, example.target.subarray(0, example.target.length - shift));
      const output = (name: string): { data: Float32Array; heads: number } => {
        const one = read.get(name);
        if (!one) throw new RangeError(`there is no output ${name}`);
        return one;
      };
      found[index] = {
        sourceWords: from.map(({ text }) => text),
        targetWords: to.map(({ text }) => text),
        outputs: [...read.keys()],
        heads: (name) => output(name).heads,
        matrix: (name, head) => {
          const { data, heads } = output(name);
          const start = (n * heads + head) * batch.targetLength;
          const weight = (i: number, j: number): number =>
            data[(start + i) * batch.sourceLength + j] as number;
          return wordMatrix(weight, from, to, shift);
        },
      };
    }
  };
  return {
    run: async (pairs) => {
      const examples = pairs.map(encode);
      const lengthOf = (i: number): number => {
        const { source, target } = examples[i] as PairExample;
        return Math.max(source.length, target.length);
      };
      const found = new Array<ForcedPair>(pairs.length);
      for (const indices of batchesByTokens(pairs.length, lengthOf, MOST))
        await runBatch(examples, found, indices);
      return found;
    },
    close: () => program.close(),
  };
}

function graphOf({ model, outputs }: ForcedDecodingOptions): Readonly<Record<string, Value>> {
  const built = build(model);
  const source = input("source", "int32", ["batch", "source"]);
  const sourceMask = input("sourceMask", "float32", ["batch", "source"]);
  const target = input("target", "int32", ["batch", "target"]);
  const encoded = built.call.encode(source, sourceMask);
  built.call.decode(target, built.call.remember(encoded, sourceMask));
  return outputs(matchTaps(built.taps, "**.cross.weights").map(([, value]) => value));
}

/** Ids of at most `most` tokens; what is cut off still ends with </s>. */
const cut = (ids: readonly number[], most: number, eos: number): readonly number[] =>
  ids.length <= most ? ids : [...ids.slice(0, most - 1), eos];

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
