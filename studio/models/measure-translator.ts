import { corpusBleu, corpusChrf } from "heed/evaluation";
import { type Phrasebook, phrasebook } from "heed/phrasebook";
import { openRunOf, type TranslatorRun, translatorOver } from "heed/runs";
import type { Engine } from "heed/runtime";

export interface MeasuredTranslator {
  readonly run: TranslatorRun;
  readonly corpus: Phrasebook;
  /** A translation of each test sentence. */
  readonly hypotheses: readonly string[];
  /** For `card.json`. */
  readonly card: Readonly<Record<string, unknown>>;
}

/** Translates the test sentences of the phrasebook with a model as the page runs it, and scores them. */
export async function measureTranslator(engine: Engine, folder: string): Promise<MeasuredTranslator> {
  const run = openRunOf(folder, "translate");
  const { config } = run;
  const corpus = phrasebook({ seed: config.seed });
  const translator = await translatorOver(run, engine);
  const translations = await translator.translate(corpus.test.map(({ source }) => source));
  translator.close();
  const hypotheses = translations.map((translation) => translation.hypotheses[0]?.text ?? "");
  const references = [corpus.test.map(({ target }) => target)];
  const bleu = corpusBleu(hypotheses, references);
  return {
    run,
    corpus,
    hypotheses,
    card: {
      corpus: "the phrasebook, English to French",
      test: corpus.test.length,
      beam: config.decoding.beam,
      precision: "16 bits",
      bleu: bleu.score,
      bleuSignature: bleu.signature,
      chrf: corpusChrf(hypotheses, references).score,
    },
  };
}
