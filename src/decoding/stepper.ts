import { beginning, LISTED, MEMORY, NEXT, STATE, under } from "../models/named-tensors.ts";
import type { Decoder, Seq2Seq } from "../models/seq2seq.ts";
import { build, type Layer } from "../nn/layer.ts";
import { feedsFor } from "../runtime/compile.ts";
import { deviceOf } from "../runtime/devices.ts";
import type { Tensor } from "../runtime/tensor.ts";
import { type Arrangement, arrange, firstArrangement } from "./arrangement.ts";
import { listedTensors, type Shortlist } from "./listed.ts";
import { padded } from "./packing.ts";
import { type Named, openSessions, release, type SearchRuntime, type SearchSessions } from "./sessions.ts";
import { asEnsemble, CANDIDATES, encodeGraph, ORDER, stepGraph } from "./step-graphs.ts";
import { handOver, type ObservedSearch, type Watch } from "./watch.ts";

/** The most likely next tokens of each row, best first: row r's are at [r · each, (r + 1) · each). */
export interface Candidates {
  readonly each: number;
  /** Absent from a stepper of all scores, where token t is at position t of its row. */
  readonly tokens?: Int32Array;
  /** Natural logarithms of probabilities. */
  readonly logProbabilities: Float32Array;
}

/** One batch of texts being decoded; its rows are hypotheses. */
export interface Decoding {
  /**
   * Extends hypotheses by one token each.
   *
   * @param from      For each new row, the row of the previous step that it continues (at the first step, the sentence).
   * @param sentence  For each new row, the sentence that it translates; rows of one sentence are adjacent.
   * @param tokens    For each new row, its newest token (at the first step, <s>).
   * @param extra     Candidates beyond those of the stepper, for each row of this step. Default 0; a stepper that cannot
   *   return them, or of all scores, returns fewer.
   */
  step(from: Int32Array, sentence: Int32Array, tokens: Int32Array, extra?: number): Promise<Candidates>;
  /** Frees the memory. */
  end(): void;
}

/** A model as a step-by-step search sees it: an encoder-decoder, or a language model (`openTextStepper`). */
export interface Stepper {
  /** How many candidates each step returns per row unless it is asked for more. */
  readonly candidates: number;
  /** @param watch  Feeds the inputs that an observer added to the graphs. */
  start(sources: readonly ArrayLike<number>[], watch?: Watch): Promise<Decoding>;
  close(): void;
}

export interface StepperOptions extends SearchRuntime {
  /** One model, or several of one vocabulary whose probabilities are averaged: see `ensembleWeights`. */
  readonly model: Layer<Seq2Seq> | readonly Layer<Seq2Seq>[];
  readonly padding: number;
  /** Candidates per step, at most the vocabulary's size. "all": the whole distribution, in order of ids. */
  readonly candidates: number | "all";
  /** Whether steps may reorder hypotheses, as in a beam. Default: unless there is one candidate, as in greedy search. */
  readonly isOrdered?: boolean;
  /** Changes in the graphs. Default: none. */
  readonly observed?: ObservedSearch;
  /** The tokens that each sentence may use. Default: all. Not for "all" candidates. */
  readonly shortlist?: Shortlist | undefined;
}

/**
 * A stepper over two sessions: one reads a batch and computes the memory that every step attends to, one takes a step
 * and keeps the decoder's state in the runtime. Hypotheses of one sentence are adjacent, so that they share its memory;
 * memories are copied only when sentences move.
 */
export async function openStepper(options: StepperOptions): Promise<Stepper> {
  const models = asEnsemble(options.model);
  const { requested, candidates, vocabulary } = candidateCount(models, options.candidates);
  const { read, step } = options.observed ?? {};
  const { shortlist, isOrdered } = options;
  const isListed = shortlist !== undefined;
  const { hasThreads } = deviceOf(options.engine.device);
  const encode = encodeGraph(models, options.padding, { observed: read, isListed });
  const sessions = await openSessions(options, encode, {
    outputs: stepGraph(models, requested, { isOrdered, isListed, inRounds: hasThreads, observed: step }),
  });
  return {
    candidates,
    start: async (sources, watch) => {
      const listed = shortlist && listedTensors(options.engine, shortlist, sources);
      const read = await sessions.read({
        source: padded(sources, options.padding),
        ...feedsFor(sessions.read, listed?.tensors ?? {}),
        ...watch?.feeds("read"),
      });
      if (watch) await handOver(watch, "read", read);
      const counts = { candidates, vocabulary: listed?.count ?? vocabulary };
      const begun = { ...read, ...listed?.tensors };
      return decodingFrom(sessions, counts, begun, firstArrangement(sources.length), { watch });
    },
    close: sessions.close,
  };
}

