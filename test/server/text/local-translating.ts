/** A translator for tests that prepares text as the server's does, in this process and without a queue. */
import type { TranslatorRun } from "../../../src/runs/open-run.ts";
import type { Engine } from "../../../src/runtime/engine.ts";
import type { Translating } from "../../../src/server/translating.ts";
import { servedTranslator } from "../../../src/server/worker/translator.ts";

/** What a request has that does not matter here. */
export const asked = { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY };

export function localTranslating(
  engine: Engine,
  run: TranslatorRun,
): Translating & { readonly close: () => void } {
  const served = servedTranslator({ engine, run, threads: 1, quantize: undefined, maxBeam: 8 });
  return {
    maxLength: run.config.model.maxLength,
    translate: async (sentences, { beam, nBest = 1, alignment = false, constraints }) => {
      const work = {
        kind: "translate" as const,
        sentences: sentences.map((text, i) => ({ text, options: constraints?.[i], isTold: false })),
        beam,
        nBest,
        alignment,
      };
      const following = { isWanted: () => true, onText: () => undefined };
      return (await served.translate(work, following)).results;
    },
    close: served.close,
  };
}
