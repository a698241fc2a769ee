/** The graphs of any model for programs that run ONNX: reading a text, and one step of writing one. */
import { input } from "../../ir/leaf.ts";
import type { Size } from "../../ir/size.ts";
import type { Value } from "../../ir/value.ts";
import type { Classifier } from "../../models/classifier.ts";
import { MEMORY, NEXT, named, STATE } from "../../models/named-tensors.ts";
import type { Decoder, Seq2Seq, Tensors } from "../../models/seq2seq.ts";
import { affine } from "../../nn/affine.ts";
import { build, type Layer } from "../../nn/layer.ts";
import { matchTaps } from "../../nn/match-taps.ts";
import { lowerNarrow, type NarrowOptions } from "../../onnx/lower-narrow.ts";
import { cast } from "../../ops/compare.ts";
import { reshape } from "../../ops/reshape.ts";

export interface PlainGraphOptions extends Pick<NarrowOptions, "quantize"> {
  readonly constants: NonNullable<NarrowOptions["constants"]>;
  /** A decoder also outputs the weights of its attention to the source. Default false. */
  readonly attentions?: boolean;
}

const [BATCH, LENGTH, PAST] = ["batch_size", "sequence_length", "past_sequence_length"];

const ids = (length: Size): Value => input("input_ids", "int64", [BATCH, length]);
const mask = (): Value => input("attention_mask", "int64", [BATCH, LENGTH]);

/** What a decoder reads at every step, and its state before the first token. */
function read(model: Seq2Seq, tokens: Value, visible: Value): { memory: Tensors; state: Tensors } {
  const memory = model.remember(model.encode(cast(tokens, "int32"), visible), visible);
  return { memory, state: model.start(memory, BATCH) };
}

/** encoder.onnx: input_ids, attention_mask  ->  memory.*, and state.* before the first token. */
export function plainEncoder(layer: Layer<Seq2Seq>, options: PlainGraphOptions): Uint8Array {
  const [tokens, visible] = [ids(LENGTH), mask()];
  const { memory, state } = read(build(layer).call, tokens, cast(visible, "float32"));
  const outputs = new Map(Object.entries({ ...named(MEMORY, memory), ...named(STATE, state) }));
  return lowerNarrow({ ...options, outputs, inputs: [tokens, visible] }).bytes;
}

/** decoder.onnx: input_ids [batch, 1], memory.*, state.*  ->  logits [batch, vocabulary], next.state.* */
export function plainDecoder(layer: Layer<Decoder | Seq2Seq>, options: PlainGraphOptions): Uint8Array {
  const model = build(layer);
  const token = ids(1);
  const types = typesOf(model.call);
  const memory = inputsFor(MEMORY, types.memory);
  const before = inputsFor(STATE, types.state);
  const { hidden, state } = model.call.decode(cast(token, "int32"), memory, before);
  const last = reshape(hidden, [BATCH, hidden.shape[2] as Size]);
  const outputs = new Map([["logits", affine(last, model.call.projection)]]);
  for (const [name, value] of Object.entries(named(NEXT, named(STATE, state)))) outputs.set(name, value);
  if (options.attentions)
    for (const [i, [, weights]] of matchTaps(model.taps, "decoder.**.weights").entries())
      outputs.set(`attentions.${i}`, weights);
  return lowerNarrow({ ...options, outputs, inputs: [token, ...Object.values(before)] }).bytes;
}

/** model.onnx: input_ids, attention_mask  ->  summary [batch, dim] and, if it has labels, logits [batch, labels]. */
export function plainClassifier(
  layer: Layer<Classifier>,
  options: PlainGraphOptions & { readonly hasLabels: boolean },
): Uint8Array {
  const { summarise, projection } = build(layer).call;
  const [tokens, visible] = [ids(LENGTH), mask()];
  const summary = summarise(cast(tokens, "int32"), cast(visible, "float32"));
  const outputs = new Map([["summary", summary]]);
  if (options.hasLabels) outputs.set("logits", affine(summary, projection));
  return lowerNarrow({ ...options, outputs, inputs: [tokens, visible] }).bytes;
}

/** The axes of a language model's state after the first, the batch: it begins with zeros; an axis of size 0 grows. */
export const startShapes = (layer: Layer<Decoder>): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries(named(STATE, build(layer).call.start({}, BATCH))).map(([name, { shape }]) => [
      name,
      shape.slice(1) as number[],
    ]),
  );

/** The types of what a decoder reads, from a source that is never computed. */
function typesOf(model: Decoder | Seq2Seq): { readonly memory: Tensors; readonly state: Tensors } {
  if (!("encode" in model)) return { memory: {}, state: model.start({}, BATCH) };
  return read(model, ids(LENGTH), input("mask", "float32", [BATCH, LENGTH]));
}

/** An input for each tensor; an axis of size 0 becomes one that grows. */
const inputsFor = (role: string, tensors: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape }]) => {
      const grown = shape.map((size) => (size === 0 ? PAST : size)) as Size[];
      return [name, input(`${role}.${name}`, dtype, grown)];
    }),
  );
