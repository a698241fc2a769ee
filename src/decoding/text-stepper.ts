import type { Decoder } from "../models/seq2seq.ts";
import type { Layer } from "../nn/layer.ts";
import type { Arrangement } from "./arrangement.ts";
import { padded } from "./packing.ts";
import { type Named, openSessions, release, type SearchRuntime } from "./sessions.ts";
import { asEnsemble, readGraph, stepGraph } from "./step-graphs.ts";
import { candidateCount, candidatesAt, type Decoding, decodingFrom, type Stepper } from "./stepper.ts";
import { handOver, type ObservedSearch, type Watch } from "./watch.ts";

export interface TextStepperOptions extends SearchRuntime {
  readonly model: Layer<Decoder>;
  /** As in `openStepper`. */
  readonly candidates: number | "all";
  /** How many tokens the model looks back on: see `openGenerator`. */
  readonly context: number;
  /** As in `openStepper`. Positions count from the beginning of what was read last. */
  readonly observed?: ObservedSearch;
}

/**
 * A stepper over a language model: its sources are beginnings of texts, of equal length, which it continues. When
 * `context` tokens have been read, the later half is read again and the rest forgotten.
 *
 * The first step answers from the beginnings alone and ignores the tokens it is given.
 */
export async function openTextStepper(options: TextStepperOptions): Promise<Stepper> {
  const { context, observed = {} } = options;
  const models = asEnsemble(options.model);
  const counts = candidateCount(models, options.candidates);
  const { requested, candidates } = counts;
  // Hypotheses hardly ever move when texts are drawn, so steps do not reorder them.
  const step = { outputs: stepGraph(models, requested, { isOrdered: false, observed: observed.step }) };
  const sessions = await openSessions(options, readGraph(models, requested, observed.read), step);

  const start = async (beginnings: readonly ArrayLike<number>[], watch?: Watch): Promise<Decoding> => {
    const read = async (texts: readonly (readonly number[])[]): Promise<Named> => {
      const tensors: Named = await sessions.read({ tokens: padded(texts, 0), ...watch?.feeds("read") });
      if (watch) await handOver(watch, "read", tensors);
      return tensors;
    };
    let texts = beginnings.map((ids) => Array.from(ids).slice(-context));
    let unanswered: Named | undefined = await read(texts);
    let decoding: Decoding | undefined;
    /** Answers from tensors just read. @param rows  For each hypothesis, the text that it continues. */
    const answer = (tensors: Named, rows: Int32Array): ReturnType<typeof candidatesAt> => {
      const position = texts[0]?.length ?? 0;
      decoding = decodingFrom(sessions, counts, tensors, sideBySide(tensors, rows), { watch, position });
      return candidatesAt(tensors, rows, candidates);
    };
    return {
      step: async (from, _, tokens) => {
        const before = texts;
        if (unanswered) {
          const tensors = unanswered;
          unanswered = undefined;
          texts = Array.from(from, (text) => before[text] as number[]);
          return answer(tensors, from);
        }
        texts = Array.from(from, (row, i) => [...(before[row] as number[]), tokens[i] as number]);
        if (decoding && (texts[0] as number[]).length <= context)
          return decoding.step(from, new Int32Array(from.length), tokens);
        decoding?.end();
        decoding = undefined;
        texts = texts.map((ids) => ids.slice(-Math.ceil(context / 2)));
        return answer(
          await read(texts),
          Int32Array.from(from, (__, row) => row),
        );
      },
      end: () => {
        if (unanswered) release(unanswered);
        decoding?.end();
        [unanswered, decoding] = [undefined, undefined];
      },
    };
  };
  return { candidates, start, close: sessions.close };
}

/** Arranges all texts as hypotheses of one sentence: they have no memory that would distinguish sentences. */
const sideBySide = (read: Named, places: Int32Array): Arrangement => ({
  sentences: [0],
  width: read.logProbabilities?.shape[0] as number,
  places,
});
