/** The graphs of a search: reading each sentence once, and one step of all hypotheses. */
import { input } from "../ir/leaf.ts";
import { plus, type Size, times } from "../ir/size.ts";
import type { TensorType, Value } from "../ir/value.ts";
import { inLayers, LISTED, MEMORY, NEXT, named, STATE, under } from "../models/named-tensors.ts";
import type { Decoder, Seq2Seq, Tensors } from "../models/seq2seq.ts";
import { affine } from "../nn/affine.ts";
import { type BuildOptions, build, type Layer, layer } from "../nn/layer.ts";
import type { Repetition } from "../onnx/repeated.ts";
import { sum } from "../ops/broadcast.ts";
import { cast, equal, less } from "../ops/compare.ts";
import { add, log, maximum, mul, sub } from "../ops/elementwise.ts";
import { gather, gatherLast, topK } from "../ops/gather.ts";
import { max } from "../ops/reduce.ts";
import { reshape, slice } from "../ops/reshape.ts";
import { softmax } from "../ops/softmax.ts";
import { type ObservedGraph, observedOutputs } from "./watch.ts";

export const ORDER = "order";
export const CANDIDATES = "candidates";

type Outputs = Record<string, Value>;

/** An ensemble of models as one layer, weights named `members.0.…`; a single model keeps its names. */
export function asEnsemble<M extends Decoder>(model: Layer<M> | readonly Layer<M>[]): Layer<readonly M[]> {
  const models = "bind" in model ? [model] : model;
  const [only, ...others] = models;
  if (only && others.length === 0) return { bind: (scope) => [only.bind(scope)] };
  return layer({ members: models }, ({ members }) => members);
}

/** What a shortlist adds to the graphs: the ids that a batch lists, and who lists them. */
export const LISTED_IDS = `${LISTED}.ids`;
export const LISTED_BIAS = `${MEMORY}.listed`;
const listedIds = (): Value => input(LISTED_IDS, "int32", ["listed"]);
const listedBias = (): Value => input(LISTED_BIAS, "float32", ["sentences", "listed"]);

/**
 * source int32 [sentences, source]  ->  the memory that every step attends to, and the state before the first token
 *
 * @param isListed  Whether steps compute the scores of listed tokens only: then the projection's rows of these, too.
 */
export function encodeGraph(
  models: Layer<readonly Seq2Seq[]>,
  padding: number,
  {
    observed,
    isListed = false,
  }: { readonly observed?: ObservedGraph | undefined; readonly isListed?: boolean } = {},
): Outputs {
  const source = input("source", "int32", ["sentences", "source"]);
  const mask = sub(1, cast(equal(source, padding), "float32"));
  const built = build(models, observing(observed));
  const read = built.call.map((model) => {
    const memory = model.remember(model.encode(source, mask), mask);
    const listed = isListed ? gather(model.projection, listedIds()) : undefined;
    return { memory, state: model.start(memory, "sentences"), listed: listed ? { rows: listed } : {} };
  });
  return {
    ...named(LISTED, inLayers(read.map(({ listed }) => listed))),
    ...named(MEMORY, inLayers(read.map(({ memory }) => memory))),
    ...named(STATE, inLayers(read.map(({ state }) => state))),
    ...observedOutputs(observed, built.taps),
  };
}

const observing = (observed: ObservedGraph | undefined): BuildOptions =>
  observed ? { at: observed.at } : {};

/** tokens int32 [texts, time]  ->  for each text, the state after it and the next tokens as in `stepGraph` */
export function readGraph(
  models: Layer<readonly Decoder[]>,
  candidates: number | "all",
  observed?: ObservedGraph,
): Outputs {
  const tokens = input("tokens", "int32", ["texts", "time"]);
  const built = build(models, observing(observed));
  const read = built.call.map((model) => ({ model, ...model.decode(tokens, {}) }));
  const logits = read.map(({ model, hidden }) => {
    const last = slice(hidden, 1, plus("time", -1), 1);
    return affine(reshape(last, ["texts", hidden.shape[2] as Size]), model.projection);
  });
  const states = named(STATE, inLayers(read.map(({ state }) => state)));
  return { ...states, ...next(logits, candidates), ...observedOutputs(observed, built.taps) };
}

/**
 * One step: tokens int32 [sentences, beam], order int32 [rows]  ->  the state after it, and for each of the
 * rows = sentences · beam
 *
 *   best int32 [rows, k], logProbabilities [rows, k]     the k most likely next tokens or, for "all",
 *   logProbabilities [rows, vocabulary]
 *
 * In an ordered step k is the length of the input candidates int32 [k]: some steps of a search need more than others.
 * With `isListed`, tokens are those of listed.ids int32 [listed], with the bias memory.listed [sentences, listed].
 * Row r continues row order[r] of the previous state. An unordered step, as in greedy search and language models, has
 * one hypothesis per sentence and no `order`: its rows stay in place. An ensemble's probabilities are the mean of its
 * members'.
 */
