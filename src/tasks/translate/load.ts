import { refuseUnfitGuidance } from "../../config/guided-alignment.ts";
import type { TranslateConfig } from "../../config/schema.ts";
import type { CorpusReader } from "../../data/corpus-reader.ts";
import { corpusSize } from "../corpus-size.ts";
import { trainTokenizers } from "../learn-tokenizers.ts";
import type { TaskData } from "../task.ts";
import { readKnownTokenizers, tokenizerFiles } from "../tokenizers.ts";
import { loadCorpus, nameOf } from "./corpus.ts";
import { encodeCorpus, fittingPairs, type SentencePair } from "./pairs.ts";
import { openTranslationTask } from "./training.ts";

/** Loads sentence pairs, for a translator. */
export async function loadPairs(
  requested: TranslateConfig,
  reader: CorpusReader,
): Promise<TaskData<"translate">> {
  const corpus = await loadCorpus(requested, reader);
  return {
    hash: corpus.hashes.train,
    validHash: corpus.hashes.valid,
    size: corpusSize("pairs", corpus.train, ({ source, target }) => [target, source]),
    prepare: async (config, say, files, signal) => {
      // Layers may have been fitted to the data since the configuration was read.
      refuseUnfitGuidance(config, "the configuration fitted to the data");
      const known = files ? readKnownTokenizers(files) : {};
      const tokenizers = await trainTokenizers(config, corpus.train, say, signal, known);
      const { examples, numbers, report, links } = await encodeCorpus(
        corpus.train,
        tokenizers,
        config,
        nameOf(config.data.train),
        signal,
        corpus.links,
      );
      const valid = await fittingPairs(corpus.valid, tokenizers, config, nameOf(config.data.valid), signal);
      const tooLong = corpus.valid.length - valid.length;
      if (tooLong > 0) say(`${tooLong} validation pairs are longer than model.maxLength and are left out`);
      return {
        report,
        tokens: examples.reduce((sum, { source, target }) => sum + source.length + target.length, 0),
        files: tokenizerFiles(tokenizers),
        open: (engine, weights) =>
          openTranslationTask({
            engine,
            config,
            tokenizers,
            train: examples,
            numbers,
            ...(config.training.bpeDropout
              ? { texts: numbers.map((number) => corpus.train[number - 1] as SentencePair) }
              : {}),
            valid,
            ...(links ? { links } : {}),
            ...(weights ? { weights } : {}),
          }),
      };
    },
  };
}
