/** The graphs of a search: what is read once per sentence, and one step of all hypotheses. */
import { input } from "../ir/leaf.ts";
import { type Size, times } from "../ir/size.ts";
import type { TensorType, Value } from "../ir/value.ts";
import type { Seq2Seq, Tensors } from "../models/seq2seq.ts";
import { build, type Layer, layer } from "../nn/layer.ts";
import type { Repetition } from "../onnx/repeated.ts";
import { sum } from "../ops/broadcast.ts";
import { cast, equal, less } from "../ops/compare.ts";
import { add, log, maximum, mul, sub } from "../ops/elementwise.ts";
import { gather, topK } from "../ops/gather.ts";
import { linear } from "../ops/matmul.ts";
import { max } from "../ops/reduce.ts";
import { reshape } from "../ops/reshape.ts";
import { softmax } from "../ops/softmax.ts";

export const MEMORY = "memory.";
export const STATE = "state.";
export const ORDER = "order";

type Outputs = Record<string, Value>;

/** Several models that decide together, weights named `members.0.…`; one keeps the names it has. */
export function together(model: Layer<Seq2Seq> | readonly Layer<Seq2Seq>[]): Layer<readonly Seq2Seq[]> {
  const models = "bind" in model ? [model] : model;
  const [only, ...others] = models;
  if (only && others.length === 0) return { bind: (scope) => [only.bind(scope)] };
  return layer({ members: models }, ({ members }) => members);
}

/** source int32 [sentences, source]  ->  what every step looks back at, and the state before the first token */
export function encodeGraph(models: Layer<readonly Seq2Seq[]>, padding: number): Outputs {
  const source = input("source", "int32", ["sentences", "source"]);
  const mask = sub(1, cast(equal(source, padding), "float32"));
  const outputs: Outputs = {};
  for (const [i, model] of build(models).call.entries()) {
    const memory = model.remember(model.encode(source, mask), mask);
    Object.assign(outputs, named(`${MEMORY}${i}.`, memory));
    Object.assign(outputs, named(`${STATE}${i}.`, model.start(memory, "sentences")));
  }
  return outputs;
}

/**
 * One step: tokens int32 [sentences, beam], order int32 [rows]  ->  the state after it, and of each of the
 * rows = sentences · beam
 *
 *   best int32 [rows, k], logProbabilities [rows, k]     the k likeliest next tokens, or, for "all",
 *   logProbabilities [rows, vocabulary]
 *
 * Row r goes on from row order[r] of the state before. Greedy search, of one candidate, has no order: its rows stay.
 * An ensemble's probabilities are the mean of its members'.
 */
export function stepGraph(models: Layer<readonly Seq2Seq[]>, candidates: number | "all"): Outputs {
  // Greedy search has one hypothesis of each sentence.
  const beam = candidates === 1 ? 1 : "beam";
  const tokens = input("tokens", "int32", ["sentences", beam]);
  const rows = times("sentences", beam);
  const order = candidates === 1 ? undefined : input(ORDER, "int32", [rows]);
  const states: Outputs = {};
  const logits = build(models).call.map((model, i) => {
    // Names and shapes come from the model itself: ask it once about a source nobody computes.
    const source = input("source", "int32", ["sentences", "source"]);
    const mask = cast(source, "float32");
    const asked = model.remember(model.encode(source, mask), mask);
    const memory = inputs(`${MEMORY}${i}.`, asked, "sentences");
    const kept = inputs(`${STATE}${i}.`, model.start(asked, "sentences"), order ? "before" : rows);
    const before = order ? inOrder(kept, order) : kept;
    const { hidden, state } = model.decode(reshape(tokens, [rows, 1]), memory, before);
    Object.assign(states, named(`${STATE}${i}.`, state));
    return linear(reshape(hidden, [rows, hidden.shape[2] as number]), model.projection);
  });
  const [only, ...others] = logits as [Value, ...Value[]];
  const next = named("next.", states);
  if (others.length > 0) {
    const total = logits.map((each) => softmax(each)).reduce(add);
    return { ...next, ...best(log(mul(total, 1 / logits.length)), candidates) };
  }
  // log Σ exp(z) = max z - log max softmax(z): one pass over the vocabulary and no array of its size is kept.
  const likeliest = log(max(softmax(only), [1], { keep: true }));
  if (candidates === "all") {
    return { ...next, logProbabilities: add(sub(only, max(only, [1], { keep: true })), likeliest) };
  }
  const { values, indices } = topK(only, candidates);
  const top = candidates === 1 ? values : max(values, [1], { keep: true });
  return { ...next, best: indices, logProbabilities: add(sub(values, top), likeliest) };
}

/**
 * Greedy search's step, written so that one run makes many of them: tokens int32 [sentences, 1], ended float32
 * [sentences, 1], 1 for texts that have ended, patience float32 []  ->  best and logProbabilities of every step [steps,
 * sentences, 1]. It goes on while fewer have ended than `patience`, for at most `limit` steps, an input int64 [].
 */
export function greedyGraph(
  models: Layer<readonly Seq2Seq[]>,
  end: number,
): { readonly outputs: Outputs; readonly repeat: Repetition } {
  const step = stepGraph(models, 1);
  const ended = input("ended", "float32", ["sentences", 1]);
  const nowEnded = maximum(ended, cast(equal(step.best as Value, end), "float32"));
  const goesOn = less(sum(nowEnded), input("patience", "float32", []));
  const outputs = { ...step, "next.tokens": step.best as Value, "next.ended": nowEnded, goesOn };
  const carried = Object.keys(outputs).filter((name) => name.startsWith("next."));
  const carry = new Map(carried.map((name) => [name.slice("next.".length), name]));
  return { outputs, repeat: { carry, while: "goesOn", limit: "limit" } };
}

function best(logProbabilities: Value, candidates: number | "all"): Outputs {
  if (candidates === "all") return { logProbabilities };
  const { values, indices } = topK(logProbabilities, candidates);
  return { best: indices, logProbabilities: values };
}

/** Rows of tensors in another order, some left out or repeated: order int32 [new rows]. */
export function reorderGraph(types: ReadonlyMap<string, TensorType>): Outputs {
  const order = input(ORDER, "int32", ["order"]);
  const tensors = Array.from(types, ([name, { dtype, shape }]) => {
    return [name, input(name, dtype, ["rows", ...shape.slice(1)])] as const;
  });
  return named("next.", inOrder(Object.fromEntries(tensors), order));
}

const inOrder = (tensors: Tensors, order: Value): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, rows]) => [name, gather(rows, order)]));

const named = (prefix: string, tensors: Tensors): Outputs =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [prefix + name, value]));

/** An input for each tensor, its first axis renamed; an axis of size 0 is one that has grown. */
function inputs(prefix: string, tensors: Tensors, lead: Size): Tensors {
  const entries = Object.entries(tensors).map(([name, { dtype, shape }]) => {
    const grown = shape.slice(1).map((size) => (size === 0 ? "past" : size));
    return [name, input(prefix + name, dtype, [lead, ...grown])] as const;
  });
  return Object.fromEntries(entries);
}
