/** Two small recurrent translators that differ in one thing: whether the decoder can look back at the sentence. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openTranslator } from "heed/decoding";
import { corpusBleu, corpusChrf } from "heed/evaluation";
import { type PhrasebookPair, phrasebook } from "heed/phrasebook";
import { openRunOf } from "heed/runs";
import { measureAlignment } from "heed/tasks";
import type { BundledModel } from "./bundled-model.ts";

/** Sentences with fewer words than the first number are short, those with the second or more are long. */
const [SHORT, LONG] = [6, 8];

const wordsIn = ({ source }: PhrasebookPair): number => source.split(" ").length;

const recurrent = (name: string, file: string): BundledModel => ({
  name,
  config: readFileSync(join(import.meta.dirname, "../../configs", file), "utf8"),
  files: () => ({}),
  measure: async (engine, folder) => {
    const run = openRunOf(folder, "translate");
    const { config, tokenizers } = run;
    const { maxLength } = config.model;
    const corpus = phrasebook({ seed: config.seed });
    const translator = await openTranslator({ engine, ...run, ...tokenizers, ...config.decoding, maxLength });
    const translations = await translator.translate(corpus.test.map(({ source }) => source));
    translator.close();
    const hypotheses = translations.map((translation) => translation.hypotheses[0]?.text ?? "");
    const bleuOf = (isMeant: (pair: PhrasebookPair) => boolean) =>
      corpusBleu(
        hypotheses.filter((_, i) => isMeant(corpus.test[i] as PhrasebookPair)),
        [corpus.test.filter(isMeant).map(({ target }) => target)],
      );
    const bleu = bleuOf(() => true);
    const attends = config.model.kind !== "transformer" && config.model.attention !== "none";
    const aligned = attends ? await measureAlignment(engine, run, corpus) : undefined;
    return {
      corpus: "the phrasebook, English to French",
      test: corpus.test.length,
      beam: config.decoding.beam,
      precision: "16 bits",
      bleu: bleu.score,
      bleuSignature: bleu.signature,
      chrf: corpusChrf(hypotheses, [corpus.test.map(({ target }) => target)]).score,
      bleuByWords: {
        [`fewer than ${SHORT}`]: bleuOf((pair) => wordsIn(pair) < SHORT).score,
        [`${LONG} or more`]: bleuOf((pair) => wordsIn(pair) >= LONG).score,
      },
      ...(aligned ? { aer: aligned.aer, reading: aligned.where } : {}),
    };
  },
});

/** Chooses what to read at every word. */
export const gruAttention = recurrent("gru-attention", "phrasebook-attention.yaml");

/** Reads one summary of the sentence at every word. */
export const gruSummary = recurrent("gru-summary", "phrasebook-summary.yaml");
