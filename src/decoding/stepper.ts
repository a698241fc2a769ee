import { input } from "../ir/leaf.ts";
import type { Value } from "../ir/value.ts";
import type { Seq2Seq, Tensors } from "../models/seq2seq.ts";
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
  /** Products with `constants` on 8-bit integers. */
  readonly quantize?: "int8" | undefined;
  readonly session?: SessionOptions;
}

type Found = Record<"best" | "logProbabilities", Tensor> & Record<string, Tensor>;

/**
 * A stepper over two sessions: one reads a batch and computes what every step looks back at, one takes a step with the
 * decoder's state kept by the runtime.
 */
export async function openStepper(options: StepperOptions): Promise<Stepper> {
  const { engine, padding } = options;
  const decoder = build(options.model).call;
  const candidates = Math.min(options.candidates, decoder.projection.shape[0] as number);
  const shared = {
    engine,
    ...(options.state ? { state: options.state } : {}),
    ...(options.constants ? { constants: options.constants } : {}),
    quantize: options.quantize,
    ...(options.session ? { session: options.session } : {}),
  };
  const encoder = await compile({ ...shared, outputs: encodeGraph(build(options.model).call, padding) });
  const stepper = await compile({ ...shared, outputs: stepGraph(decoder, candidates) });

  return {
    candidates,
    start: async (sources) => {
      const read = Object.entries(await encoder({ source: padded(sources, padding) }));
      const named = (prefix: string): Record<string, Tensor> =>
        Object.fromEntries(read.filter(([name]) => name.startsWith(prefix)));
      const memory = named(MEMORY);
      let state = named(STATE);
      const release = (tensors: Record<string, Tensor>): void => {
        for (const tensor of Object.values(tensors)) tensor.dispose();
      };
      return {
        step: async (from, sentence, tokens) => {
          const vector = (data: Int32Array): Feed => ({ shape: [data.length], data });
          const feeds = { from: vector(from), sentence: vector(sentence), tokens: vector(tokens) };
          const results = await stepper({ ...memory, ...state, ...feeds });
          const { best, logProbabilities, ...next } = results as Found;
          release(state);
          state = Object.fromEntries(
            Object.entries(next).map(([name, tensor]) => [name.slice(NEXT.length), tensor]),
          );
          const found = {
            tokens: ((await best.read()) as Int32Array).slice(),
            logProbabilities: ((await logProbabilities.read()) as Float32Array).slice(),
          };
          best.dispose();
          logProbabilities.dispose();
          return found;
        },
        end: () => {
          release(state);
          release(memory);
          state = {};
        },
      };
    },
    close: () => {
      encoder.close();
      stepper.close();
    },
  };
}

const MEMORY = "memory.";
const STATE = "state.";
const NEXT = "next.";

const prefixed = (prefix: string, tensors: Tensors): [string, Value][] =>
  Object.entries(tensors).map(([name, value]) => [prefix + name, value]);

function encodeGraph(model: Seq2Seq, padding: number): Record<string, Value> {
  const source = input("source", "int32", ["sentences", "source"]);
  const mask = sub(1, cast(equal(source, padding), "float32"));
  const memory = model.remember(model.encode(source, mask), mask);
  return Object.fromEntries([
    ...prefixed(MEMORY, memory),
    ...prefixed(STATE, model.start(memory, "sentences")),
  ]);
}

/** One step for rows that each name the earlier row and the sentence they belong to. */
function stepGraph(model: Seq2Seq, candidates: number): Record<string, Value> {
  const sentence = input("sentence", "int32", ["rows"]);
  const from = input("from", "int32", ["rows"]);
  const tokens = input("tokens", "int32", ["rows"]);
  // Names and shapes come from the model itself: ask it once about a source nobody computes.
  const source = input("source", "int32", ["sentences", "source"]);
  const asked = model.remember(model.encode(source, cast(source, "float32")), cast(source, "float32"));
  const gathered = (prefix: string, tensors: Tensors, lead: string, rows: Value): Tensors =>
    mapTensors(tensors, (name, { dtype, shape }) => {
      const grown = shape.slice(1).map((size) => (size === 0 ? "past" : size));
      return gather(input(prefix + name, dtype, [lead, ...grown]), rows);
    });
  const memory = gathered(MEMORY, asked, "sentences", sentence);
  const before = gathered(STATE, model.start(asked, "sentences"), "before", from);
  const { hidden, state } = model.decode(reshape(tokens, ["rows", 1]), memory, before);
  const logits = linear(reshape(hidden, ["rows", hidden.shape[2] as number]), model.projection);
  const { values, indices } = topK(logits, candidates);
  return {
    best: indices,
    logProbabilities: sub(values, logSumExp(logits)),
    ...Object.fromEntries(prefixed(NEXT + STATE, state)),
  };
}

const mapTensors = (tensors: Tensors, f: (name: string, value: Value) => Value): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, f(name, value)]));

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
