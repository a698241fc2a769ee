import { beginning, MEMORY, NEXT, STATE, under } from "../models/named-tensors.ts";
import type { Decoder, Seq2Seq } from "../models/seq2seq.ts";
import { build, type Layer } from "../nn/layer.ts";
import { feedsFor } from "../runtime/compile.ts";
import type { Tensor } from "../runtime/tensor.ts";
import { type Arrangement, arrange, firstArrangement } from "./arrangement.ts";
import { padded } from "./packing.ts";
import { type Named, openSessions, release, type SearchRuntime, type SearchSessions } from "./sessions.ts";
import { encodeGraph, ORDER, stepGraph, together } from "./step-graphs.ts";

/** The most likely next tokens of every row, best first: row r's are at [r · candidates, (r + 1) · candidates). */
export interface Candidates {
  /** Left out by a stepper of all scores: there, token t is at t. */
  readonly tokens?: Int32Array;
  /** Natural logarithms of probabilities. */
  readonly logProbabilities: Float32Array;
}

/** One batch of texts on its way: hypotheses are rows. */
export interface Decoding {
  /**
   * Extends hypotheses by one token each.
   *
   * @param from      For every new row, the row of the previous step it goes on from (the sentence, at the first step).
   * @param sentence  For every new row, the sentence it translates; rows of one sentence stand side by side.
   * @param tokens    For every new row, its newest token (<s> at the first step).
   */
  step(from: Int32Array, sentence: Int32Array, tokens: Int32Array): Promise<Candidates>;
  /** Gives the memory back. */
  end(): void;
}

/** What a search step by step needs of a model: an encoder-decoder's, or a language model's (`openTextStepper`). */
export interface Stepper {
  /** How many candidates each step returns per row. */
  readonly candidates: number;
  start(sources: readonly ArrayLike<number>[]): Promise<Decoding>;
  close(): void;
}

export interface StepperOptions extends SearchRuntime {
  /** One model, or several of one vocabulary whose probabilities are averaged: see `ensembleWeights`. */
  readonly model: Layer<Seq2Seq> | readonly Layer<Seq2Seq>[];
  readonly padding: number;
  /** Candidates wanted at each step; a smaller vocabulary has fewer. "all": the whole distribution, in order of ids. */
  readonly candidates: number | "all";
}

/**
 * A stepper over two sessions: one reads a batch and computes what every step looks back at, one takes a step with the
 * decoder's state kept by the runtime. Hypotheses of one sentence stand side by side, so that its memory is not
 * repeated for them; memories are only copied when they really change places.
 */
export async function openStepper(options: StepperOptions): Promise<Stepper> {
  const models = together(options.model);
  const { wanted, candidates } = countOf(models, options.candidates);
  const read = encodeGraph(models, options.padding);
  const sessions = await openSessions(options, read, { outputs: stepGraph(models, wanted) });
  return {
    candidates,
    start: async (sources) => {
      const begun = await sessions.read({ source: padded(sources, options.padding) });
      return goingOn(sessions, candidates, begun, firstArrangement(sources.length));
    },
    close: sessions.close,
  };
}

/** How many candidates a step can give of those wanted. */
export function countOf(
  models: Layer<readonly Decoder[]>,
  most: number | "all",
): { readonly wanted: number | "all"; readonly candidates: number } {
  const [first] = build(models).call;
  const vocabulary = (first as Decoder).projection.shape[0] as number;
  if (most === "all") return { wanted: most, candidates: vocabulary };
  const candidates = Math.min(most, vocabulary);
  return { wanted: candidates, candidates };
}

/** Steps on from what was read. @param first  Where the hypotheses stand in it. */
export function goingOn(
  { step, memoryRows, stateRows }: SearchSessions,
  candidates: number,
  read: Named,
  first: Arrangement,
): Decoding {
  const isOrdered = step.inputs.has(ORDER);
  let memory = beginning(MEMORY, read);
  let state = beginning(STATE, read);
  let now = first;
  return {
    step: async (from, sentence, tokens) => {
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
        tokens: { shape, data: placed },
        ...(order ? { [ORDER]: { shape: [order.length], data: order } } : {}),
      });
      release(state);
      state = under(NEXT, stepped);
      return answerOf(stepped, places, candidates);
    },
    end: () => {
      release(state);
      release(memory);
      state = {};
      memory = {};
    },
  };
}

/** The candidates of the hypotheses at some places, in their order; the tensors are given back. */
export async function answerOf(
  { best, logProbabilities }: Named,
  places: Int32Array,
  candidates: number,
): Promise<Candidates> {
  return {
    ...(best ? { tokens: (await rowsOf(best, places, candidates)) as Int32Array } : {}),
    logProbabilities: (await rowsOf(logProbabilities as Tensor, places, candidates)) as Float32Array,
  };
}

/** Copies the rows at some places, in their order, and gives the tensor back. */
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
