/** A language model that continues texts, each token by token. */
import { type Generator, openGenerator } from "../../decoding/generator.ts";
import { closeLater } from "../../decoding/sessions.ts";
import { textGenerator } from "../../decoding/text-generator.ts";
import type { LanguageRun } from "../../runs/open-run.ts";
import type { Engine } from "../../runtime/engine.ts";
import type { Generated, GenerateWork, TokenCounts } from "../protocol.ts";
import type { Following } from "./translator.ts";

export interface ServedWriter {
  readonly generate: (
    work: GenerateWork,
    following: Following,
  ) => Promise<{ readonly results: Generated[]; readonly tokens: TokenCounts }>;
  readonly close: () => void;
}

export function servedWriter({
  engine,
  run,
  threads,
}: {
  readonly engine: Engine;
  readonly run: LanguageRun;
  readonly threads: number;
}): ServedWriter {
  const { model, weights, tokenizer, config } = run;
  let opening: Promise<Generator> | undefined;
  const generator = (): Promise<Generator> => {
    const { context } = config.data;
    opening ??= openGenerator({ engine, model, weights, context, session: { threads } });
    return opening;
  };
  return {
    generate: async ({ kind: _, prompt, tokens, ...asked }, { isWanted, onText }) => {
      const given = Object.entries(asked).filter(([, value]) => value !== undefined);
      let written = 0;
      /** Counts tokens, and stops between two of them when nobody waits for more. */
      const counted: Generator = {
        ...(await generator()),
        generate: async function* (...args) {
          for await (const token of (await generator()).generate(...args)) {
            if (!isWanted(0)) return;
            written += 1;
            yield token;
          }
        },
      };
      let text = "";
      const options = { ...Object.fromEntries(given), tokens };
      for await (const piece of textGenerator(counted, tokenizer).generate(prompt, options)) {
        text += piece;
        onText(0, piece);
      }
      return { results: [{ text, tokens: written }], tokens: { read: 0, written } };
    },
    close: () => closeLater(opening),
  };
}
