import { lengthPenalty } from "../decoding/hypothesis.ts";
import { streamsFor } from "../decoding/streams.node.ts";
import type { TranslatorRun } from "../runs/open-run.ts";
import { translatorOver } from "../runs/ready.ts";
import type { Engine } from "../runtime/engine.ts";
import { oneLine } from "../text/escape.ts";
import type { ScoredTranslation } from "./calibrate-run.ts";
import { cutLines } from "./cut-lines.ts";
import type { Io } from "./io.ts";
import { progress } from "./progress.ts";
import type { TestSentence } from "./test-set.ts";
import { countUnknown, unknownTokens } from "./unknown-tokens.ts";

interface SearchOptions {
  readonly beam?: number | undefined;
  readonly alpha?: number | undefined;
  readonly batch: number;
}

/** The translation of a test set under way. */
export interface Translating {
  readonly lines: (sentences: readonly TestSentence[]) => Promise<ScoredTranslation[]>;
  /** Says what a user should know of the translations. @returns how long they took, in seconds */
  readonly end: () => number;
  readonly close: () => void;
}

/** @param total  Sentences that will be translated. */
export async function beginTranslating(
  run: TranslatorRun,
  engine: Engine,
  total: number,
  options: SearchOptions,
  io: Io,
): Promise<Translating> {
  const { decoding } = run.config;
  const alpha = options.alpha ?? decoding.alpha;
  const translator = await translatorOver(run, engine, {
    beam: options.beam ?? decoding.beam,
    alpha,
    batch: options.batch,
    signal: io.signal,
    ...streamsFor(total, options.batch, run.weights),
  });
  const began = performance.now();
  let [done, cut, unknown] = [0, 0, 0];
  const bar = progress(io, "translate", total);
  return {
    lines: async (sentences) => {
      const lines: ScoredTranslation[] = [];
      for (const { hypotheses, isCut } of await translator.translate(sentences.map(({ source }) => source))) {
        const { text = "", score = 0, tokens = [] } = hypotheses[0] ?? {};
        const length = tokens.length + 1;
        lines.push({
          text: oneLine(text),
          meanLogProbability: (score * lengthPenalty(length, alpha)) / length,
        });
        if (isCut) cut += 1;
        unknown += countUnknown(tokens);
      }
      done += lines.length;
      bar.update(done, `${done} sentences`);
      return lines;
    },
    end: () => {
      const seconds = (performance.now() - began) / 1000;
      bar.end();
      if (cut > 0) io.say(cutLines(cut, run.config.model.maxLength));
      if (unknown > 0) io.say(unknownTokens(unknown));
      return seconds;
    },
    close: () => translator.close(),
  };
}