export function stepGraph(
  models: Layer<readonly Decoder[]>,
  candidates: number | "all",
  {
    isOrdered = candidates !== 1,
    isListed = false,
    inRounds = false,
    observed,
  }: {
    readonly isOrdered?: boolean | undefined;
    readonly isListed?: boolean;
    /** Whether the best are found in two rounds, as in `topK`. */
    readonly inRounds?: boolean;
    readonly observed?: ObservedGraph | undefined;
  } = {},
): Outputs {
  const beam = isOrdered ? "beam" : 1;
  const tokens = input("tokens", "int32", ["sentences", beam]);
  const rows = times("sentences", beam);
  const order = isOrdered ? input(ORDER, "int32", [rows]) : undefined;
  const built = build(models, observing(observed));
  // An observer sees the step alone, not what only tells the types of its inputs.
  const prototypes = observed ? build(models).call : built.call;
  const stepped = built.call.map((model, i) => {
    const prototype = memoryOf(prototypes[i] as Decoder | Seq2Seq);
    const memory = inputs(MEMORY, i, prototype, "sentences");
    const previous = inputs(STATE, i, model.start(prototype, "sentences"), order ? "before" : rows);
    const before = order ? inOrder(previous, order) : previous;
    const { hidden, state } = model.decode(reshape(tokens, [rows, 1]), memory, before);
    const dim = hidden.shape[2] as number;
    const projection = isListed ? input(`${LISTED}.${i}.rows`, "float32", ["listed", dim]) : model.projection;
    const logits = affine(reshape(hidden, [rows, dim]), projection);
    return { state, logits: isListed ? withBias(logits, listedBias(), [beam, "listed"]) : logits };
  });
  const states = named(STATE, inLayers(stepped.map(({ state }) => state)));
  const logits = stepped.map((member) => member.logits);
  const wanted = isOrdered && candidates !== "all" ? input(CANDIDATES, "int32", ["candidates"]) : candidates;
  const found = next(logits, wanted, inRounds);
  const listed = isListed && found.best ? { best: gather(listedIds(), found.best) } : {};
  return { ...named(NEXT, states), ...found, ...listed, ...observedOutputs(observed, built.taps) };
}

/** Adds a sentence's bias to the logits of each of its hypotheses. */
function withBias(logits: Value, bias: Value, [beam, listed]: readonly [Size, Size]): Value {
  const together = reshape(logits, ["sentences", beam, listed]);
  return reshape(add(together, reshape(bias, ["sentences", 1, listed])), logits.shape);
}

/** The types of a model's memory, from a source that is never computed; empty for a model without an encoder. */
function memoryOf(model: Decoder | Seq2Seq): Tensors {
  if (!("encode" in model)) return {};
  const source = input("source", "int32", ["sentences", "source"]);
  const mask = cast(source, "float32");
  return model.remember(model.encode(source, mask), mask);
}

/** The most likely next tokens, or all, from each model's logits [rows, vocabulary]. */
function next(logits: readonly Value[], candidates: Wanted, inRounds = false): Outputs {
  const [only, ...others] = logits as [Value, ...Value[]];
  if (others.length > 0) {
    const total = logits.map((each) => softmax(each)).reduce(add);
    return best(log(mul(total, 1 / logits.length)), candidates, inRounds);
  }
  // log Σ exp(z) = max z - log max softmax(z), and the largest logit has the largest probability.
  const probabilities = softmax(only);
  if (candidates === "all") {
    const top = max(only, [1], { keep: true });
    return { logProbabilities: add(sub(only, top), log(max(probabilities, [1], { keep: true }))) };
  }
  const { values, indices } = topK(only, candidates, { inRounds });
  const [top, first] =
    candidates === 1 ? [values, indices] : [slice(values, 1, 0, 1), slice(indices, 1, 0, 1)];
  return { best: indices, logProbabilities: add(sub(values, top), log(gatherLast(probabilities, first))) };
}

/**
 * The step of greedy search, repeated within one run: tokens int32 [sentences, 1], ended float32 [sentences, 1] (1 for
 * texts that have ended), patience float32 []  ->  best and logProbabilities of every step [steps, sentences, 1]. It
 * repeats while fewer texts have ended than `patience`, for at most `limit` steps, an input int64 [].
 */
export function greedyGraph(
  models: Layer<readonly Seq2Seq[]>,
  end: number,
  isListed: boolean,
): { readonly outputs: Outputs; readonly repeat: Repetition } {
  const step = stepGraph(models, 1, { isListed });
  const ended = input("ended", "float32", ["sentences", 1]);
  const nowEnded = maximum(ended, cast(equal(step.best as Value, end), "float32"));
  const goesOn = less(sum(nowEnded), input("patience", "float32", []));
  const after = named(NEXT, { ...under(NEXT, step), tokens: step.best as Value, ended: nowEnded });
  const outputs = { ...step, ...after, goesOn };
  const names = Object.keys(after);
  const carry = new Map(Object.keys(under(NEXT, after)).map((name, i) => [name, names[i] as string]));
  return { outputs, repeat: { carry, while: "goesOn", limit: "limit" } };
}

/** How many of the most likely tokens, as for `topK`, or all. */
type Wanted = number | Value | "all";

function best(logProbabilities: Value, candidates: Wanted, inRounds: boolean): Outputs {
  if (candidates === "all") return { logProbabilities };
  const { values, indices } = topK(logProbabilities, candidates, { inRounds });
  return { best: indices, logProbabilities: values };
}

/** Reorders rows of tensors, dropping or repeating some: order int32 [new rows]. */
export function reorderGraph(types: ReadonlyMap<string, TensorType>): Outputs {
  const order = input(ORDER, "int32", ["order"]);
  const tensors = Array.from(types, ([name, { dtype, shape }]) => {
    return [name, input(name, dtype, ["rows", ...shape.slice(1)])] as const;
  });
  return named(NEXT, inOrder(Object.fromEntries(tensors), order));
}

const inOrder = (tensors: Tensors, order: Value): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, rows]) => [name, gather(rows, order)]));

/** An input for each tensor of a model with its first axis renamed; an axis of size 0 becomes one that grows. */
function inputs(role: string, model: number, tensors: Tensors, lead: Size): Tensors {
  const entries = Object.entries(named(role, named(model, tensors))).map(([name, { dtype, shape }]) => {
    const grown = shape.slice(1).map((size) => (size === 0 ? "past" : size));
    return [name, input(name, dtype, [lead, ...grown])] as const;
  });
  return under(model, under(role, Object.fromEntries(entries)));
}
