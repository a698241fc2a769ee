import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openTranslator } from "heed/decoding";
import { corpusBleu, corpusChrf } from "heed/evaluation";
import { phrasebook as makePhrasebook } from "heed/phrasebook";
import { openRunOf } from "heed/runs";
import { measureAlignment } from "heed/tasks";
import type { BundledModel } from "./bundled-model.ts";

/** The translator that the page opens first. */
export const phrasebook: BundledModel = {
  name: "phrasebook",
  config: readFileSync(join(import.meta.dirname, "../../configs/phrasebook-guided.yaml"), "utf8"),
  files: () => ({}),
  measure: async (engine, folder) => {
    const run = openRunOf(folder, "translate");
    const { config, tokenizers } = run;
    const { maxLength } = config.model;
    const corpus = makePhrasebook({ seed: config.seed });
    const translator = await openTranslator({ engine, ...run, ...tokenizers, ...config.decoding, maxLength });
    const translations = await translator.translate(corpus.test.map(({ source }) => source));
    translator.close();
    const hypotheses = translations.map((translation) => translation.hypotheses[0]?.text ?? "");
    const references = [corpus.test.map(({ target }) => target)];
    const bleu = corpusBleu(hypotheses, references);
    const { aer, where } = await measureAlignment(engine, run, corpus);
    return {
      corpus: "the phrasebook, English to French",
      test: corpus.test.length,
      beam: config.decoding.beam,
      precision: "16 bits",
      bleu: bleu.score,
      bleuSignature: bleu.signature,
      chrf: corpusChrf(hypotheses, references).score,
      aer,
      reading: where,
    };
  },
};
