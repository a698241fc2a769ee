import type { Seq2Seq } from "../models/seq2seq.ts";
import { build } from "../nn/layer.ts";
import type { Tensor } from "../runtime/tensor.ts";
import { arrange, firstArrangement } from "./arrangement.ts";
import { padded } from "./packing.ts";
import { type Named, namedBy, openSessions, release, type SearchedModel, unprefixed } from "./sessions.ts";
import { MEMORY, ORDER, STATE, stepGraph, together } from "./step-graphs.ts";

/** The most likely next tokens of every row, best first: row r's are at [r · candidates, (r + 1) · candidates). */
export interface Candidates {
  /** Left out by a stepper of all scores: there, token t is at t. */
  readonly tokens?: Int32Array;
  /** Natural logarithms of probabilities. */
  readonly logProbabilities: Float32Array;
}

/** One batch of sentences on its way: hypotheses are rows. */
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

/** What a search step by step needs of a model: any encoder-decoder fits. */
export interface Stepper {
  /** How many candidates each step returns per row. */
  readonly candidates: number;
  start(sources: readonly ArrayLike<number>[]): Promise<Decoding>;
  close(): void;
}

export interface StepperOptions extends SearchedModel {
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
  const [first] = build(models).call;
  const vocabulary = (first as Seq2Seq).projection.shape[0] as number;
  const wanted = options.candidates === "all" ? "all" : Math.min(options.candidates, vocabulary);
  const candidates = wanted === "all" ? vocabulary : wanted;
  const sessions = await openSessions(options, models, { outputs: stepGraph(models, wanted) });
  const { encode, step, memoryRows, stateRows } = sessions;
  const isOrdered = step.inputs.has(ORDER);

  return {
    candidates,
    start: async (sources) => {
      const read = await encode({ source: padded(sources, options.padding) });
      let memory = namedBy(MEMORY, read);
      let state = namedBy(STATE, read);
      let now = firstArrangement(sources.length);
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
          const order = isOrdered && (states ?? Int32Array.from(placed, (_, place) => place));
          const feeds = {
            tokens: { shape: [after.sentences.length, width], data: placed },
            ...(order ? { [ORDER]: { shape: [order.length], data: order } } : {}),
          };
          const { best, logProbabilities, ...next } = (await step({
            ...memory,
            ...state,
            ...feeds,
          })) as Named;
          release(state);
          state = unprefixed(next);
          return {
            ...(best ? { tokens: await rowsOf(best, places, candidates) } : {}),
            logProbabilities: await rowsOf(logProbabilities as Tensor, places, candidates),
          } as Candidates;
        },
        end: () => {
          release(state);
          release(memory);
          state = {};
          memory = {};
        },
      };
    },
    close: sessions.close,
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
