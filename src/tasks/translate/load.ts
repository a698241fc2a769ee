import type { TranslateConfig } from "../../config/schema.ts";
import type { CorpusReader } from "../../data/corpus-reader.ts";
import { trainTokenizers } from "../learn-tokenizers.ts";
import type { TaskData } from "../task.ts";
import { readTokenizers, tokenizerFiles } from "../tokenizers.ts";
import { loadCorpus, nameOf } from "./corpus.ts";
import { encodeCorpus, fittingPairs } from "./pairs.ts";
import { openTranslationTask } from "./training.ts";

/** Sentence pairs: a translator. */
export async function loadPairs(config: TranslateConfig, reader: CorpusReader): Promise<TaskData> {
  const corpus = await loadCorpus(config, reader);
  return {
    hash: corpus.hashes.train,
    validHash: corpus.hashes.valid,
    prepare: async (say, files, signal) => {
      const tokenizers = files
        ? readTokenizers(files)
        : await trainTokenizers(config, corpus.train, say, signal);
      const { examples, numbers, report } = await encodeCorpus(
        corpus.train,
        tokenizers,
        config,
        nameOf(config.data.train),
        signal,
      );
      const valid = await fittingPairs(corpus.valid, tokenizers, config, nameOf(config.data.valid), signal);
      const tooLong = corpus.valid.length - valid.length;
      if (tooLong > 0) say(`${tooLong} validation pairs are longer than model.maxLength and left out`);
      return {
        report,
        files: tokenizerFiles(tokenizers),
        open: (engine, weights) =>
          openTranslationTask({
            ...{ engine, config, tokenizers, train: examples, numbers, valid },
            ...(weights ? { weights } : {}),
          }),
      };
    },
  };
}
