/** What is trained by a configuration, and how it is looked at while it learns: translators and language models. */
import type { Config } from "heed/config";
import type { Engine, State } from "heed/runtime";
import { type PreparedTask, type RunFiles, tasks } from "heed/tasks";
import { type Own, ownCorpus } from "./text-corpus.ts";
import { openWatch, type Watch, type Watched, watchedOf } from "./watch.ts";
import { openTextWatch, watchedTexts } from "./watch-text.ts";

export interface Learnable {
  readonly prepared: PreparedTask;
  /** Opens the look at a model whose weights are in `state`. @param sentence  One more to watch; may be empty. */
  readonly watching: (
    runtime: { readonly engine: Engine; readonly state: State },
    files: RunFiles,
    sentence: string,
  ) => Promise<{ readonly watched: readonly Watched[]; readonly watch: Watch }>;
}

/** @throws what the data is refused for */
export async function learnable(
  config: Config,
  own: Own,
  say: (message: string) => void,
  files: RunFiles | undefined,
): Promise<Learnable> {
  switch (config.task) {
    case "translate": {
      const data = await tasks.translate.load(config, ownCorpus(own));
      return {
        prepared: await data.prepare(config, say, files),
        watching: async (runtime, prepared, sentence) => {
          const watched = watchedOf(config, own.pairs.valid, sentence);
          const described = tasks.translate.describe(config, prepared);
          return { watched, watch: await openWatch(described, runtime, watched) };
        },
      };
    }
    case "generate": {
      const data = await tasks.generate.load(config, ownCorpus(own));
      return {
        prepared: await data.prepare(config, say, files),
        watching: async (runtime, prepared, sentence) => {
          const watched = watchedTexts(own.lines.valid, sentence);
          const described = tasks.generate.describe(config, prepared);
          return { watched, watch: await openTextWatch(described, runtime, watched) };
        },
      };
    }
    case "classify":
      throw new Error("the studio trains translators and language models");
  }
}
