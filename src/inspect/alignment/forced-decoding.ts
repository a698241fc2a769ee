import { makeBatch, type PairExample } from "../../data/batches.ts";
import { batchesByTokens } from "../../decoding/packing.ts";
import { heedError } from "../../errors.ts";
import { input } from "../../ir/leaf.ts";
import type { Value } from "../../ir/value.ts";
import type { Seq2Seq } from "../../models/seq2seq.ts";
import { build, type Layer } from "../../nn/layer.ts";
import { matchTaps } from "../../nn/match-taps.ts";
import { compile } from "../../runtime/compile.ts";
import type { Engine, SessionOptions } from "../../runtime/engine.ts";
import type { HostTensor, State } from "../../runtime/state.ts";
import { type Tokenizer, writtenIds } from "../../text/tokenizer.ts";
import { type PieceSpan, wordSpans, wordTexts } from "../../text/word-spans.ts";
import type { WordWeights } from "../matrix.ts";

/** Limits of one run: sentence pairs, and tokens including padding. */
export const forcedLimits = { sentences: 128, tokens: 4096 } as const;

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
  /** Batches that run side by side, for sessions of one thread. Default 1. */
  readonly streams?: number;
  readonly session?: SessionOptions;
}

/** The results for one sentence pair. Words are put together when asked for. */
export interface ForcedPair {
  readonly sourceWords: () => readonly string[];
  readonly targetWords: () => readonly string[];
  /** Whether either sentence was truncated. */
  readonly isCut: boolean;
  /** Names of the outputs. */
  readonly outputs: readonly string[];
  /** The number of heads of an output. */
  readonly heads: (output: string) => number;
  /** One head of an output between words: summed over pieces of a source word, averaged over those of a target word. */
  readonly weights: (output: string, head: number) => WordWeights;
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
  const { engine, tokenizers, row, maxLength = Infinity, weights, state, streams = 1, session } = options;
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
    const [wholeSource, wholeTarget] = [source.encode(pair.source), writtenIds(target, pair.target)];
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
      const written = example.target.subarray(0, example.target.length - shift);
      const [from, to] = [wordSpans(source, example.source), wordSpans(target, written)];
      const output = (name: string): { data: Float32Array; heads: number } => {
        const entry = read.get(name);
        if (!entry) throw new RangeError(`there is no output "${name}"`);
        return entry;
      };
      results[index] = {
        sourceWords: () => wordTexts(source, example.source, from),
        targetWords: () => wordTexts(target, written, to),
        isCut: example.isCut,
        outputs: [...read.keys()],
        heads: (name) => output(name).heads,
        weights: (name, head) => {
          const { data, heads } = output(name);
          const { targetLength, sourceLength } = batch;
          const start = ((n * heads + head) * targetLength + shift) * sourceLength;
          return wordWeights({ data, start, sourceLength }, from, to);
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
      const waiting = batchesByTokens(pairs.length, lengthOf, forcedLimits);
      const work = async (): Promise<void> => {
        // Longest first, so that streams end at about the same time.
        for (let indices = waiting.pop(); indices; indices = waiting.pop())
          await runBatch(examples, results, indices);
      };
      await Promise.all(Array.from({ length: Math.max(1, streams) }, work));
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

/**
 * Weights between pieces as weights between words: summed over pieces of a source word, averaged over those of a target word.
 *
 * @param pieces  Weights between pieces, row by row; that of the first target piece begins at `start`.
 */
export function wordWeights(
  pieces: { readonly data: Float32Array; readonly start: number; readonly sourceLength: number },
  from: readonly PieceSpan[],
  to: readonly PieceSpan[],
): WordWeights {
  const { data, start, sourceLength } = pieces;
  const words = new Float64Array(to.length * from.length);
  let next = 0;
  for (const targetWord of to) {
    for (const sourceWord of from) {
      let sum = 0;
      for (let i = targetWord.from; i < targetWord.to; i++) {
        const row = start + i * sourceLength;
        for (let j = sourceWord.from; j < sourceWord.to; j++) sum += data[row + j] as number;
      }
      words[next++] = sum / (targetWord.to - targetWord.from);
    }
  }
  return { targets: to.length, sources: from.length, data: words };
}
