import { makeBatch, type PairExample } from "../data/batches.ts";
import { batchesByTokens } from "../decoding/packing.ts";
import { heedError } from "../errors.ts";
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

/** Limits of one run: sentence pairs, and tokens including padding. */
const LIMITS = { sentences: 128, tokens: 4096 };

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
  /** Sentences are truncated to this many tokens. Default: no limit. */
  readonly maxLength?: number;
  /** The outputs to compute from each decoder layer's cross-attention weights, [batch, heads, target, source]. */
  readonly outputs: (layers: readonly Value[]) => Readonly<Record<string, Value>>;
  readonly session?: SessionOptions;
}

/** The results for one sentence pair. */
export interface ForcedPair {
  readonly sourceWords: readonly string[];
  readonly targetWords: readonly string[];
  /** Whether either sentence was truncated. */
  readonly isCut: boolean;
  /** Names of the outputs. */
  readonly outputs: readonly string[];
  /** The number of heads of an output. */
  readonly heads: (output: string) => number;
  /** One head of an output between words: summed over pieces of a source word, averaged over those of a target word. */
  readonly matrix: (output: string, head: number) => Matrix;
}

interface CutExample extends PairExample {
  readonly isCut: boolean;
}

export interface ForcedDecoding {
  /** Results are in the order of the pairs. */
  run(pairs: readonly { readonly source: string; readonly target: string }[]): Promise<ForcedPair[]>;
  close(): void;
}

/**
 * Runs a decoder on given translations (teacher forcing) and reads its cross-attention.
 *
 * @throws ERR_MODEL when the model has none.
 */
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
  // The row that reads a word is one after the row that writes it.
  const shift = row === "input" ? 1 : 0;
  const encode = (pair: { readonly source: string; readonly target: string }): CutExample => {
    const [wholeSource, wholeTarget] = [source.encode(pair.source), target.encode(pair.target)];
    const targetIds = truncate(wholeTarget, maxLength - shift, target.special.eos);
    // One step more than there are tokens, so that every word is read.
    const read = shift === 1 ? [...targetIds, target.special.eos] : targetIds;
    const sourceIds = truncate(wholeSource, maxLength, source.special.eos);
    const isCut = sourceIds.length < wholeSource.length || targetIds.length < wholeTarget.length;
    return { source: Int32Array.from(sourceIds), target: Int32Array.from(read), isCut };
  };

  const runBatch = async (
    examples: readonly CutExample[],
    results: ForcedPair[],
    indices: readonly number[],
  ) => {
    const batch = makeBatch(examples, indices, target.special);
    const sourceShape = [batch.size, batch.sourceLength];
    const tensors = await program({
      source: { shape: sourceShape, data: batch.source },
      sourceMask: { shape: sourceShape, data: batch.sourceMask },
      target: { shape: [batch.size, batch.targetLength], data: batch.targetIn },
    });
    const read = new Map<string, { data: Float32Array; heads: number }>();
    for (const [name, tensor] of Object.entries(tensors)) {
      read.set(name, {
        data: ((await tensor.read()) as Float32Array).slice(),
        heads: tensor.shape[1] as number,
      });
      tensor.dispose();
    }
    for (const [n, index] of indices.entries()) {
      const example = examples[index] as CutExample;
      const from = words(source, example.source);
      const to = words(target, example.target.subarray(0, example.target.length - shift));
      const output = (name: string): { data: Float32Array; heads: number } => {
        const entry = read.get(name);
        if (!entry) throw new RangeError(`there is no output "${name}"`);
        return entry;
      };
      results[index] = {
        sourceWords: from.map(({ text }) => text),
        targetWords: to.map(({ text }) => text),
        isCut: example.isCut,
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
      const results = new Array<ForcedPair>(pairs.length);
      for (const indices of batchesByTokens(pairs.length, lengthOf, LIMITS))
        await runBatch(examples, results, indices);
      return results;
    },
    close: () => program.close(),
  };
}

function graphOf({ model, outputs }: ForcedDecodingOptions): Readonly<Record<string, Value>> {
  const layers = crossWeights(model);
  if (layers.length > 0) return outputs(layers);
  const remedy = "choose a model with attention";
  throw heedError("ERR_MODEL", { where: "cross-attention", cause: "the model has none", remedy });
}

/** The heads of cross-attention in each decoder layer that has it; none where a decoder never looks at its source. */
export const crossAttentionHeads = (model: Layer<Seq2Seq>): number[] =>
  crossWeights(model).map(({ shape }) => shape[1] as number);

/** Each decoder layer's cross-attention when the target is given: [batch, heads, target, source]. */
function crossWeights(model: Layer<Seq2Seq>): Value[] {
  const built = build(model);
  const source = input("source", "int32", ["batch", "source"]);
  const sourceMask = input("sourceMask", "float32", ["batch", "source"]);
  const target = input("target", "int32", ["batch", "target"]);
  const encoded = built.call.encode(source, sourceMask);
  built.call.decode(target, built.call.remember(encoded, sourceMask));
  return matchTaps(built.taps, "**.cross.weights", { atLeast: 0 }).map(([, value]) => value);
}

/** At most `limit` ids; a truncated sentence still ends with </s>. */
const truncate = (ids: readonly number[], limit: number, eos: number): readonly number[] =>
  ids.length <= limit ? ids : [...ids.slice(0, limit - 1), eos];

/** A matrix between pieces as one between words: summed over pieces of a source word, averaged over those of a target word. */
export function wordMatrix(
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
