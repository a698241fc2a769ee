import type { Decoder } from "../models/seq2seq.ts";
import type { Layer } from "../nn/layer.ts";
import type { Arrangement } from "./arrangement.ts";
import { padded } from "./packing.ts";
import { type Named, openSessions, release, type SearchRuntime } from "./sessions.ts";
import { readGraph, stepGraph, together } from "./step-graphs.ts";
import { answerOf, countOf, type Decoding, goingOn, type Stepper } from "./stepper.ts";

export interface TextStepperOptions extends SearchRuntime {
  readonly model: Layer<Decoder>;
  /** As in `openStepper`. */
  readonly candidates: number | "all";
  /** How many tokens the model looks back at: see `openGenerator`. */
  readonly context: number;
}

/**
 * A stepper of a language model: its sources are the beginnings of texts, as many tokens each, and it goes on with them.
 * When `context` tokens have been read, the later half is read again and the rest forgotten.
 *
 * The first step answers from what was read of the beginnings; the tokens it is given count for nothing.
 */
export async function openTextStepper(options: TextStepperOptions): Promise<Stepper> {
  const { context } = options;
  const models = together(options.model);
  const { wanted, candidates } = countOf(models, options.candidates);
  // Hypotheses hardly ever change places when texts are drawn, so that no step puts them in order.
  const step = { outputs: stepGraph(models, wanted, false) };
  const sessions = await openSessions(options, readGraph(models, wanted), step);
  const read = (texts: readonly (readonly number[])[]): Promise<Named> =>
    sessions.read({ tokens: padded(texts, 0) });

  const start = async (beginnings: readonly ArrayLike<number>[]): Promise<Decoding> => {
    let texts = beginnings.map((ids) => Array.from(ids).slice(-context));
    let begun: Named | undefined = await read(texts);
    let going: Decoding | undefined;
    /** Answers from what was just read. @param rows  For every hypothesis, the text read that it goes on from. */
    const answer = (found: Named, rows: Int32Array): ReturnType<typeof answerOf> => {
      going = goingOn(sessions, candidates, found, sideBySide(found, rows));
      return answerOf(found, rows, candidates);
    };
    return {
      step: async (from, _, tokens) => {
        const before = texts;
        if (begun) {
          const found = begun;
          begun = undefined;
          texts = Array.from(from, (text) => before[text] as number[]);
          return answer(found, from);
        }
        texts = Array.from(from, (row, i) => [...(before[row] as number[]), tokens[i] as number]);
        if (going && (texts[0] as number[]).length <= context)
          return going.step(from, new Int32Array(from.length), tokens);
        going?.end();
        going = undefined;
        texts = texts.map((ids) => ids.slice(-Math.ceil(context / 2)));
        return answer(
          await read(texts),
          Int32Array.from(from, (__, row) => row),
        );
      },
      end: () => {
        if (begun) release(begun);
        going?.end();
        [begun, going] = [undefined, undefined];
      },
    };
  };
  return { candidates, start, close: sessions.close };
}

/** All texts that were read, as the hypotheses of one sentence: they look back at nothing that would tell them apart. */
const sideBySide = (read: Named, places: Int32Array): Arrangement => ({
  sentences: [0],
  width: read.logProbabilities?.shape[0] as number,
  places,
});
