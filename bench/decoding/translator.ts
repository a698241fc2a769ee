import { readFileSync } from "node:fs";
import { streamsFor } from "../../src/decoding/streams.node.ts";
import { openTranslator } from "../../src/decoding/translator.ts";
import { phrasebook } from "../../src/phrasebook/phrasebook.ts";
import type { TranslatorRun } from "../../src/runs/open-run.ts";
import type { Engine } from "../../src/runtime/engine.ts";

export const THREADS = 2;

/** The first `count` lines of a file, or that many sentences of the phrasebook that nobody trained on, shortest first. */
export function readSentences(file: string | undefined, count: number): string[] {
  const lines = file ? readFileSync(file, "utf8").split("\n").filter(Boolean) : phrasebookTest(count);
  return lines.slice(0, count).sort((a, b) => a.length - b.length);
}

const phrasebookTest = (count: number): string[] =>
  phrasebook({ test: count }).test.map(({ source }) => source);

export interface Search {
  readonly beam: number;
  readonly batch: number;
  readonly quantize?: "int8";
  /** Default THREADS. */
  readonly threads?: number;
}

export interface Timed {
  /** Translates everything once; milliseconds and the tokens written, </s> among them. */
  readonly run: () => Promise<{ readonly ms: number; readonly tokens: number }>;
  readonly close: () => void;
}

/**
 * A translator that is given its ids: what is timed is the model and the search, not the tokenizer. It uses the cores as
 * `heed translate` does, but batches of one are sentences one after the other.
 */
export async function openTimed(
  engine: Engine,
  { model, weights, tokenizers, config }: TranslatorRun,
  sentences: readonly string[],
  { threads = THREADS, ...search }: Search,
): Promise<Timed> {
  const ids = new Map(sentences.map((text) => [text, tokenizers.source.encode(text)]));
  const translator = await openTranslator({
    engine,
    model,
    weights,
    source: { ...tokenizers.source, encode: (text) => ids.get(text) as number[] },
    target: tokenizers.target,
    maxLength: config.model.maxLength,
    ...search,
    session: { threads },
    // Of sentences one after the other, each is the only one that waits.
    ...(threads > 1 ? streamsFor(search.batch === 1 ? 1 : sentences.length, search.batch, weights) : {}),
    ...(search.batch === 1 ? { streams: 1 } : {}),
  });
  return {
    run: async () => {
      const start = performance.now();
      const translations = await translator.translate(sentences);
      const ms = performance.now() - start;
      const tokens = translations.reduce(
        (sum, { hypotheses: [best] }) => sum + (best?.tokens.length ?? 0) + 1,
        0,
      );
      return { ms, tokens };
    },
    close: () => translator.close(),
  };
}
