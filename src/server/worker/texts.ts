/** An encoder that labels texts or turns them into vectors. */

import { closeLater } from "../../decoding/sessions.ts";
import { heedError } from "../../errors.ts";
import type { ClassifierRun } from "../../runs/open-run.ts";
import type { Engine } from "../../runtime/engine.ts";
import { type Embedder, openEmbedder } from "../../tasks/classify/embed.ts";
import { type Judge, openJudge } from "../../tasks/classify/judge.ts";
import { encodeLabelled } from "../../tasks/classify/texts.ts";
import { isBlank } from "../../text/blank.ts";
import type { EmbedWork, LabelWork, Results, TokenCounts } from "../protocol.ts";

type Done<T> = Promise<{ readonly results: T; readonly tokens: TokenCounts }>;

export interface ServedTexts {
  /** @throws ERR_USAGE for an encoder without labels */
  readonly classify: (work: LabelWork) => Done<Results["classify"]>;
  readonly embed: (work: EmbedWork) => Done<Results["embed"]>;
  readonly close: () => void;
}

export function servedTexts({
  engine,
  run,
  threads,
}: {
  readonly engine: Engine;
  readonly run: ClassifierRun;
  readonly threads: number;
}): ServedTexts {
  const { config, labels, model, tokenizer, weights } = run;
  const { maxTokens } = config.data;
  const session = { threads };
  let judge: Promise<Judge> | undefined;
  let embedder: Promise<Embedder> | undefined;
  const encoded = (texts: readonly string[]): ReturnType<typeof encodeLabelled>[] =>
    texts.filter((text) => !isBlank(text)).map((text) => encodeLabelled(text, 0, tokenizer, maxTokens));
  const countIn = (texts: readonly string[]): TokenCounts => ({
    read: encoded(texts).reduce((sum, { source }) => sum + source.length, 0),
    written: 0,
  });
  return {
    classify: async ({ texts }) => {
      if (labels.length === 0)
        throw heedError("ERR_USAGE", { where: "model", cause: "it has no labels", remedy: "use /v1/embed" });
      const { pad: padding } = tokenizer.special;
      judge ??= openJudge({ engine, model, padding, constants: weights, session });
      const shares = (await (await judge).judge(encoded(texts))).values();
      const results = texts.map((text) => ({
        labels,
        probabilities: isBlank(text) ? [] : Array.from(shares.next().value ?? []),
      }));
      return { results, tokens: countIn(texts) };
    },
    embed: async ({ texts }) => {
      embedder ??= openEmbedder({ engine, model, weights, tokenizer, maxTokens, session });
      const vectors = (await (await embedder).embed(texts.filter((text) => !isBlank(text)))).values();
      const results = texts.map((text) => (isBlank(text) ? [] : Array.from(vectors.next().value ?? [])));
      return { results, tokens: countIn(texts) };
    },
    close: () => {
      closeLater(judge);
      closeLater(embedder);
    },
  };
}
