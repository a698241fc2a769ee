import { input } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import type { Seq2Seq } from "../models/seq2seq.ts";
import { paddingBias, type Remembered } from "../nn/attention.ts";
import { build, type Layer } from "../nn/layer.ts";
import { cast, equal } from "../ops/compare.ts";
import { sub } from "../ops/elementwise.ts";
import { gather, topK } from "../ops/gather.ts";
import { linear } from "../ops/matmul.ts";
import { reshape } from "../ops/reshape.ts";
import { logSumExp } from "../ops/softmax.ts";
import { compile, type Feed } from "../runtime/compile.ts";
import type { Engine, SessionOptions } from "../runtime/engine.ts";
import type { HostTensor, State } from "../runtime/state.ts";
import type { Tensor } from "../runtime/tensor.ts";

/** The most likely next tokens of every row, best first: row r's are at [r · candidates, (r + 1) · candidates). */
export interface Candidates {
  readonly tokens: Int32Array;
  /** Natural logarithms of probabilities. */
  readonly logProbabilities: Float32Array;
}

/** One batch of sentences on its way: hypotheses are rows. */
export interface Decoding {
  /**
   * Extends hypotheses by one token each.
   *
   * @param from      For every new row, the row of the previous step it goes on from (the sentence, at the first step).
   * @param sentence  For every new row, the sentence it translates.
   * @param tokens    For every new row, its newest token (<s> at the first step).
   */
  step(from: Int32Array, sentence: Int32Array, tokens: Int32Array): Promise<Candidates>;
  /** Gives the memory back. */
  end(): void;
}

/** What search needs of a model: any encoder-decoder fits, and search is written once. */
export interface Stepper {
  /** How many candidates each step returns per row. */
  readonly candidates: number;
  start(sources: readonly ArrayLike<number>[]): Promise<Decoding>;
  close(): void;
}

export interface StepperOptions {
  readonly engine: Engine;
  readonly model: Layer<Seq2Seq>;
  readonly padding: number;
  /** Candidates wanted at each step; a smaller vocabulary has fewer. */
  readonly candidates: number;
  /** Weights that live in a runtime's state (a model in training)… */
  readonly state?: State;
  /** …or weights frozen into the graphs, which is faster. */
  readonly constants?: ReadonlyMap<string, HostTensor>;
  readonly session?: SessionOptions;
}

type Found = Record<"best" | "logProbabilities", Tensor> & Record<string, Tensor>;

/**
 * A stepper over two sessions: one encodes a batch and computes what every step reads of it, one takes a step with the
 * keys and values of earlier positions kept by the runtime.
 */
export async function openStepper(options: StepperOptions): Promise<Stepper> {
  const { engine, padding } = options;
  const decoder = build(options.model).call;
  const candidates = Math.min(options.candidates, decoder.projection.shape[0] as number);
  const shared = {
    engine,
    ...(options.state ? { state: options.state } : {}),
    ...(options.constants ? { constants: options.constants } : {}),
    ...(options.session ? { session: options.session } : {}),
  };
  const encoder = await compile({ ...shared, outputs: encodeGraph(build(options.model).call, padding) });
  const { outputs, cache } = stepGraph(decoder, candidates);
  const stepper = await compile({ ...shared, outputs });

  return {
    candidates,
    start: async (sources) => {
      const memory = await encoder({ source: padded(sources, padding) });
      let past: Record<string, Tensor> = {};
      for (const { name, heads, size } of cache) {
        past[name] = engine.tensor("float32", [sources.length, heads, 0, size]);
      }
      const release = (tensors: Record<string, Tensor>): void => {
        for (const tensor of Object.values(tensors)) tensor.dispose();
      };
      return {
        step: async (from, sentence, tokens) => {
          const vector = (data: Int32Array): Feed => ({ shape: [data.length], data });
          const feeds = { from: vector(from), sentence: vector(sentence), tokens: vector(tokens) };
          const results = await stepper({ ...memory, ...renamed(past, "past"), ...feeds });
          const { best, logProbabilities, ...present } = results as Found;
          release(past);
          past = present;
          const found = {
            tokens: ((await best.read()) as Int32Array).slice(),
            logProbabilities: ((await logProbabilities.read()) as Float32Array).slice(),
          };
          best.dispose();
          logProbabilities.dispose();
          return found;
        },
        end: () => {
          release(past);
          release(memory);
          past = {};
        },
      };
    },
    close: () => {
      encoder.close();
      stepper.close();
    },
  };
}

const renamed = (tensors: Record<string, Tensor>, prefix: string): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}.${name}`, tensor]));

function encodeGraph(model: Seq2Seq, padding: number): Record<string, Value> {
  const source = input("source", "int32", ["sentences", "source"]);
  const mask = sub(1, cast(equal(source, padding), "float32"));
  const outputs: Record<string, Value> = { mask };
  model.remember(model.encode(source, mask), mask).layers.forEach(({ keys, values }, i) => {
    outputs[`memory.${i}.keys`] = keys;
    outputs[`memory.${i}.values`] = values;
  });
  return outputs;
}

interface CacheEntry {
  readonly name: string;
  readonly heads: number;
  readonly size: number;
}

/** One step for rows that each name the earlier row and the sentence they belong to. */
function stepGraph(
  model: Seq2Seq,
  candidates: number,
): { outputs: Record<string, Value>; cache: CacheEntry[] } {
  const sentence = input("sentence", "int32", ["rows"]);
  const from = input("from", "int32", ["rows"]);
  const tokens = input("tokens", "int32", ["rows"]);
  const mask = input("mask", "float32", ["sentences", "source"]);
  // Shapes of keys and values come from the model itself: ask it once about a source nobody computes.
  const asked = model.remember(model.encode(input("source", "int32", ["sentences", "source"]), mask), mask);
  const bias = paddingBias(gather(mask, sentence));
  const layers = asked.layers.map(({ keys, values }, i): Remembered => {
    const of = (name: string, like: Value): Value =>
      gather(input(`memory.${i}.${name}`, "float32", like.shape), sentence);
    return { keys: of("keys", keys), values: of("values", values) };
  });
  const probe = model.decode(reshape(tokens, ["rows", 1]), { layers, bias });
  const cache: CacheEntry[] = [];
  const past = probe.present.map(({ keys, values }, i): Remembered => {
    const of = (name: string, like: Value): Value => {
      const [, heads, , size] = like.shape as [unknown, number, unknown, number];
      cache.push({ name: `${i}.${name}`, heads, size });
      return gather(input(`past.${i}.${name}`, "float32", ["before", heads, "past", size]), from);
    };
    return { keys: of("keys", keys), values: of("values", values) };
  });
  const { hidden, present } = model.decode(reshape(tokens, ["rows", 1]), { layers, bias }, past);
  const logits = linear(reshape(hidden, ["rows", hidden.shape[2] as number]), model.projection);
  const { values, indices } = topK(logits, candidates);
  const outputs: Record<string, Value> = { best: indices, logProbabilities: sub(values, logSumExp(logits)) };
  present.forEach(({ keys, values }, i) => {
    outputs[`${i}.keys`] = keys;
    outputs[`${i}.values`] = values;
  });
  return { outputs, cache };
}

/** Sentences of ids as one matrix, filled up with padding at the end. */
function padded(
  sentences: readonly ArrayLike<number>[],
  padding: number,
): { shape: number[]; data: Int32Array } {
  const length = Math.max(...sentences.map((ids) => ids.length));
  const data = new Int32Array(sentences.length * length).fill(padding);
  sentences.forEach((ids, row) => {
    data.set(ids, row * length);
  });
  return { shape: [sentences.length, length], data };
}
