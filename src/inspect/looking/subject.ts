import { makeBatch } from "../../data/batches.ts";
import { input } from "../../ir/leaf.ts";
import type { Size } from "../../ir/size.ts";
import type { Value } from "../../ir/value.ts";
import type { Classifier } from "../../models/classifier.ts";
import { pairInputs, textInputs } from "../../models/inputs.ts";
import type { Decoder, Seq2Seq } from "../../models/seq2seq.ts";
import { affine } from "../../nn/affine.ts";
import type { BuildOptions, Layer, Model } from "../../nn/layer.ts";
import { build } from "../../nn/layer.ts";
import { reshape } from "../../ops/reshape.ts";
import type { BatchFeeds } from "../../runtime/compile.ts";
import { type Tokenizer, type Tokenizers, writtenIds } from "../../text/tokenizer.ts";
import { withDerivedTaps } from "./derived-taps.ts";

/** A trained model of one task, as `openRun` gives it. */
export type Inspected =
  | { readonly task: "translate"; readonly model: Layer<Seq2Seq>; readonly tokenizers: Tokenizers }
  | { readonly task: "generate"; readonly model: Layer<Decoder>; readonly tokenizer: Tokenizer }
  | {
      readonly task: "classify";
      readonly model: Layer<Classifier>;
      readonly tokenizer: Tokenizer;
      readonly labels: readonly string[];
    };

/** An input: a sentence pair, a text, or a text with its label. */
export interface Example {
  /** The sentence to translate, or the text. */
  readonly source: string;
  /** A translator's target, or the label of a text. A language model has none. */
  readonly target?: string;
}

/** An example as ids. */
export interface EncodedExample {
  readonly source: Int32Array;
  readonly target: Int32Array;
}

/** The tokens along an axis. */
export interface AxisTokens {
  /** Tokens that the model reads at each place. */
  readonly reads: readonly string[];
  /** Tokens that it is to write there; the same places. Absent where nothing is written. */
  readonly writes?: readonly string[];
}

/** A model that was called. */
export interface Called {
  /** Its taps, with those that follow from them. */
  readonly taps: ReadonlyMap<string, Value>;
  /** [batch, places, classes] */
  readonly logits: Value;
}

/** How the models of a task are called, and what their axes stand for. */
export interface Subject {
  /** Calls the model. */
  readonly graph: (options: BuildOptions) => Called;
  /** The symbol of the axis that a recurrence runs along at a path. */
  readonly timeAt: (path: string) => string;
  readonly encode: (example: Example) => EncodedExample;
  readonly feeds: (example: EncodedExample) => BatchFeeds;
  /** The ids that the model is expected to write, one for every place of the logits. */
  readonly expected: (example: EncodedExample) => Int32Array;
  /** The tokens of a tap's rows (`length`, `queries`) and of its columns (`keys`). */
  readonly tokens: (
    path: string,
    example: EncodedExample,
  ) => { readonly rows: AxisTokens; readonly columns: AxisTokens };
  /** A class of the logits, as text. */
  readonly nameOf: (id: number) => string;
}

/**
 * The subject of a task's model.
 *
 * @param maxLength  The longest text that the model reads, in tokens; longer ones are cut. Default: none are.
 */
export function subjectOf(inspected: Inspected, maxLength = Infinity): Subject {
  const subject = uncut(inspected);
  const eos = (inspected.task === "translate" ? inspected.tokenizers.target : inspected.tokenizer).special
    .eos;
  const cut = (ids: Int32Array): Int32Array =>
    ids.length <= maxLength ? ids : Int32Array.of(...ids.subarray(0, maxLength - 1), eos);
  return {
    ...subject,
    encode: (example) => {
      const { source, target } = subject.encode(example);
      return { source: cut(source), target: cut(target) };
    },
  };
}

function uncut(inspected: Inspected): Subject {
  switch (inspected.task) {
    case "translate":
      return translator(inspected);
    case "generate":
      return languageModel(inspected);
    case "classify":
      return classifier(inspected);
  }
}

/** Logits pass an observer as taps do. */
function called(
  { taps }: Model<unknown>,
  ids: Readonly<Record<string, Value>>,
  logits: Value,
  { at }: BuildOptions,
): Called {
  const answer = at ? at("logits", logits) : logits;
  return { taps: withDerivedTaps(taps, new Map(Object.entries(ids)), answer), logits: answer };
}

