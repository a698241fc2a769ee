/** Graphs of small models of every kind, as the bytes that ONNX Runtime is given. */
import { createHash } from "node:crypto";
import { input } from "../../src/ir/leaf.ts";
import { type Size, times } from "../../src/ir/size.ts";
import type { Value } from "../../src/ir/value.ts";
import { type Classifier, RecurrentClassifier, TransformerClassifier } from "../../src/models/classifier.ts";
import { RecurrentLanguageModel, TransformerLanguageModel } from "../../src/models/language-model.ts";
import {
  classificationObjective,
  languageModelObjective,
  type Objective,
  translationObjective,
} from "../../src/models/objective.ts";
import type { RecurrentAttention } from "../../src/models/recurrent-attention.ts";
import { RecurrentSeq2Seq, type RecurrentSeq2SeqConfig } from "../../src/models/recurrent-seq2seq.ts";
import type { Decoder, Seq2Seq, Tensors } from "../../src/models/seq2seq.ts";
import { Transformer, type TransformerConfig } from "../../src/models/transformer.ts";
import { build, type Layer } from "../../src/nn/layer.ts";
import { lower } from "../../src/onnx/lower.ts";
import { linear } from "../../src/ops/matmul.ts";
import { flattenLead, reshape } from "../../src/ops/reshape.ts";
import type { Engine } from "../../src/runtime/engine.ts";
import { openNativeEngine } from "../../src/runtime/native.node.ts";
import { openTrainingStep } from "../../src/training/step.ts";

const transformer: TransformerConfig = {
  sourceVocabulary: 11,
  targetVocabulary: 13,
  encoderLayers: 1,
  decoderLayers: 2,
  dModel: 8,
  heads: 2,
  feedForward: 12,
  dropout: 0.1,
  positions: "sinusoidal",
  norm: "post",
  tie: "none",
  maxLength: 16,
};
const recurrent: RecurrentSeq2SeqConfig = {
  cell: "gru",
  sourceVocabulary: 11,
  targetVocabulary: 13,
  layers: 2,
  embedding: 6,
  hidden: 8,
  attention: "additive",
  dropout: 0.1,
  tie: "output",
};
const rnn = (
  cell: "gru" | "lstm",
  attention: RecurrentAttention,
  more: Partial<RecurrentSeq2SeqConfig> = {},
): Layer<Seq2Seq> => RecurrentSeq2Seq({ ...recurrent, cell, attention, ...more });

export const translators: Readonly<Record<string, Layer<Seq2Seq>>> = {
  transformer: Transformer(transformer),
  "transformer, norm first, turned": Transformer({ ...transformer, positions: "rotary", norm: "pre" }),
  "transformer, learned positions": Transformer({ ...transformer, positions: "learned", activation: "gelu" }),
  "gru, additive": rnn("gru", "additive"),
  "lstm, none": rnn("lstm", "none", { dropout: 0 }),
  "lstm, dot": rnn("lstm", "dot"),
  "lstm, general, input feeding": rnn("lstm", "general", { inputFeeding: true, bidirectional: false }),
};
export const languageModels: Readonly<Record<string, Layer<Decoder>>> = {
  transformer: TransformerLanguageModel({
    ...transformer,
    vocabulary: 11,
    layers: 2,
    norm: "pre",
    tie: true,
  }),
  lstm: RecurrentLanguageModel({ ...recurrent, cell: "lstm", vocabulary: 11, tie: true }),
};
export const classifiers: Readonly<Record<string, Layer<Classifier>>> = {
  transformer: TransformerClassifier({ ...transformer, vocabulary: 11, labels: 3, layers: 2 }),
  gru: RecurrentClassifier({ ...recurrent, vocabulary: 11, labels: 3 }),
};

/** SHA-256 of every graph, by its name. */
export async function graphBytes(): Promise<Record<string, string>> {
  const bytes: Record<string, Uint8Array> = {};
  for (const [name, model] of Object.entries(translators)) {
    bytes[`translator, ${name}: training`] = await training(model, (m) => translationObjective(m, 0.1));
    bytes[`translator, ${name}: encoding`] = written(encoding(build(model).call));
    bytes[`translator, ${name}: step of a beam`] = written(step(build(model).call, translated, "beam"));
    bytes[`translator, ${name}: greedy step`] = written(step(build(model).call, translated, 1));
  }
  for (const [name, model] of Object.entries(languageModels)) {
    bytes[`language model, ${name}: training`] = await training(model, (m) => languageModelObjective(m, 0));
    bytes[`language model, ${name}: step`] = written(step(build(model).call, empty, 1));
  }
  for (const [name, model] of Object.entries(classifiers)) {
    bytes[`classifier, ${name}: training`] = await training(model, (m) => classificationObjective(m, 0));
  }
  return Object.fromEntries(
    Object.entries(bytes).map(([name, all]) => [name, createHash("sha256").update(all).digest("hex")]),
  );
}

/** What a whole training step, update included, is opened with. */
async function training<M>(model: Layer<M>, objective: (model: M) => Objective): Promise<Uint8Array> {
  const seen: Uint8Array[] = [];
  const engine: Engine = {
    ...openNativeEngine(),
    overwrites: true,
    load: (bytes) => {
      seen.push(bytes);
      return Promise.reject(new Error("only its bytes are wanted"));
    },
  };
  await openTrainingStep({ engine, model, objective, seed: 1 }).catch(() => undefined);
  return seen[0] as Uint8Array;
}

const written = (outputs: Readonly<Record<string, Value>>): Uint8Array =>
  lower({ outputs: new Map(Object.entries(outputs)) }).bytes;

const prefixed = (prefix: string, tensors: Tensors): Record<string, Value> =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [`${prefix}.${name}`, value]));

function encoding(model: Seq2Seq): Record<string, Value> {
  const source = input("source", "int32", ["sentences", "source"]);
  const mask = input("mask", "float32", ["sentences", "source"]);
  const memory = model.remember(model.encode(source, mask), mask);
  return { ...prefixed("memory", memory), ...prefixed("state", model.start(memory, "sentences")) };
}

/** One token of each of `beam` hypotheses of a sentence, after others. */
function step<M extends Decoder>(
  model: M,
  memoryOf: (model: M) => Tensors,
  beam: Size,
): Record<string, Value> {
  const rows = times("sentences", beam);
  const asked = memoryOf(model);
  const memory = inputs("memory", asked, "sentences");
  const state = inputs("state", model.start(asked, "sentences"), rows);
  const tokens = reshape(input("tokens", "int32", ["sentences", beam]), [rows, 1]);
  const decoded = model.decode(tokens, memory, state);
  return {
    ...prefixed("next", decoded.state),
    logits: linear(flattenLead(decoded.hidden), model.projection),
  };
}

const translated = (model: Seq2Seq): Tensors => {
  const source = input("source", "int32", ["sentences", "source"]);
  const mask = input("mask", "float32", ["sentences", "source"]);
  return model.remember(model.encode(source, mask), mask);
};
const empty = (): Tensors => ({});

/** Inputs of the shapes that tensors have, with another first axis, and any length where they have none. */
function inputs(prefix: string, tensors: Tensors, rows: Size): Tensors {
  const entries = Object.entries(tensors).map(([name, { dtype, shape }]) => {
    const sizes = [rows, ...shape.slice(1)].map((size) => (size === 0 ? "past" : size));
    return [name, input(`${prefix}.${name}`, dtype, sizes)] as const;
  });
  return Object.fromEntries(entries);
}
