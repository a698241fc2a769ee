import type { Link } from "../../evaluation/alignment.ts";
import type { Value } from "../../ir/value.ts";
import type { Seq2Seq } from "../../models/seq2seq.ts";
import type { Layer } from "../../nn/layer.ts";
import { sum } from "../../ops/broadcast.ts";
import { add, div } from "../../ops/elementwise.ts";
import { reshape, slice } from "../../ops/reshape.ts";
import type { Engine, SessionOptions } from "../../runtime/engine.ts";
import type { HostTensor } from "../../runtime/state.ts";
import type { Tokenizers } from "../../text/tokenizer.ts";
import { asMatrix, linksAmong, type Matrix, type WordWeights } from "../matrix.ts";
import type { AlignmentReading } from "./alignment-reading.ts";
import { type ForcedPair, openForcedDecoding } from "./forced-decoding.ts";

/** One sentence pair, aligned word by word. Words and weights are put together when they are first read. */
export interface AlignedWords {
  readonly sourceWords: readonly string[];
  readonly targetWords: readonly string[];
  /** [target words][source words] */
  readonly weights: Matrix;
  readonly links: readonly Link[];
  /** Present when either sentence was truncated; the words left out have no links. */
  readonly isCut?: true;
}

export interface AlignerOptions {
  readonly engine: Engine;
  readonly model: Layer<Seq2Seq>;
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly tokenizers: Tokenizers;
  readonly reading: AlignmentReading;
  /** Longest sentence, in tokens; longer ones are truncated. */
  readonly maxLength: number;
  /** Batches that run side by side, for sessions of one thread. Default 1. */
  readonly streams?: number;
  readonly session?: SessionOptions;
}

export interface Aligner {
  /** Results are in the order of the pairs. */
  align(pairs: readonly { readonly source: string; readonly target: string }[]): Promise<AlignedWords[]>;
  close(): void;
}

/**
 * Word alignment of given translations. Computes only the layer and head that the reading names, and nothing after that
 * layer.
 */
export async function openAligner(options: AlignerOptions): Promise<Aligner> {
  const { reading } = options;
  const forced = await openForcedDecoding({
    ...options,
    row: reading.row,
    outputs: (taps) => ({ read: readingOf(taps, reading) }),
  });
  return {
    align: async (pairs) =>
      (await forced.run(pairs)).map((pair) => {
        const weights = pair.weights("read", 0);
        const links = linksAmong(weights, reading.share, reading.sourceShare);
        return withWords(pair, weights, links);
      }),
    close: forced.close,
  };
}

/** Few callers want more than the links. */
function withWords(pair: ForcedPair, wordWeights: WordWeights, links: readonly Link[]): AlignedWords {
  let [sources, targets]: (readonly string[] | undefined)[] = [];
  let matrix: Matrix | undefined;
  return {
    get sourceWords() {
      sources ??= pair.sourceWords();
      return sources;
    },
    get targetWords() {
      targets ??= pair.targetWords();
      return targets;
    },
    get weights() {
      matrix ??= asMatrix(wordWeights);
      return matrix;
    },
    links,
    ...(pair.isCut ? { isCut: true } : {}),
  };
}

/** The weights of a reading, [batch, 1, target, source]. */
function readingOf(layers: readonly Value[], { layer, head }: AlignmentReading): Value {
  if (layer === "mean") {
    const total = layers.map(meanOverHeads).reduce((a, b) => add(a, b));
    return div(total, layers.length);
  }
  const weights = layers[layer];
  if (!weights) throw new RangeError(`decoder layer ${layer} does not exist; the model has ${layers.length}`);
  return head === "mean" ? meanOverHeads(weights) : slice(weights, 1, head, 1);
}

function meanOverHeads(weights: Value): Value {
  const [batch, heads, target, source] = weights.shape;
  const mean = div(sum(weights, [1]), heads as number);
  return reshape(mean, [batch as number, 1, target as number, source as number]);
}
