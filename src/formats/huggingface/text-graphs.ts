/** The graph of a model that reads one text: a language model, or an encoder with or without a head. */
import { input } from "../../ir/leaf.ts";
import { plus, type Size } from "../../ir/size.ts";
import type { Value } from "../../ir/value.ts";
import type { Classifier } from "../../models/classifier.ts";
import type { Decoder } from "../../models/seq2seq.ts";
import { affine } from "../../nn/affine.ts";
import { build, type Layer } from "../../nn/layer.ts";
import { matchTaps } from "../../nn/match-taps.ts";
import { lowerNarrow } from "../../onnx/lower-narrow.ts";
import { and, cast, equal, where } from "../../ops/compare.ts";
import { range } from "../../ops/range.ts";
import { type GraphOptions, onlyEndAfterEnd } from "./graphs.ts";

const [BATCH, LENGTH, PAST] = ["batch_size", "sequence_length", "past_sequence_length"];

/**
 * model.onnx of a language model: new tokens, and keys and values of any number of earlier ones, to logits and the keys and
 * values for the next call. Texts of a batch are padded on the left.
 *
 * @param options.end  A row that has ended keeps getting this token, as in `decoderGraph`. Undefined for a model whose texts
 *   never end.
 */
export function languageModelGraph(
  layer: Layer<Decoder>,
  options: Omit<GraphOptions, "end"> & { readonly end: number | undefined },
): Uint8Array {
  const model = build(layer);
  const ids = input("input_ids", "int64", [BATCH, LENGTH]);
  const mask = input("attention_mask", "int64", [BATCH, plus(PAST, LENGTH)]);
  const places = input("position_ids", "int64", [BATCH, LENGTH]);
  const start = Object.entries(model.call.start({}, BATCH));
  const names = new Map(start.map(([name]) => [name, name.replace(/\.(key|value)s$/, ".$1")]));
  const past = new Map(
    start.map(([name, { dtype, shape }]) => {
      const lengthened = shape.map((size) => (size === 0 ? PAST : size)) as Size[];
      return [name, input(`past_key_values.${names.get(name)}`, dtype, lengthened)];
    }),
  );
  const padded = { mask: cast(mask, "float32"), positions: cast(places, "int32") };
  const tokens = cast(ids, "int32");
  const { hidden, state } = model.call.decode(tokens, padded, Object.fromEntries(past));
  const scores = affine(hidden, model.call.projection);
  const { end } = options;
  const logits = end === undefined ? scores : onlyEndAfterEnd(scores, tokens, { past: PAST, end });
  const outputs = new Map([["logits", logits]]);
  for (const [name, value] of Object.entries(state)) outputs.set(`present.${names.get(name)}`, value);
  if (options.attentions)
    for (const [i, [, weights]] of matchTaps(model.taps, "layers.*.attention.weights").entries())
      outputs.set(`attentions.${i}`, weights);
  const inputs = [ids, mask, places, ...past.values()];
  return lowerNarrow({ ...options, outputs, inputs }).bytes;
}

interface ClassifierGraphOptions {
  /** Longest text, in tokens. */
  readonly longest: number;
  readonly hasLabels: boolean;
}

/**
 * model.onnx of a classifier or encoder: ids and their mask to states, and to logits if it has labels.
 *
 * transformers.js cuts a text off without its last token, </s>; so the token at the last place that the model reads is
 * always that one, as in Heed.
 */
export function classifierGraph(
  layer: Layer<Classifier>,
  { end, longest, hasLabels, ...options }: GraphOptions & ClassifierGraphOptions,
): Uint8Array {
  const model = build(layer);
  const ids = input("input_ids", "int64", [BATCH, LENGTH]);
  const mask = input("attention_mask", "int64", [BATCH, LENGTH]);
  const visible = cast(mask, "float32");
  const isLast = and(equal(range(LENGTH), longest - 1), equal(mask, 1));
  const tokens = where(isLast, end, cast(ids, "int32"));
  const { summarise, encode, projection } = model.call;
  const outputs = new Map<string, Value>();
  if (hasLabels) outputs.set("logits", affine(summarise(tokens, visible), projection));
  outputs.set("last_hidden_state", encode(tokens, visible));
  if (options.attentions)
    for (const [i, [, weights]] of matchTaps(model.taps, "encoder.*.attention.weights").entries())
      outputs.set(`attentions.${i}`, weights);
  return lowerNarrow({ ...options, outputs, inputs: [ids, mask] }).bytes;
}
