/** Two small recurrent translators that differ in one thing: whether the decoder can look back at the sentence. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { corpusBleu } from "heed/evaluation";
import type { PhrasebookPair } from "heed/phrasebook";
import { measureAlignment } from "heed/tasks";
import type { BundledModel } from "./bundled-model.ts";
import { measureTranslator } from "./measure-translator.ts";

/** Sentences with fewer words than the first number are short, those with the second or more are long. */
const [SHORT, LONG] = [6, 8];

const wordsIn = ({ source }: PhrasebookPair): number => source.split(" ").length;

const recurrent = (name: string, file: string): BundledModel => ({
  name,
  config: readFileSync(join(import.meta.dirname, "../../configs", file), "utf8"),
  files: () => ({}),
  measure: async (engine, folder) => {
    const { run, corpus, hypotheses, card } = await measureTranslator(engine, folder);
    const bleuOf = (isMeant: (pair: PhrasebookPair) => boolean): number =>
      corpusBleu(
        hypotheses.filter((_, i) => isMeant(corpus.test[i] as PhrasebookPair)),
        [corpus.test.filter(isMeant).map(({ target }) => target)],
      ).score;
    const { model } = run.config;
    const attends = model.kind !== "transformer" && "attention" in model && model.attention !== "none";
    const aligned = attends ? await measureAlignment(engine, run, corpus) : undefined;
    return {
      ...card,
      bleuByWords: {
        [`fewer than ${SHORT}`]: bleuOf((pair) => wordsIn(pair) < SHORT),
        [`${LONG} or more`]: bleuOf((pair) => wordsIn(pair) >= LONG),
      },
      ...(aligned ? { aer: aligned.aer, reading: aligned.where } : {}),
    };
  },
});

/** Chooses what to read at every word. */
export const gruAttention = recurrent("gru-attention", "phrasebook-attention.yaml");

/** Reads one summary of the sentence at every word. */
export const gruSummary = recurrent("gru-summary", "phrasebook-summary.yaml");
