import type { HostArray } from "../../ir/dtype.ts";
import { constant, input } from "../../ir/leaf.ts";
import { plus, type Size, times } from "../../ir/size.ts";
import type { Value } from "../../ir/value.ts";
import { inLayers, under } from "../../models/named-tensors.ts";
import type { Seq2Seq, Tensors } from "../../models/seq2seq.ts";
import { affine } from "../../nn/affine.ts";
import { build, type Layer } from "../../nn/layer.ts";
import { matchTaps } from "../../nn/match-taps.ts";
import { lowerNarrow, type NarrowOptions } from "../../onnx/lower-narrow.ts";
import { and, cast, equal, not, where } from "../../ops/compare.ts";
import { sizeAsTensor } from "../../ops/range.ts";
import { concat, reshape, slice } from "../../ops/reshape.ts";

export interface GraphOptions extends Pick<NarrowOptions, "quantize"> {
  readonly constants: ReadonlyMap<string, { shape: readonly number[]; data: HostArray }>;
  /** Id of </s>. */
  readonly end: number;
  /** Also output attention weights. Default false. */
  readonly attentions?: boolean;
}

const [BATCH, SOURCE, TARGET] = ["batch_size", "encoder_sequence_length", "decoder_sequence_length"];
const [PAST_SOURCE, PAST_TARGET] = ["past_encoder_sequence_length", "past_decoder_sequence_length"];

/** encoder_model.onnx: ids and their mask to states. */
export function encoderGraph(layer: Layer<Seq2Seq>, options: GraphOptions): Uint8Array {
  const model = build(layer);
  const ids = input("input_ids", "int64", [BATCH, SOURCE]);
  const mask = input("attention_mask", "int64", [BATCH, SOURCE]);
  const { states } = model.call.encode(cast(ids, "int32"), cast(mask, "float32"));
  const outputs = new Map([["last_hidden_state", states]]);
  if (options.attentions) {
    for (const [i, [, weights]] of matchTaps(model.taps, "encoder.*.attention.weights").entries())
      outputs.set(`encoder_attentions.${i}`, weights);
  }
  return lowerNarrow({ ...options, outputs, inputs: [ids, mask] }).bytes;
}

/**
 * decoder_model_merged.onnx: new tokens, and keys and values of any number of earlier ones, to logits and the keys and
 * values for the next call.
 *
 * Only source states beyond the length of the past are projected to keys and values: all of them in the first call, none
 * afterwards, so no branch is needed. A row that has ended keeps getting </s>, because transformers.js continues it until
 * the whole batch has ended.
 */
export function decoderGraph(layer: Layer<Seq2Seq>, options: GraphOptions): Uint8Array {
  const model = build(layer);
  const mask = input("encoder_attention_mask", "int64", [BATCH, SOURCE]);
  const ids = input("input_ids", "int64", [BATCH, TARGET]);
  const [dModel, layerShapes] = shapesOf(model.call);
  const states = input("encoder_hidden_states", "float32", [BATCH, SOURCE, dModel]);
  const past = new Map<string, Value>();
  for (const [i, [heads, size]] of layerShapes.entries()) {
    for (const [side, length] of [
      ["decoder", PAST_TARGET],
      ["encoder", PAST_SOURCE],
    ] as const) {
      for (const part of ["key", "value"]) {
        const name = `${i}.${side}.${part}`;
        past.set(name, input(`past_key_values.${name}`, "float32", [BATCH, heads, length, size]));
      }
    }
  }
  const pastOf = (layer: number, side: string, part: string): Value =>
    past.get(`${layer}.${side}.${part}`) as Value;

  const missing = slice(states, 1, PAST_SOURCE, plus(SOURCE, times(PAST_SOURCE, -1)));
  const remembered = model.call.remember({ states: missing }, cast(mask, "float32"));
  const layerIndices = [...layerShapes.keys()];
  const sourcePart = (i: number, part: "key" | "value"): Value =>
    concat([pastOf(i, "encoder", part), under(i, remembered)[`${part}s`] as Value], 2);
  const memory: Tensors = {
    bias: remembered.bias as Value,
    ...inLayers(layerIndices.map((i) => ({ keys: sourcePart(i, "key"), values: sourcePart(i, "value") }))),
  };
  const before = inLayers(
    layerIndices.map((i) => ({ keys: pastOf(i, "decoder", "key"), values: pastOf(i, "decoder", "value") })),
  );
  const tokens = cast(ids, "int32");
  const { hidden, state } = model.call.decode(tokens, memory, before);
  const scores = affine(hidden, model.call.projection);
  const logits = onlyEndAfterEnd(scores, tokens, { past: PAST_TARGET, end: options.end });
  const outputs = new Map([["logits", logits]]);
  const present = (layer: number, side: string, tensors: Tensors): void => {
    for (const part of ["key", "value"])
      outputs.set(`present.${layer}.${side}.${part}`, under(layer, tensors)[`${part}s`] as Value);
  };
  for (const i of layerIndices) {
    present(i, "decoder", state);
    present(i, "encoder", memory);
  }
  if (options.attentions) {
    const selfWeights = matchTaps(model.taps, "decoder.*.attention.weights");
    for (const [i, [, weights]] of matchTaps(model.taps, "decoder.*.cross.weights").entries()) {
      outputs.set(`cross_attentions.${i}`, weights);
      outputs.set(`decoder_attentions.${i}`, selfWeights[i]?.[1] as Value);
    }
  }
  return lowerNarrow({ ...options, outputs, inputs: [mask, ids, states, ...past.values()] }).bytes;
}

/** Size of the states, and heads and size of each decoder layer's keys. */
function shapesOf(model: Seq2Seq): [dModel: number, layers: [heads: number, size: number][]] {
  const ids = input("input_ids", "int32", [BATCH, SOURCE]);
  const mask = input("mask", "float32", [BATCH, SOURCE]);
  const encoded = model.encode(ids, mask);
  const keys = Object.entries(model.remember(encoded, mask)).filter(([name]) => name.endsWith(".keys"));
  return [
    encoded.states.shape[2] as number,
    keys.map(([, { shape }]) => [shape[1], shape[3]] as [number, number]),
  ];
}

/**
 * Logits that leave only </s> where a text has ended: where the token before is </s>, unless it begins the text.
 *
 *   logits [batch, length, vocabulary], tokens int32 [batch, length]  ->  [batch, length, vocabulary]
 */
export function onlyEndAfterEnd(
  logits: Value,
  tokens: Value,
  { past, end }: { readonly past: Size; readonly end: number },
): Value {
  const [batch, length, vocabulary] = logits.shape as [Size, Size, number];
  const endOnly = new Float32Array(vocabulary).fill(-1e9);
  endOnly[end] = 0;
  const isLater = not(equal(sizeAsTensor(past, "int32"), 0));
  const hasEnded = reshape(and(equal(tokens, end), isLater), [batch, length, 1]);
  return where(hasEnded, constant("float32", [vocabulary], endOnly), logits);
}
