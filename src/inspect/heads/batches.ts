import { makeBatch } from "../../data/batches.ts";
import { padded } from "../../decoding/packing.ts";
import type { BatchFeeds } from "../../runtime/compile.ts";
import type { EncodedExample, Inspected } from "../looking/subject.ts";
import type { AttentionPlace } from "./places.ts";

/** A batch of examples as a graph of `subjectOf` reads it. */
export interface HeadBatch {
  readonly feeds: BatchFeeds;
  /** Places that are predicted in each row of the matrices, padding included. */
  readonly places: number;
}

/** How examples of a task are put together, and which of their rows and columns are real. */
export interface HeadBatches {
  readonly batch: (examples: readonly EncodedExample[]) => HeadBatch;
  /** The longest side of an example, in tokens. */
  readonly length: (example: EncodedExample) => number;
  /** The ids of an attention's rows: those that its queries read. */
  readonly rows: (place: AttentionPlace, example: EncodedExample) => Int32Array;
  /** The ids of its columns: those that its keys stand for. */
  readonly columns: (place: AttentionPlace, example: EncodedExample) => Int32Array;
  readonly nameOf: (place: AttentionPlace, id: number) => string;
  /** Whether a column is a special token or punctuation alone: what heads attend to when there is nothing to see. */
  readonly isSeparator: (place: AttentionPlace, id: number) => boolean;
}

/** Batches for the model of any task. A language model's example is a text whose last token is only predicted. */
export function headBatches(of: Inspected): HeadBatches {
  const isSource = (place: AttentionPlace): boolean =>
    of.task === "translate" && (place.kind === "cross" || place.path.startsWith("encoder."));
  const tokenizerOf = (place: AttentionPlace) =>
    of.task !== "translate" ? of.tokenizer : isSource(place) ? of.tokenizers.source : of.tokenizers.target;
  const read = (example: EncodedExample): Int32Array =>
    of.task === "generate" ? example.source.subarray(0, -1) : example.source;
  const written = ({ target }: EncodedExample): Int32Array => {
    if (of.task !== "translate") return target;
    return Int32Array.of(of.tokenizers.target.special.bos, ...target.subarray(0, -1));
  };
  const side = (isOfSource: boolean, example: EncodedExample): Int32Array =>
    isOfSource || of.task !== "translate" ? read(example) : written(example);
  return {
    batch: (examples) => batchOf(of, examples),
    length: (example) => Math.max(read(example).length, of.task === "translate" ? example.target.length : 0),
    rows: (place, example) => side(isSource(place) && place.kind !== "cross", example),
    columns: (place, example) => side(isSource(place), example),
    nameOf: (place, id) => tokenizerOf(place).token(id),
    isSeparator: (place, id) => {
      const tokenizer = tokenizerOf(place);
      const { bos, eos, pad } = tokenizer.special;
      return id === bos || id === eos || id === pad || isPunctuation(tokenizer.token(id));
    },
  };
}

const isPunctuation = (token: string): boolean => /^[\p{P}\p{S}]+$/u.test(token.replaceAll("▁", ""));

function batchOf(of: Inspected, examples: readonly EncodedExample[]): HeadBatch {
  if (of.task === "translate") {
    const all = [...examples.keys()];
    const made = makeBatch(examples, all, of.tokenizers.target.special);
    const source = [made.size, made.sourceLength];
    return {
      feeds: {
        source: { shape: source, data: made.source },
        sourceMask: { shape: source, data: made.sourceMask },
        target: { shape: [made.size, made.targetLength], data: made.targetIn },
      },
      places: made.targetLength,
    };
  }
  const texts = examples.map(({ source }) => (of.task === "generate" ? source.subarray(0, -1) : source));
  const text = padded(texts, of.tokenizer.special.pad);
  const [size, length] = text.shape as [number, number];
  if (of.task === "generate") return { feeds: { text }, places: length };
  const mask = new Float32Array(size * length);
  texts.forEach((ids, row) => {
    mask.fill(1, row * length, row * length + ids.length);
  });
  return { feeds: { text, mask: { shape: text.shape, data: mask } }, places: 1 };
}