const namesOf = (tokenizer: Tokenizer, ids: ArrayLike<number>): string[] =>
  Array.from(ids, (id) => tokenizer.token(id));

/** Whether a tap stands in the encoder, also in that of a member of an ensemble. */
const isInEncoder = (path: string): boolean => /^(members\.\d+\.)?encoder(\.|Norm)/.test(path);

function translator({ model, tokenizers }: Extract<Inspected, { task: "translate" }>): Subject {
  const { source, target } = tokenizers;
  const batchOf = (example: EncodedExample) => makeBatch([example], [0], target.special);
  return {
    graph: (options) => {
      const built = build(model, options);
      const inputs = pairInputs();
      const memory = built.call.remember(
        built.call.encode(inputs.source, inputs.sourceMask),
        inputs.sourceMask,
      );
      const { hidden } = built.call.decode(inputs.target, memory);
      const ids = { "encoder.input.ids": inputs.source, "decoder.input.ids": inputs.target };
      return called(built, ids, affine(hidden, built.call.projection), options);
    },
    timeAt: (path) => (isInEncoder(path) ? "source" : "target"),
    encode: ({ source: from, target: to = "" }) => ({
      source: Int32Array.from(source.encode(from)),
      target: Int32Array.from(writtenIds(target, to)),
    }),
    feeds: (example) => {
      const batch = batchOf(example);
      return {
        source: { shape: [1, batch.sourceLength], data: batch.source },
        sourceMask: { shape: [1, batch.sourceLength], data: batch.sourceMask },
        target: { shape: [1, batch.targetLength], data: batch.targetIn },
      };
    },
    expected: (example) => batchOf(example).targetOut,
    tokens: (path, example) => {
      const read = { reads: namesOf(source, example.source) };
      if (isInEncoder(path)) return { rows: read, columns: read };
      const { targetIn, targetOut } = batchOf(example);
      const written = { reads: namesOf(target, targetIn), writes: namesOf(target, targetOut) };
      return { rows: written, columns: /\.cross\.|\.score\./.test(path) ? read : written };
    },
    nameOf: (id) => target.token(id),
  };
}

function languageModel({ model, tokenizer }: Extract<Inspected, { task: "generate" }>): Subject {
  const readOf = ({ source }: EncodedExample): Int32Array => source.subarray(0, source.length - 1);
  return {
    graph: (options) => {
      const built = build(model, options);
      const text = input("text", "int32", ["batch", "time"]);
      const { hidden } = built.call.decode(text, {});
      return called(built, { "input.ids": text }, affine(hidden, built.call.projection), options);
    },
    timeAt: () => "time",
    encode: ({ source }) => ({ source: Int32Array.from(tokenizer.encode(source)), target: new Int32Array() }),
    feeds: (example) => {
      const data = readOf(example);
      return { text: { shape: [1, data.length], data } };
    },
    expected: ({ source }) => source.subarray(1),
    tokens: (_, example) => {
      const rows = {
        reads: namesOf(tokenizer, readOf(example)),
        writes: namesOf(tokenizer, example.source.subarray(1)),
      };
      return { rows, columns: rows };
    },
    nameOf: (id) => tokenizer.token(id),
  };
}

function classifier({ model, tokenizer, labels }: Extract<Inspected, { task: "classify" }>): Subject {
  return {
    graph: (options) => {
      const built = build(model, options);
      const { text, mask } = textInputs();
      const logits = affine(built.call.summarise(text, mask), built.call.projection);
      const [batch, classes] = logits.shape as [Size, Size];
      return called(built, { "input.ids": text }, reshape(logits, [batch, 1, classes]), options);
    },
    timeAt: () => "time",
    encode: ({ source, target }) => ({
      source: Int32Array.from(tokenizer.encode(source)),
      target: Int32Array.of(target === undefined ? -1 : labels.indexOf(target)),
    }),
    feeds: ({ source }) => {
      const shape = [1, source.length];
      return {
        text: { shape, data: source },
        mask: { shape, data: new Float32Array(source.length).fill(1) },
      };
    },
    expected: ({ target }) => target,
    tokens: (_, { source }) => {
      const rows = { reads: namesOf(tokenizer, source) };
      return { rows, columns: rows };
    },
    nameOf: (id) => labels[id] ?? String(id),
  };
}

/** Axes whose places are rows of a picture, and columns. */
export const isRowAxis = (axis: string): boolean => axis === "queries" || axis === "length";
