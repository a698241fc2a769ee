import type { TranslateConfig } from "./config.ts";
import { encodeCorpus, fittingPairs, loadCorpus, nameOf } from "./corpus.node.ts";
import { readTokenizers, trainTokenizers, writeTokenizers } from "./run-tokenizers.node.ts";
import type { TaskData } from "./task.ts";
import { openTranslationTask } from "./translation.ts";

/** Sentence pairs: a translator. */
export async function loadTranslation(config: TranslateConfig): Promise<TaskData> {
  const corpus = await loadCorpus(config);
  return {
    hash: corpus.hashes.train,
    prepare: (say, directory) => {
      const tokenizers = directory ? readTokenizers(directory) : trainTokenizers(config, corpus, say);
      const { examples, numbers, report } = encodeCorpus(
        corpus.train,
        tokenizers,
        config,
        nameOf(config.data.train),
      );
      const valid = fittingPairs(corpus.valid, tokenizers, config, nameOf(config.data.valid));
      const tooLong = corpus.valid.length - valid.length;
      if (tooLong > 0) say(`${tooLong} validation pairs are longer than model.maxLength and left out`);
      return {
        report,
        write: (to) => writeTokenizers(to, tokenizers),
        open: (engine, weights) =>
          openTranslationTask({
            ...{ engine, config, tokenizers, train: examples, numbers, valid },
            ...(weights ? { weights } : {}),
          }),
      };
    },
  };
}