/** Limits the number of candidates to the size of the vocabulary. */
export function candidateCount(
  models: Layer<readonly Decoder[]>,
  most: number | "all",
): { readonly requested: number | "all"; readonly candidates: number; readonly vocabulary: number } {
  const [first] = build(models).call;
  const vocabulary = (first as Decoder).projection.shape[0] as number;
  if (most === "all") return { requested: most, candidates: vocabulary, vocabulary };
  const candidates = Math.min(most, vocabulary);
  return { requested: candidates, candidates, vocabulary };
}

/**
 * Decoding that continues from tensors just read.
 *
 * @param first     Where the hypotheses sit in them.
 * @param position  Of the tokens that the first step reads.
 */
export function decodingFrom(
  { step, memoryRows, stateRows }: SearchSessions,
  { candidates, vocabulary }: { readonly candidates: number; readonly vocabulary: number },
  read: Named,
  first: Arrangement,
  { watch, position = 0 }: { readonly watch?: Watch | undefined; readonly position?: number } = {},
): Decoding {
  const isOrdered = step.inputs.has(ORDER);
  const listed = beginning(LISTED, read);
  let memory = beginning(MEMORY, read);
  let state = beginning(STATE, read);
  let now = first;
  let call = position;
  return {
    step: async (from, sentence, tokens, extra = 0) => {
      const each = step.inputs.has(CANDIDATES) ? Math.min(candidates + extra, vocabulary) : candidates;
      const { after, states, sentences } = arrange(now, from, sentence);
      if (sentences) memory = await memoryRows.run(memory, sentences);
      if (states && !isOrdered) state = await stateRows.run(state, states);
      now = after;
      const { places, width } = after;
      const placed = new Int32Array(after.sentences.length * width);
      tokens.forEach((token, row) => {
        placed[places[row] as number] = token;
      });
      const shape = isOrdered ? [after.sentences.length, width] : [placed.length, 1];
      const order = isOrdered && (states ?? Int32Array.from(placed, (_, place) => place));
      const stepped: Named = await step({
        ...feedsFor(step, memory),
        ...state,
        ...listed,
        tokens: { shape, data: placed },
        ...(order ? { [ORDER]: { shape: [order.length], data: order } } : {}),
        ...(step.inputs.has(CANDIDATES)
          ? { [CANDIDATES]: { shape: [each], data: new Int32Array(each) } }
          : {}),
        ...watch?.feeds(call),
      });
      release(state);
      state = under(NEXT, stepped);
      if (watch) await handOver(watch, call, stepped);
      call++;
      return candidatesAt(stepped, places, each);
    },
    end: () => {
      for (const tensors of [state, memory, listed]) release(tensors);
      state = {};
      memory = {};
    },
  };
}

/** The candidates of the hypotheses at `places`, in that order. Disposes of the tensors. */
export async function candidatesAt(
  { best, logProbabilities }: Named,
  places: Int32Array,
  each: number,
): Promise<Candidates> {
  return {
    each,
    ...(best ? { tokens: (await rowsOf(best, places, each)) as Int32Array } : {}),
    logProbabilities: (await rowsOf(logProbabilities as Tensor, places, each)) as Float32Array,
  };
}

/** Copies the rows at `places`, in that order, and disposes of the tensor. */
async function rowsOf(tensor: Tensor, places: Int32Array, size: number): Promise<Int32Array | Float32Array> {
  const all = (await tensor.read()) as Int32Array | Float32Array;
  const length = places.length * size;
  const rows = all instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);
  let at = 0;
  for (const place of places) {
    for (let from = place * size; from < (place + 1) * size; from++) rows[at++] = all[from] as number;
  }
  tensor.dispose();
  return rows;
}
